/** People decide about a lane: by `atp`, by Temporal's own command, two at once, and without a worker to do it. */
import { execFile } from 'node:child_process';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { listDecisions } from '../../src/postgres/lane/lane-decisions.ts';
import { obtain, TEMPORAL_CLI } from '../../src/stand-ins/programs.ts';
import { decideLaneWorkflowId } from '../../src/temporal/lane-decisions.ts';
import { PARTS_DIR } from '../setup/parts-desk.ts';
import { Installation, SHOP } from './installation.ts';

/** Runs a command that must be refused. Returns its error code and its exit code. */
async function expectRefusal(shop: Installation, ...args: string[]): Promise<string> {
  const { exitCode, stderr } = await shop.atp(...args);
  return `${(JSON.parse(stderr) as { error: { code: string } }).error.code} ${exitCode}`;
}

/** With the worker that all of them have. */
let first: Installation;

beforeAll(async () => {
  first = await Installation.open([]);
  await first.startWorker();
});

describe('a file on SFTP', () => {
  let shop: Installation;
  let round = 0;

  beforeAll(async () => {
    shop = await first.startOver(['BLUE-SHIRT', 'RED-SHIRT', 'SOCKS']);
    await shop.count('RESET_INVENTORY__0.csv', 'BROADWAY', { 'BLUE-SHIRT': 50, 'RED-SHIRT': 50, SOCKS: 5 });
    await shop.hardSync();
    await shop.processUploads();
  });

  async function makeDelta(sku: string, units: number): Promise<number> {
    await shop.count(`RESET_INVENTORY__${round}-${sku}.csv`, 'BROADWAY', { [sku]: units });
    const { fileSequence } = await shop.recentChanges();
    return fileSequence as number;
  }

  /**
   * Makes two files that wait behind a closed location, damages the first one, of blue shirts, and opens the location
   * again. Then the damage blocks the first file, and the second one waits.
   */
  async function blockByDamage(
    damage: (path: string) => Promise<void>,
    code: string,
  ): Promise<{ blocked: number; path: string; bytes: Buffer; blue: number; red: number }> {
    round += 1;
    const [blue, red] = [50 + round, 70 + round];
    await shop.setLocationActive(false);
    const blocked = await makeDelta('BLUE-SHIRT', blue);
    await makeDelta('RED-SHIRT', red);
    expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked' });
    const [name = ''] = await shop.filesIn(`outgoing/${SHOP}`);
    const path = join(shop.sftpFolder, 'outgoing', SHOP, name);
    const bytes = await readFile(path);
    await damage(path);
    await shop.setLocationActive(true);
    await shop.decide({ decision: 'retry', sequence: blocked, expectedReason: 'LOCATION_UNUSABLE' });
    expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked' });
    expect(await shop.atp('lane', SHOP)).toMatchObject({
      exitCode: 4,
      json: { state: 'blocked', reason: expect.stringContaining(code) as string },
    });
    expect(await readStatesFrom(blocked)).toEqual(['BLOCKED', 'READY']);
    expect(await shop.readShown()).toMatchObject({
      'BLUE-SHIRT': blue - 1,
      'RED-SHIRT': round === 1 ? 50 : red - 1,
    });
    return { blocked, path, bytes, blue, red };
  }

  async function readStatesFrom(sequence: number): Promise<string[]> {
    const rows = await shop.database.query<{ state: string }>(
      'SELECT state FROM upload_file WHERE sequence >= $1 ORDER BY sequence',
      [sequence],
    );
    return rows.map(({ state }) => state);
  }

  const DAMAGES = [
    ['is deleted', 'FILE_MISSING', (path: string) => rm(path)],
    ['is cut short', 'FILE_CHECKSUM_MISMATCH', (path: string) => truncate(path, 60)],
    ['is altered', 'FILE_CHECKSUM_MISMATCH', (path: string) => writeFile(path, 'altered\n')],
  ] as const;

  test.each(DAMAGES)(
    'that %s blocks the lane, and a retry applies it once it is put back',
    async (_what, code, damage) => {
      const { blocked, path, bytes, blue, red } = await blockByDamage(damage, code);
      await writeFile(path, bytes);

      expect(
        await shop.atp('lane', SHOP, 'retry', String(blocked), '--expect', code, '--reason', 'put back'),
      ).toMatchObject({
        exitCode: 0,
        json: { decided: { decision: 'retry', sequence: blocked, reason: 'put back' } },
      });
      expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });

      expect(await readStatesFrom(blocked)).toEqual(['APPLIED', 'APPLIED']);
      expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': blue, 'RED-SHIRT': red, SOCKS: 5 });
    },
  );

  test.each(DAMAGES)(
    'that %s blocks the lane, and a rewrite applies it and sets aside what lay there',
    async (_what, code, damage) => {
      const { blocked, path, bytes, blue, red } = await blockByDamage(damage, code);
      const found = await readFile(path, 'utf8').catch(() => null);

      const name = path.slice(path.lastIndexOf('/') + 1);
      expect(await shop.atp('lane', SHOP, 'rewrite', String(blocked))).toMatchObject({
        exitCode: 0,
        json: { decided: { decision: 'rewrite', fileName: name } },
      });
      expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });

      expect(await readStatesFrom(blocked)).toEqual(['APPLIED', 'APPLIED']);
      expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': blue, 'RED-SHIRT': red, SOCKS: 5 });
      expect(await readFile(join(shop.sftpFolder, 'archive', SHOP, name))).toEqual(bytes);
      const aside = join(shop.sftpFolder, 'archive', SHOP, 'set-aside', name);
      expect(await readFile(aside, 'utf8').catch(() => null)).toBe(found);
    },
  );

  test.each(DAMAGES)(
    'that %s blocks the lane, and a skip lets its products come with the next file',
    async (_what, code, damage) => {
      const { blocked, path, blue, red } = await blockByDamage(damage, code);
      const isThere = await readFile(path).then(
        () => true,
        () => false,
      );

      expect(await shop.atp('lane', SHOP, 'skip', String(blocked))).toMatchObject({
        exitCode: 0,
        json: { decided: { decision: 'skip', sequence: blocked, owed: 1 } },
      });
      expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
      expect(await readStatesFrom(blocked)).toEqual(['SKIPPED', 'APPLIED']);
      expect(await shop.readShown()).toMatchObject({ 'BLUE-SHIRT': blue - 1, 'RED-SHIRT': red });
      expect(await shop.filesIn(`outgoing/${SHOP}`)).toEqual([]);
      if (isThere) {
        expect(await shop.filesIn(`archive/${SHOP}/skipped`)).toContain(
          path.slice(path.lastIndexOf('/') + 1),
        );
      }

      expect(await shop.recentChanges()).toMatchObject({ rows: 1 });
      await shop.processUploads();
      expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': blue, 'RED-SHIRT': red, SOCKS: 5 });
    },
  );

  test('that was damaged costs no product and no double write, whatever people decided', async () => {
    expect(await shop.verify()).toMatchObject({ checked: 3, equal: 3 });
    expect([...(await shop.countAppliedByKey()).values()].every((times) => times === 1)).toBe(true);
    expect(await shop.atp('lane', SHOP, '--audit')).toMatchObject({ exitCode: 0, json: { isSound: true } });
  });
});

describe('a decision', () => {
  let shop: Installation;

  beforeAll(async () => {
    shop = await first.startOver(['BLUE-SHIRT']);
    await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
    await shop.setLocationActive(false);
    await shop.hardSync();
    await shop.processUploads();
  });

  test('is refused when it expects another reason, and the file stays blocked', async () => {
    const typed = ['lane', SHOP, 'skip', '1', '--expect', 'FILE_MISSING'];
    expect(await expectRefusal(shop, ...typed)).toBe('UPLOAD_FILE_BLOCKED_OTHERWISE 2');
    expect((await shop.atp('lane', SHOP)).json).toMatchObject({
      files: [{ status: 'BLOCKED' }],
      decisions: [
        { decision: 'approve', plan: 1, sequence: 1, by: 'Ann', reason: 'the first of a new shop' },
      ],
    });
  });

  test('is refused by the workflow when a field is missing, and leaves no trace in its history', async () => {
    const output = await decideByTemporal(shop, { decision: 'retry', sequence: 1 }).catch((error: unknown) =>
      String(error),
    );

    expect(output).toContain('by is missing');
    const run = shop.temporal.client.workflow.getHandle(decideLaneWorkflowId(SHOP));
    expect(await run.result()).toEqual({ shopId: SHOP, decisions: 0, decided: [] });
    const { events } = await run.fetchHistory();
    expect(events?.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(false);
  });

  test('is carried out by Temporal’s own command, which shows its outcome', async () => {
    const output = await decideByTemporal(shop, {
      decision: 'retry',
      sequence: 1,
      by: 'Ann',
      reason: 'open again?',
    });

    expect(JSON.parse(output)).toMatchObject({
      updateResult: { shopId: SHOP, decision: 'retry', sequence: 1, by: 'Ann', reason: 'open again?' },
    });
    const [latest] = await listDecisions(shop.database, SHOP);
    expect(latest).toMatchObject({ decision: 'retry', by: 'Ann', reason: 'open again?' });
  });

  test('is carried out for one of two people at once, and the other one is refused', async () => {
    await shop.until(async () => (await shop.atp('lane', SHOP)).exitCode === 4);
    await shop.setLocationActive(true);
    const before = (await listDecisions(shop.database, SHOP)).length;

    const outcomes = await Promise.allSettled([
      shop.decide({ decision: 'retry', sequence: 1, by: 'Ann' }),
      shop.decide({ decision: 'retry', sequence: 1, by: 'Bert' }),
    ]);

    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual([
      'UPLOAD_FILE_NOT_BLOCKED',
    ]);
    expect(await listDecisions(shop.database, SHOP)).toHaveLength(before + 1);
    expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
    expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 7 });
  });

  test('is refused for a closed or unknown file, a product that is not quarantined, and a plan that is not held', async () => {
    expect(await expectRefusal(shop, 'lane', SHOP, 'retry', '1')).toBe('UPLOAD_FILE_NOT_BLOCKED 2');
    expect(await expectRefusal(shop, 'lane', SHOP, 'skip', '9')).toBe('UPLOAD_FILE_UNKNOWN 2');
    expect(await expectRefusal(shop, 'lane', SHOP, 'release', 'BLUE-SHIRT')).toBe('PRODUCT_NOT_SET_APART 2');
    expect(await expectRefusal(shop, 'lane', SHOP, 'approve', '1', '--reason', 'again')).toBe(
      'PLAN_NOT_HELD 2',
    );
    expect(await expectRefusal(shop, 'lane', SHOP, 'reject', '9', '--reason', 'none')).toBe('PLAN_UNKNOWN 2');
  });
});

test('a quarantined product that a person releases comes with the next file', async () => {
  const shop = await first.startOver(['BLUE-SHIRT', 'GIFT-CARD']);
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'GIFT-CARD': 9 });
  const items = '/shops/blue-shirts.myshopify.com/items';
  await shop.twin.control('PATCH', items, [{ sku: 'GIFT-CARD', tracked: false }]);
  await shop.hardSync();
  await shop.processUploads();
  expect(await shop.atp('lane', SHOP)).toMatchObject({
    exitCode: 0,
    json: { files: [{ status: 'PARTIAL' }], setApart: [{ sku: 'GIFT-CARD', owed: false }] },
  });
  expect((await shop.atpText('lane', SHOP)).stdout).toContain(
    `\`atp lane ${SHOP} release [<sku>] --reason <text>\``,
  );

  const release = ['lane', SHOP, 'release', 'GIFT-CARD', '--reason', 'it is tracked now'];
  expect(await shop.atp(...release)).toMatchObject({
    exitCode: 0,
    json: { decided: { decision: 'release', owed: 1 }, setApart: [{ sku: 'GIFT-CARD', owed: true }] },
  });
  await shop.twin.control('PATCH', items, [{ sku: 'GIFT-CARD', tracked: true }]);
  expect(await shop.recentChanges()).toMatchObject({ rows: 1 });
  await shop.processUploads();

  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 7, 'GIFT-CARD': 9 });
  expect((await shop.atp('lane', SHOP)).json).toMatchObject({ setApart: [] });
});

test('a decision without a worker to carry it out is refused at once, and starts no run', async () => {
  const shop = await Installation.open(['BLUE-SHIRT']);

  expect(await expectRefusal(shop, 'lane', SHOP, 'retry', '1')).toBe('WORKER_NOT_POLLING 1');
  const runs: string[] = [];
  for await (const { workflowId } of shop.temporal.client.workflow.list()) runs.push(workflowId);
  expect(runs).toEqual([]);
});

/** `temporal workflow execute-update-with-start`, as docs/reference/cli.md shows it. */
async function decideByTemporal(
  shop: Installation,
  decision: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { stdout } = await promisify(execFile)(await obtain(TEMPORAL_CLI, PARTS_DIR), [
    ...['workflow', 'execute-update-with-start', '--type', 'decideLane', '--task-queue', 'atp-sync'],
    ...['--workflow-id', decideLaneWorkflowId(SHOP), '--id-conflict-policy', 'UseExisting'],
    ...['--input', JSON.stringify({ shopId: SHOP })],
    ...['--update-name', 'decide', '--update-input', JSON.stringify(decision)],
    ...['--address', shop.environment['TEMPORAL_ADDRESS'] ?? ''],
    ...['--namespace', shop.environment['TEMPORAL_NAMESPACE'] ?? '', '--output', 'json'],
  ]);
  return stdout;
}
