/** Two nights of a sender: one that stalls in the middle of its upload, and one whose feed fails as a whole. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { scheduleId } from '../../src/temporal/schedules.ts';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.ts';
import { openReceiver, type Receiver } from '../alerts/receivers.ts';
import { WatchUnderTest } from '../alerts/watch-under-test.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { until } from '../setup/until.ts';
import { Installation } from './installation.ts';

const COUNT_HEADER = 'facilityId,idValue,resetByAtp,availableQty';
const SECRET = { ALERT_SECRET: 'a-secret' };

let shop: Installation;
let receiver: Receiver;
let watch: WatchUnderTest;

beforeAll(async () => {
  receiver = await openReceiver();
  shop = await Installation.open(['SHIRT', 'SOCKS']);
  await scheduleNeededJobs(shop);
  watch = await WatchUnderTest.over(shop, SECRET);
  await shop.startWorker({ environment: SECRET });
});

/** The postings of a product, the first one first. */
async function readPostings(sku: string): Promise<readonly string[]> {
  const rows = await shop.database.query<{ posting: string }>(
    `SELECT source || ' ' || quantity_on_hand_diff AS posting FROM inventory_item_detail WHERE product_id = $1
     ORDER BY inventory_item_detail_id`,
    [sku],
  );
  return rows.map(({ posting }) => posting);
}

test('a sender who stalls for a minute: nothing half is applied, nothing overtakes it, it is told, and then all is right', async () => {
  // No run waits for what takes longer than two minutes to settle, so the test lets time pass in the database.
  expect((await shop.atp('source', 'add', 'erp', '--settle', '3m')).exitCode).toBe(0);
  const erp = join(shop.sftpFolder, 'incoming/erp');
  await mkdir(erp);
  const letPass = (time: string) =>
    shop.database.query(
      `UPDATE waiting_feed SET still_since = still_since - $1::interval, seen_since = seen_since - $1::interval`,
      [time],
    );
  const import_ = () => shop.run({ job: 'import' });
  const count = join(erp, 'RESET_INVENTORY__0800.csv');
  const cut = 'WAREHOUSE,SOCKS,N,2';
  await writeFile(count, `${COUNT_HEADER}\nWAREHOUSE,SHIRT,N,10\n${cut}`);
  const variance = join(erp, 'MDM_INV_VARIANCE__0900.csv');
  await writeFile(variance, 'idValue,availableDelta,facilityId\nSHIRT,-3,WAREHOUSE\n');
  await writeFile(`${variance}.done`, '');

  const waits = { fileName: 'RESET_INVENTORY__0800.csv', code: 'FEED_UNSETTLED', isLong: false, behind: 1 };
  expect(await import_()).toMatchObject({ files: [], waiting: [waits] });
  await letPass('1 minute');
  // Another sender does not wait for this one.
  await shop.sendFeed('RESET_INVENTORY__0830.csv', [COUNT_HEADER, 'BROADWAY,SOCKS,N,4']);
  expect(await import_()).toMatchObject({
    files: [{ fileName: 'RESET_INVENTORY__0830.csv', applied: 1 }],
    waiting: [waits],
  });
  expect(await readPostings('SHIRT')).toEqual([]);
  const { stdout } = await shop.atpText('job', 'run', 'import', '--wait');
  expect(stdout).toMatch(
    /^RESET_INVENTORY__0800\.csv is still being sent, since \S+, and holds back 1 feed\.$/m,
  );
  // When it lasts, a person is told to look.
  await letPass('5 minutes');
  expect(await import_()).toMatchObject({ waiting: [{ ...waits, isLong: true }] });

  // The line of 2 was one of 20.
  await appendFile(count, '0\n');
  expect(await import_()).toMatchObject({ waiting: [{ fileName: waits.fileName, code: waits.code }] });
  expect(await readPostings('SOCKS')).toEqual(['RESET_INVENTORY__0830.csv:2 4']);
  await letPass('3 minutes');
  expect(await import_()).toEqual({
    files: [
      expect.objectContaining({ fileName: 'RESET_INVENTORY__0800.csv', applied: 2 }),
      expect.objectContaining({ fileName: 'MDM_INV_VARIANCE__0900.csv', applied: 1 }),
    ],
  });
  expect(await readPostings('SHIRT')).toEqual([
    ...['RESET_INVENTORY__0800.csv:2 10', 'MDM_INV_VARIANCE__0900.csv:2 -3'],
  ]);
  expect(await readPostings('SOCKS')).toEqual([
    'RESET_INVENTORY__0830.csv:2 4',
    'RESET_INVENTORY__0800.csv:3 20',
  ]);
});

/** What the watch of the worker does each half a minute; the test lets that pass in the database. */
async function lookAfterHalfAMinute(): Promise<void> {
  await shop.database.query(`UPDATE watch SET looked_at = looked_at - interval '1 minute'`);
  watch.now = new Date();
  await watch.look(0);
}

interface Check {
  readonly code: string | null;
  readonly detail: string;
  readonly hint: string | null;
}

async function diagnose(): Promise<readonly Check[]> {
  const checks = (await shop.atp('doctor')).json?.['checks'] as readonly Check[];
  return checks.filter(({ code }) => code !== null);
}

test('a feed that fails as a whole at night: who is told, when, what they find, what they do, and how it ends', async () => {
  const added = ['alert', 'add', 'on-call', '--webhook', receiver.url, '--secret', 'env:ALERT_SECRET'];
  expect((await shop.atp(...added)).exitCode).toBe(0);
  receiver.posts.splice(0);
  const messageOf = (phase: string) =>
    until(() => {
      const post = receiver.posts.find(({ message }) => message.phase === phase);
      if (!post) throw new Error(`The receiver has no message of what ${phase}.`);
      return Promise.resolve(post.message.text);
    });
  const before = await readPostings('SHIRT');

  // Nobody types a command: the schedule's next run meets them.
  await shop.sendFeed('RESET_INVENTORY__0300.csv', ['Lagerbestand;Menge', 'SHIRT;12']);
  await shop.sendFeed('MDM_INV_VARIANCE__0301.csv', [
    ...['idValue,availableDelta,facilityId', 'SHIRT,6,BROADWAY'],
  ]);
  const schedule = shop.temporal.client.schedule.getHandle(scheduleId('import', null));
  await schedule.trigger();
  await until(async () => {
    const [found] = await diagnose();
    if (found?.code !== 'FEED_REFUSED') throw new Error('No run has met the feed.');
  });
  // One look of the watch, half a minute after the run: the message is there.
  await lookAfterHalfAMinute();
  const began = await messageOf('began');
  expect(began).toContain('RESET_INVENTORY__0300.csv');
  expect(began).toContain('lacks the columns idValue');

  // In the morning. What came behind it was imported.
  const [found, ...others] = await diagnose();
  expect(others).toEqual([]);
  expect(found?.detail).toMatch(
    /^1 feed refused as a whole since .*, the last is RESET_INVENTORY__0300\.csv: FEED_/,
  );
  expect(await readPostings('SHIRT')).toEqual([...before, 'MDM_INV_VARIANCE__0301.csv:2 6']);
  // Temporal's list is some seconds old.
  await until(async () => {
    const { workflow } = shop.temporal.client;
    const ended: (string | undefined)[] = [];
    for await (const run of workflow.list({ query: `WorkflowType = 'importInventory'` })) {
      ended.push(run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.outcome));
    }
    expect(ended.filter((outcome) => outcome === 'FAILED')).toHaveLength(1);
  });
  const { json: states } = await shop.atp('feed', 'list');
  expect(states?.['refused']).toMatchObject([{ fileName: 'RESET_INVENTORY__0300.csv' }]);
  const { stdout: imports, stderr: warned } = await shop.atpText('import', 'list');
  expect(imports).toContain('MDM_INV_VARIANCE__0301.csv');
  expect(imports).not.toContain('RESET_INVENTORY__0300.csv');
  expect(warned).toContain(
    '1 feed refused as a whole: nothing was imported of it. `atp feed list` says why.',
  );
  const reasons = await readFile(join(shop.sftpFolder, 'error/RESET_INVENTORY__0300.csv.errors.csv'), 'utf8');
  expect(reasons).toContain('lacks the columns idValue');

  // Whoever sends it has a look at the columns, and sends it again.
  await shop.sendFeed('RESET_INVENTORY__0300.csv', [COUNT_HEADER, 'BROADWAY,SHIRT,N,12']);
  await schedule.trigger();
  await until(async () => {
    if ((await diagnose()).length > 0) throw new Error('It is still told.');
  });
  await lookAfterHalfAMinute();
  await lookAfterHalfAMinute();
  expect(await messageOf('ended')).toMatch(
    /^Ended: A feed was refused as a whole \("RESET_INVENTORY"\), after /,
  );
  expect(receiver.posts.map(({ message }) => message.phase)).toEqual(['began', 'ended']);
  expect(await readPostings('SHIRT')).toEqual([
    ...[...before, 'MDM_INV_VARIANCE__0301.csv:2 6', 'RESET_INVENTORY__0300.csv:2 6'],
  ]);
});
