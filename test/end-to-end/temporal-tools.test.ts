/** Every job can be started by Temporal's own tools, and its history is a log without rows and secrets. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { obtain, TEMPORAL_CLI } from '../../src/stand-ins/programs.ts';
import { PARTS_DIR } from '../setup/parts-desk.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Installation, SHOP } from './installation.ts';

/** Events of a run of a small shop at most. A loop that wrote an event for each row or call would make more. */
const EVENTS_MAX = 100;
const PAYLOAD_BYTES_MAX = 10_000;

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  await shop.startWorker();
});

/** `temporal workflow execute` waits for the end; the result is read as it is, since the command shows [] as null. */
async function execute(type: string, input: unknown): Promise<unknown> {
  const workflowId = `by-hand/${type}`;
  await promisify(execFile)(await obtain(TEMPORAL_CLI, PARTS_DIR), [
    ...[
      'workflow',
      'execute',
      '--type',
      type,
      '--task-queue',
      'atp-sync',
      '--workflow-id',
      `by-hand/${type}`,
    ],
    ...['--input', JSON.stringify(input)],
    ...['--address', shop.environment['TEMPORAL_ADDRESS'] ?? ''],
    ...['--namespace', shop.environment['TEMPORAL_NAMESPACE'] ?? ''],
  ]);
  return shop.temporal.client.workflow.getHandle(workflowId).result();
}

test('every job can be run by the plain temporal command', async () => {
  await shop.importCount('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });

  expect(await execute('importInventory', {})).toEqual({ files: [] });
  expect(await execute('hardSync', { shopId: SHOP })).toMatchObject({ plan: 1, heldForApproval: true });
  await shop.decide({ decision: 'approve', plan: 1, reason: 'looked at' });
  expect(await execute('uploadRecentChanges', { shopId: SHOP, facilityGroupId: 'FAC_GRP' })).toMatchObject({
    fileSequence: null,
  });
  await shop.processUploads();
  expect(await execute('processUploads', { shopId: SHOP })).toEqual({
    shopId: SHOP,
    files: [],
    laneState: 'idle',
  });
  expect(await execute('verifyShop', { shopId: SHOP })).toMatchObject({ checked: 2, equal: 2 });
});

test('a run is found by its shop and job, whoever started it', async () => {
  const found: string[] = [];
  await shop.until(async () => {
    found.length = 0;
    const query = `ShopId = "${SHOP}" AND JobName = "hard-sync"`;
    for await (const run of shop.temporal.client.workflow.list({ query })) found.push(run.workflowId);
    return found.length > 0;
  });
  expect(found).toEqual(['by-hand/hardSync']);
});

test('histories are short, and contain neither rows nor secrets', async () => {
  const privateKey = await readFile(shop.environment['SFTP_PRIVATE_KEY_FILE'] ?? '', 'utf8');
  const secrets = [
    TWIN_SHOP.accessToken,
    new URL(shop.environment['DATABASE_URL'] ?? '').password,
    privateKey.split('\n')[1] ?? '',
  ];
  let runs = 0;
  for await (const { workflowId, runId } of shop.temporal.client.workflow.list()) {
    runs += 1;
    const history = await shop.temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const text = Buffer.from(JSON.stringify(history)).toString();
    const payloads = payloadsIn(history);

    expect(history.events?.length).toBeLessThan(EVENTS_MAX);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThan(PAYLOAD_BYTES_MAX);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(5);
      expect(text).not.toContain(secret);
      expect(payloads.join('\n')).not.toContain(secret);
    }
    expect(payloads.join('\n')).not.toContain('BLUE-SHIRT');
  }
  expect(runs).toBeGreaterThan(5);
});

/** Every payload's data, decoded to the text that a person would see. */
function payloadsIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const { data } = value as { data?: unknown };
  if (data instanceof Uint8Array) return [Buffer.from(data).toString()];
  return Object.values(value).flatMap(payloadsIn);
}
