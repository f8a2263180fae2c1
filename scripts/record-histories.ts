/**
 * Records a history of every workflow, happy and unhappy, from runs on a real stack: test/replay replays them against
 * the code of today. For a new workflow, record its own histories only. Record all of them again only when a workflow
 * changes on purpose; runs of the old code that are still open then need a version marker, or must end first
 * (CONTRIBUTING.md, "Changing a workflow").
 *
 *     node scripts/record-histories.ts <name> …   these; the others stay as they are
 *     node scripts/record-histories.ts --all      all of them
 */
import { LIVE_WORKFLOW, TASK_QUEUE } from '../src/domain/workflow-names.ts';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { dropFeed } from '../src/main/drop-feed.ts';
import { createMapShop } from '../src/operations/map-shop.ts';
import { seed } from '../src/main/seed.ts';
import { testMessage } from '../src/domain/alert-message.ts';
import { addTarget } from '../src/postgres/alerts/targets.ts';
import type { Database } from '../src/postgres/database.ts';
import { fileDrop, type OpenFileDrop } from '../src/sftp/file-drop.ts';
import { openAdminApi } from '../src/shopify/admin-api.ts';
import type { StackAddresses } from '../src/stand-ins/stack.ts';
import type { TemporalClient } from '../src/temporal/connection.ts';
import { WorkflowFailure } from '../src/domain/failure.ts';
import { jobWorkflowId } from '../src/temporal/run-job.ts';
import { decideLane, decideLaneWorkflowId } from '../src/temporal/lane-decisions.ts';
import { liveWorkflowId } from '../src/domain/live.ts';
import { endLive, setLive } from '../src/postgres/producing/live-shops.ts';
import { tellChange, tellLiveSet } from '../src/temporal/live-run.ts';
import { onOwnStack } from './bench/own-stack.ts';

const HISTORIES = join(import.meta.dirname, '../test/replay/histories');
const SHOP = { shopId: 'blue-shirts' };

const { values, positionals: only } = parseArgs({
  options: { all: { type: 'boolean', default: false } },
  allowPositionals: true,
});

class Recorder {
  readonly #temporal: TemporalClient;
  readonly #written = new Set<string>();

  constructor(temporal: TemporalClient) {
    this.#temporal = temporal;
  }

  /** Runs a workflow to its end, whichever that is, and writes its history. */
  async record(name: string, type: string, input: unknown): Promise<void> {
    const handle = await this.#temporal.client.workflow.start(type, {
      workflowId: name,
      taskQueue: TASK_QUEUE,
      args: [input],
    });
    const ended = await handle.result().then(
      () => 'completed',
      (error: unknown) => {
        if (error instanceof WorkflowFailedError) return 'failed';
        throw error;
      },
    );
    await this.write(name, handle);
    process.stdout.write(`${name}: ${ended}\n`);
  }

  /** Decides about the lane, and writes the history of the run that carried it out or refused it. */
  async decide(name: string, decision: Readonly<Record<string, unknown>>): Promise<void> {
    const outcome = await decideLane(this.#temporal, SHOP.shopId, { by: 'Ann', ...decision }).then(
      () => 'carried out',
      (error: unknown) => {
        if (error instanceof WorkflowFailure) return `refused, ${error.code}`;
        throw error;
      },
    );
    const handle = this.#temporal.client.workflow.getHandle(decideLaneWorkflowId(SHOP.shopId));
    await handle.result();
    await this.write(name, handle);
    process.stdout.write(`${name}: ${outcome}\n`);
  }

  /** Follows the changes of the shop for one delta, and writes the history of the run that made it. */
  async follow(name: string, database: Database): Promise<void> {
    await setLive(database, SHOP.shopId, { atLeastEveryMs: 2_000, isPaused: false });
    const [{ steps } = { steps: 0 }] = await database.query<{ steps: number }>(
      'SELECT count(*) AS steps FROM snapshot_step',
    );
    await tellChange(this.#temporal, SHOP.shopId, new Date());
    await until(database, `(SELECT count(*) FROM snapshot_step) > ${steps}`);
    await this.#temporal.client.workflow
      .getHandle(`uploadRecentChanges/${liveWorkflowId(SHOP.shopId)}`)
      .result();
    await endLive(database, SHOP.shopId);
    await tellLiveSet(this.#temporal, SHOP.shopId);
    const handle = this.#temporal.client.workflow.getHandle(liveWorkflowId(SHOP.shopId));
    await handle.result();
    await this.write(name, handle);
  }

  /** A run that is told of a change too late: the shop is live no more. */
  async followNobody(name: string): Promise<void> {
    await tellChange(this.#temporal, SHOP.shopId, new Date(0));
    const handle = this.#temporal.client.workflow.getHandle(liveWorkflowId(SHOP.shopId));
    await handle.result();
    await this.write(name, handle);
  }

  /** Throws when a history that was named is not one of these. */
  refuseUnknown(): void {
    const unknown = only.filter((name) => !this.#written.has(name));
    if (unknown.length > 0) throw new Error(`There is no history with the name ${unknown.join(', ')}.`);
  }

  /** The run of Process uploads that the producers have started. */
  lane(): WorkflowHandle {
    return this.#temporal.client.workflow.getHandle(jobWorkflowId('process-uploads', SHOP.shopId));
  }

  /** Writes the history, if it is wanted. */
  async write(name: string, handle: WorkflowHandle): Promise<void> {
    if (!values.all && !only.includes(name)) return;
    this.#written.add(name);
    const history = JSON.parse(historyToJSON(await handle.fetchHistory())) as unknown;
    writeFileSync(join(HISTORIES, `${name}.json`), `${JSON.stringify(history, withoutMachine, 1)}\n`);
  }
}

/** Leaves out what tells about the machine that recorded: it is private, and a replay does not need it. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  if (key === 'identity') return 'worker';
  if (typeof value === 'string' && /^\d+@/.test(value)) return 'queue of a worker';
  if (key === 'stickyAttributes' || key === 'binaryChecksum' || key === 'buildId') return undefined;
  if (typeof value !== 'string') return value;
  return key === 'data' ? btoa(withoutStackFolder(atob(value))) : withoutStackFolder(value);
}

/** Errors of the file drop name the folder in which this stack lies. */
function withoutStackFolder(text: string): string {
  return text.replaceAll(/\/[^\s"]*?\/atp-own-stack-[^/\s"]+/g, '');
}

async function recordAll(recorder: Recorder, stack: StackAddresses, database: Database, drop: OpenFileDrop) {
  const { controlUrl, domain } = stack.shopify;
  await recordDelivery(recorder, database);
  await recorder.record('hard-sync-of-an-unknown-shop', 'hardSync', { shopId: 'red-shirts' });
  await recorder.record('input-invalid', 'hardSync', 'blue-shirts');
  await recorder.record('recent-changes-before-hard-sync', 'uploadRecentChanges', SHOP);
  await recorder.record('import', 'importInventory', {});
  await recorder.record('import-nothing', 'importInventory', {});
  await recorder.record('hard-sync-held', 'hardSync', SHOP);
  await recorder.decide('decide-lane-refused', { decision: 'approve', plan: 9, reason: 'mistyped' });
  await recorder.decide('decide-lane-approve', { decision: 'approve', plan: 1, reason: 'looked at' });
  await until(database, `NOT EXISTS (SELECT FROM upload_file WHERE state <> 'APPLIED')`);
  await recorder.lane().result();
  await recorder.write('process-uploads', recorder.lane());
  await recorder.record('hard-sync', 'hardSync', SHOP);
  await until(database, `NOT EXISTS (SELECT FROM upload_file WHERE state <> 'APPLIED')`);
  await recorder.lane().result();
  await recorder.record('process-uploads-nothing', 'processUploads', SHOP);
  await recorder.record('verify', 'verifyShop', SHOP);
  await recorder.record('clean-up', 'cleanUp', {});
  await recorder.record('clean-up-of-an-unknown-field', 'cleanUp', { days: 7 });
  await recorder.record('recent-changes-nothing', 'uploadRecentChanges', SHOP);
  await recorder.follow('follow-changes', database);
  await recorder.followNobody('follow-changes-not-live');
  await recorder.record('follow-changes-of-no-shop', LIVE_WORKFLOW, {});
  await recorder.record('map-shop', 'mapShop', SHOP);
  await recorder.record('map-shop-unknown', 'mapShop', { shopId: 'red-shirts' });

  await drop((files) =>
    dropFeed(files, {
      name: 'MDM_INV_VARIANCE__faults.csv',
      text: 'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId\nBLUE-SHIRT-M,SKU,-2,NEW_YORK,,\nNO-SUCH,SKU,1,NEW_YORK,,\n',
    }),
  );
  await recorder.record('import-with-refused-rows', 'importInventory', {});
  await recorder.record('verify-with-differences', 'verifyShop', { ...SHOP, sample: 12, heal: true });

  // The location is deactivated: the next file is blocked, and blocks its lane.
  const atShopify = (what: 'locations' | 'items', change: object) =>
    fetch(`${controlUrl}/shops/${domain}/${what}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([change]),
    });
  await atShopify('locations', { id: stack.shopify.locationId, isActive: false });
  await recorder.record('recent-changes', 'uploadRecentChanges', SHOP);
  await until(database, `EXISTS (SELECT FROM upload_file WHERE state = 'BLOCKED')`);
  await recorder.lane().result();
  await recorder.write('process-uploads-blocking', recorder.lane());
  await recorder.record('process-uploads-blocked', 'processUploads', SHOP);
  await recorder.decide('decide-lane-rewrite', { decision: 'rewrite', sequence: 3, reason: 'edited' });
  await until(database, `EXISTS (SELECT FROM upload_file WHERE state = 'BLOCKED')`);
  await recorder.decide('decide-lane-skip', { decision: 'skip', sequence: 3 });
  await recorder.record('decide-lane-without-decision', 'decideLane', SHOP);

  // Shopify does not track this item: its row is quarantined, and tried again.
  await atShopify('locations', { id: stack.shopify.locationId, isActive: true });
  await atShopify('items', { sku: 'BLUE-SHIRT-M', tracked: false });
  await recorder.record('recent-changes-owed', 'uploadRecentChanges', SHOP);
  await until(database, `EXISTS (SELECT FROM upload_file WHERE state = 'PARTIAL')`);
  await recorder.lane().result();
  await recorder.write('process-uploads-with-a-quarantined-row', recorder.lane());

  // A person has paused the lane.
  await database.query(`UPDATE lane SET paused_at = now(), paused_by = 'Ann', pause_reason = 'stock-take'`);
  await recorder.record('process-uploads-paused', 'processUploads', SHOP);
  await database.query('UPDATE lane SET paused_at = NULL, paused_by = NULL, pause_reason = NULL');

  // Whoever finds that the database was restored starts the Hard Sync, and it heals the shop.
  for (const [name, type] of [
    ['process-uploads-after-restore', 'processUploads'],
    ['recent-changes-after-restore', 'uploadRecentChanges'],
  ] as const) {
    await database.query(`UPDATE shop_origin SET restored_reason = 'the database was restored'`);
    await database.query('UPDATE lane SET hard_sync_started_at = NULL');
    await recorder.record(name, type, SHOP);
    await until(
      database,
      `NOT EXISTS (SELECT FROM shop_origin WHERE restored_reason IS NOT NULL)
       AND NOT EXISTS (SELECT FROM upload_file WHERE state IN ('WRITING', 'READY', 'APPLYING'))`,
    );
    await recorder.lane().result();
  }

  // Nearly every product would go to zero and is held; the product that still sells gets its file all the same.
  await database.query('UPDATE facility_group SET default_threshold = 10000');
  await database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, 'NEW_YORK', -1, 0, 'POS_SALE', 'recording' FROM product WHERE sku = 'WHITE-SHIRT-M'`,
  );
  await recorder.record('recent-changes-partly-held', 'uploadRecentChanges', SHOP);
  await recordTroubles(recorder, stack, database, drop);
}

/** Messages for a target that accepts them, and for one that nobody can tell any more. */
async function recordDelivery(recorder: Recorder, database: Database) {
  await recorder.record('deliver-alerts-nothing', 'deliverAlerts', {});
  const folder = await mkdtemp(join(tmpdir(), 'atp-receiver-'));
  await writeFile(join(folder, 'secret'), 'a-key-of-the-recording');
  const receiver = createServer((request, response) => {
    response.writeHead(request.url === '/accepts' ? 204 : 503).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  const { port } = receiver.address() as AddressInfo;
  for (const [history, path] of [
    ['deliver-alerts', 'accepts'],
    ['deliver-alerts-given-up', 'refuses'],
  ] as const) {
    await addTarget(database, {
      name: path,
      kind: 'webhook',
      address: `http://127.0.0.1:${port}/${path}`,
      sender: null,
      secretRef: `file:${join(folder, 'secret')}`,
      minSeverity: 'warning',
      remindEveryMs: 4 * 60 * 60_000,
    });
    await database.query(
      `INSERT INTO alert_message (id, target, phase, message, made_at, next_try_at)
       SELECT $2, $1, 'began', $3, at, at FROM (SELECT now() - interval '25 hours' AS at) AS yesterday`,
      [path, randomUUID(), JSON.stringify(testMessage(randomUUID(), new Date()))],
    );
    await recorder.record(history, 'deliverAlerts', {});
  }
  receiver.close();
  await rm(folder, { recursive: true });
}

/** Services that are away for longer than a step is tried: some minutes each. */
async function recordTroubles(
  recorder: Recorder,
  stack: StackAddresses,
  database: Database,
  drop: OpenFileDrop,
) {
  const { controlUrl } = stack.shopify;
  const root = stack.sftp.root;
  const whileUnwritable = async (folder: string, work: () => Promise<void>) => {
    await rename(join(root, folder), join(root, `${folder}-away`));
    await writeFile(join(root, folder), 'a file in the place of the folder');
    await work();
    await rm(join(root, folder));
    await rename(join(root, `${folder}-away`), join(root, folder));
  };

  await fetch(`${controlUrl}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'ReadOnlineAtp', kind: 'http-500-before', times: 1_000 }),
  });
  await database.query('UPDATE facility_group SET default_threshold = 0');
  await recorder.record('recent-changes-while-shopify-is-away', 'uploadRecentChanges', SHOP);
  await recorder.lane().result();
  await recorder.write('process-uploads-while-shopify-is-away', recorder.lane());
  await fetch(`${controlUrl}/faults`, { method: 'DELETE' });
  await recorder.decide('decide-lane-hold', { decision: 'hold', reason: 'look at it first' });
  await recorder.lane().result();
  await recorder.decide('decide-lane-retry', { decision: 'retry', sequence: await lastSequence(database) });
  await recorder.lane().result();

  await whileUnwritable('archive', async () => {
    await drop((files) =>
      dropFeed(files, {
        name: 'MDM_INV_VARIANCE__left.csv',
        text: 'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId\nBLUE-SHIRT-M,SKU,-1,NEW_YORK,,\n',
      }),
    );
    await recorder.record('import-without-archive', 'importInventory', {});
    await recorder.record('import-of-feeds-left', 'importInventory', {});
    await recorder.record('recent-changes-without-archive', 'uploadRecentChanges', SHOP);
    await recorder.lane().result();
    await recorder.write('process-uploads-without-archive', recorder.lane());
  });

  await database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, 'NEW_YORK', -1, 0, 'POS_SALE', 'recording' FROM product WHERE sku = 'WHITE-SHIRT-M'`,
  );
  await whileUnwritable(`outgoing/${SHOP.shopId}`, async () => {
    await recorder.record('recent-changes-not-published', 'uploadRecentChanges', SHOP);
    await recorder.lane().result();
    await recorder.write('process-uploads-while-sftp-is-away', recorder.lane());
  });
  await recorder.record('process-uploads-tried-again', 'processUploads', SHOP);
}

async function lastSequence(database: Database): Promise<number> {
  const [row] = await database.query<{ sequence: number }>(
    'SELECT max(sequence) AS sequence FROM upload_file',
  );
  if (!row) throw new Error('There is no file.');
  return row.sequence;
}

const LOOK_INTERVAL_MS = 100;
const STATE_TIMEOUT_MS = 60_000;

async function until(database: Database, condition: string): Promise<void> {
  const deadline = Date.now() + STATE_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const [row] = await database.query<{ holds: boolean }>(`SELECT ${condition} AS holds`);
    if (row?.holds) return;
    await delay(LOOK_INTERVAL_MS);
  }
  throw new Error(`After ${STATE_TIMEOUT_MS} ms this is still not true: ${condition}`);
}

const isNamed = only.length > 0;
if (values.all === isNamed) throw new Error('Name the histories, or give --all.');
if (values.all) rmSync(HISTORIES, { recursive: true, force: true });
mkdirSync(HISTORIES, { recursive: true });
await onOwnStack(
  async ({ addresses, database, temporal, worker }) => {
    const { shopify, sftp } = addresses;
    const drop = fileDrop({ ...sftp, password: null });
    await seed({
      database,
      fileDrop: drop,
      controlUrl: shopify.controlUrl,
      mapShop: createMapShop({ database, adminApi: (shop) => openAdminApi(shop) }),
      shop: { ...shopify, facilityGroupId: 'FAC_GRP', apiVersion: '2026-10' },
    });
    await worker.start();
    const recorder = new Recorder(temporal);
    await recordAll(recorder, addresses, database, drop);
    recorder.refuseUnknown();
  },
  { durable: false },
);
