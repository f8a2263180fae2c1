/** What imports and verifications find stays told until it is over: by a later feed, a later verification, or a person. */
import { beforeAll, expect, test } from 'vitest';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { outcomeOf } from '../../src/domain/jobs/jobs.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { until } from '../setup/until.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  await installation.startWorker();
  await scheduleNeededJobs(installation);
});

interface Told {
  readonly name: string;
  readonly code: string | null;
  readonly severity: string | null;
  readonly since: string | null;
  readonly detail: string;
  readonly hint: string | null;
}

/** What doctor finds, by code. */
async function diagnose(): Promise<Record<string, Told>> {
  const { json } = await installation.atp('doctor');
  const checks = (json?.['checks'] ?? []) as readonly Told[];
  const found = checks
    .filter(({ code }) => code !== null)
    .map((check) => [String(check.code), check] as const);
  return Object.fromEntries(found);
}

test('a feed that is refused as a whole is told until it comes in again and is good', async () => {
  await installation.importFeed('RESET_INVENTORY__headless.csv', ['no,such,columns', '1,2,3']);
  const { FEED_REFUSED: refused } = await diagnose();
  expect(refused).toMatchObject({ severity: 'critical', since: expect.stringMatching(/^20/) as string });
  expect(refused?.detail).toMatch(
    /^1 feed refused as a whole since .*, the last is RESET_INVENTORY__headless\.csv: FEED_/,
  );

  await installation.importCount('RESET_INVENTORY__other.csv', 'BROADWAY', { 'RED-SHIRT': 5 });
  expect(Object.keys(await diagnose())).toEqual(['FEED_REFUSED']);
  await installation.importCount('RESET_INVENTORY__headless.csv', 'BROADWAY', { 'BLUE-SHIRT': 5 });
  expect(Object.keys(await diagnose())).toEqual([]);
});

test('refused rows are told until a person dismisses the feed', async () => {
  await installation.importCount('RESET_INVENTORY__typo.csv', 'BROADWAY', { 'BLUE-SHIRT': 6, 'NO-SUCH': 1 });
  expect((await diagnose())['FEED_ROWS_REFUSED']?.detail).toContain('1 row of 1 feed refused');
  const { json } = await installation.atp('feed', 'list');
  expect(json?.['refused']).toMatchObject([{ fileName: 'RESET_INVENTORY__typo.csv', refusedRows: 1 }]);

  const dismiss = ['feed', 'dismiss', 'RESET_INVENTORY__typo.csv', '--reason', 'a sample of the sender'];
  expect((await installation.atp(...dismiss)).exitCode).toBe(0);
  expect(Object.keys(await diagnose())).toEqual([]);
  const again = await installation.atp(...dismiss);
  expect(again.stderr).toContain('FEED_NOT_REFUSED');
});

test('a count that came in before is applied again, and nobody is told', async () => {
  const units = { 'RED-SHIRT': 3 };
  await installation.importCount('RESET_INVENTORY__same.csv', 'BROADWAY', units);
  await installation.importCount('RESET_INVENTORY__same.csv', 'BROADWAY', units);
  expect(await installation.filesIn('error')).not.toContain('RESET_INVENTORY__same.csv');
  expect(Object.keys(await diagnose())).toEqual([]);
});

test('a feed that lies in incoming/ for an hour is told, and not any more when it is imported', async () => {
  // Something stops the import on the way: its own listing is all that knows of the feed.
  const path = 'incoming/RESET_INVENTORY__stuck.csv';
  await installation.database.query(
    `INSERT INTO waiting_feed (path, seen_since) VALUES ($1, now() - interval '61 minutes')`,
    [path],
  );
  expect((await diagnose())['FEED_NOT_IMPORTED']?.detail).toContain(path);
  await installation.importCount('RESET_INVENTORY__stuck.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
  expect(Object.keys(await diagnose())).toEqual([]);
  expect(await installation.database.query('SELECT FROM waiting_feed')).toEqual([]);
});

test('an expected feed that does not come is told, until it comes', async () => {
  const expected = await installation.atp('feed', 'expect', 'MDM_INV_VARIANCE', '--every', '1d');
  expect(expected.exitCode).toBe(0);
  expect(Object.keys(await diagnose())).toEqual([]);
  await installation.database.query(`UPDATE expected_feed SET expected_since = now() - interval '27 hours'`);
  expect((await diagnose())['FEED_MISSING']?.detail).toBe(
    'MDM_INV_VARIANCE is expected each 1d, and none has come yet.',
  );
  await installation.importLocally('MDM_INV_VARIANCE__1.csv', [
    'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId',
    'BLUE-SHIRT,SKU,-1,BROADWAY,,',
  ]);
  expect(Object.keys(await diagnose())).toEqual([]);
  await installation.atp('feed', 'expect', 'MDM_INV_VARIANCE', '--every', 'none');
  expect((await installation.atp('feed', 'list')).json?.['expected']).toEqual([]);
});

test('a server of a source that is lost is told, and keeps no other source waiting', async () => {
  expect((await installation.atp('source', 'add', 'store')).exitCode).toBe(0);
  // A port of the loopback at which nobody listens.
  const away = ['--host', '127.0.0.1', '--port', '1', '--username', 'atp', '--folder', '/out'];
  const known = ['--host-key', `SHA256:${'A'.repeat(43)}`, '--password', 'env:STORE_PASSWORD'];
  const connected = await installation.atp('source', 'connect', 'store', ...away, ...known);
  expect(connected.json).toMatchObject({ source: 'store', server: { host: '127.0.0.1', port: 1 } });
  const result = await installation.importFeed('RESET_INVENTORY__beside.csv', [
    'facilityId,idValue,availableQty',
    'BROADWAY,BLUE-SHIRT,8',
  ]);
  expect(result).toMatchObject({
    files: [{ applied: 1 }],
    lost: [{ source: 'store', code: 'SFTP_UNREACHABLE' }],
  });
  expect(outcomeOf('import', result as never)).toBe('NEEDS_ATTENTION');
  expect((await diagnose())['SOURCE_SERVER_AWAY']?.detail).toContain('127.0.0.1:1');

  expect((await installation.atp('source', 'disconnect', 'store')).json).toMatchObject({ server: null });
  expect(Object.keys(await diagnose())).toEqual([]);
});

test('what sold between two deltas is no finding of a verification, and what lacks though its orders came is one', async () => {
  await installation.count('RESET_INVENTORY__sold.csv', 'BROADWAY', { 'BLUE-SHIRT': 9 });
  await installation.hardSync();
  await installation.processUploads();
  await installation.sellOnShopify('BLUE-SHIRT', 2);
  expect(await installation.verify()).toMatchObject({ causes: { MAY_BE_SALES: 1 } });
  expect(Object.keys(await diagnose())).toEqual([]);

  // An hour longer than the shop's orders take, and none was imported.
  await installation.database.query(
    `UPDATE applied_row SET lacked_since = lacked_since - interval '7 hours'`,
  );
  expect(await installation.verify()).toMatchObject({ causes: { CHANGED_ON_SHOPIFY: 1 } });
  expect((await diagnose())['VERIFY_DIFFERS']?.detail).toContain('(CHANGED_ON_SHOPIFY 1): BLUE-SHIRT.');

  // A push brings it in order, and forgets it: what sells then is new.
  await installation.run({ job: 'verify', shopId: SHOP, heal: true });
  await installation.recentChanges();
  await installation.processUploads();
  await installation.sellOnShopify('BLUE-SHIRT', 1);
  expect(await installation.verify()).toMatchObject({ causes: { MAY_BE_SALES: 1 } });
  expect(Object.keys(await diagnose())).toEqual([]);
});

test('what a verification found is told until one finds nothing', async () => {
  await installation.hardSync();
  await installation.processUploads();
  await installation.verify();
  expect(Object.keys(await diagnose())).toEqual([]);

  await installation.twin.seed([]);
  const [level] = await installation.twin.levels();
  await installation.twin.control('PATCH', `/shops/${SHOP}.myshopify.com/levels`, [
    { sku: level?.sku, available: (level?.available ?? 0) + 4 },
  ]);
  await installation.verify();
  const { VERIFY_DIFFERS: differs } = await diagnose();
  expect(differs?.detail).toMatch(/^1 of 2 products differed at .* \(CHANGED_ON_SHOPIFY 1\): /);
  expect(differs?.since).toMatch(/^20/);
  expect(differs?.hint).toContain(`\`atp verify ${SHOP} --heal\` lets the next file make it equal.`);

  await installation.run({ job: 'verify', shopId: SHOP, heal: true });
  await installation.recentChanges();
  await installation.processUploads();
  await installation.verify();
  expect(Object.keys(await diagnose())).toEqual([]);
});

test('what a sample found is told until a sample finds it right, whatever else it draws', async () => {
  const [level] = await installation.twin.levels();
  const show = (available: number) =>
    installation.twin.control('PATCH', `/shops/${SHOP}.myshopify.com/levels`, [
      { sku: level?.sku, available },
    ]);
  const sample = (size: number) => installation.run({ job: 'verify', shopId: SHOP, sample: size });
  await show((level?.available ?? 0) + 4);
  await sample(2);
  const { VERIFY_DIFFERS: differs } = await diagnose();
  expect(differs?.detail).toMatch(new RegExp(`^1 of 2 products differed .*: ${level?.sku}\\.$`));

  // One of two products is drawn, and the one that is known to differ is always looked at.
  for (let draw = 1; draw <= 5; draw += 1) {
    const { differentCount } = await sample(1);
    expect(differentCount).toBe(1);
  }
  await show(level?.available ?? 0);
  await sample(1);
  expect(Object.keys(await diagnose())).toEqual([]);
});

test('healing is proposed only for what a file mends', async () => {
  const track = (tracked: boolean) =>
    installation.twin.control('PATCH', `/shops/${SHOP}.myshopify.com/items`, [
      { sku: 'BLUE-SHIRT', tracked },
    ]);
  await track(false);
  await installation.verify();
  const hint = (await diagnose())['VERIFY_DIFFERS']?.hint;
  expect(hint).toContain('No file mends ITEM_NOT_TRACKED 1: switch "Track quantity" on');
  expect(hint).not.toContain('--heal');
  await track(true);
  await installation.verify();
  expect(Object.keys(await diagnose())).toEqual([]);
});

test('a feed that a gate holds is told until a person decides, and then done by a run that the decision starts', async () => {
  await installation.importCount('RESET_INVENTORY__before.csv', 'BROADWAY', { 'RED-SHIRT': 25 });
  await installation.importCount('RESET_INVENTORY__cents.csv', 'BROADWAY', { 'RED-SHIRT': 250_000 });
  expect((await diagnose())['FEED_HELD']).toMatchObject({
    severity: 'critical',
    detail: expect.stringContaining('RED-SHIRT at BROADWAY rises from 25 to 250000') as string,
  });
  const listed = await installation.atp('import', 'list', '--state', 'held');
  const [{ importId } = { importId: 0 }] = listed.json as unknown as readonly { importId: number }[];

  const settledOfHeld = async () => {
    const { json } = await installation.atp('pipeline', 'needs-attention', '--job', 'import');
    const runs = json?.['jobs'] as readonly { outcome: string; settled: string | null }[];
    return runs.filter(({ outcome }) => outcome === 'HELD').map(({ settled }) => settled);
  };
  // Temporal lists a run a moment after it has ended.
  await until(async () => expect(await settledOfHeld()).toEqual([null]));

  const reject = ['import', 'reject', String(importId), '--reason', 'the sender sends cents'];
  expect(await installation.atp(...reject)).toMatchObject({
    exitCode: 0,
    json: { state: 'rejected', run: { done: true } },
  });

  await until(async () => {
    expect(await installation.filesIn('error')).toContain('RESET_INVENTORY__cents.csv');
  });
  expect(Object.keys(await diagnose())).toEqual([]);
  expect((await installation.atp(...reject)).stderr).toContain('IMPORT_NOT_HELD');
  expect(await settledOfHeld()).toEqual(['Its feeds are held no more']);
});
