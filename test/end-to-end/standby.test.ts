/** What works on a hot standby that streams from the primary, and what is refused there: docs/guides/scale.md says the same. */
import { beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { produceFile } from '../../src/postgres/producing/produce-file.ts';
import { atpProcess, atpWith, type Atp } from '../cli/atp.ts';
import { OwnPostgres } from '../postgres/own-postgres.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { until } from '../setup/until.ts';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;
let url: string;
let standby: Database;
/** The same installation, with the standby as its database. */
let onStandby: Atp;

beforeAll(async () => {
  const own = await OwnPostgres.start();
  await own.addStandby({ isSynchronous: true });
  url = own.standbyUrl;
  shop = await Installation.open(['SHIRT', 'HAT'], { database: { database: own.database, url: own.url } });
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { SHIRT: 9, HAT: 4 });
  await shop.startWorker();
  await shop.hardSync();
  await shop.processUploads();
  await shop.verify();
  onStandby = await atpWith({ ...shop.environment, DATABASE_URL: url });
  standby = openDatabase(url);
  cleanUp(() => standby.close());
  await until(async () => {
    const [found] = await standby.query<{ verified: number }>(
      'SELECT count(*)::int AS verified FROM verification_history',
    );
    expect(found?.verified).toBe(1);
  });
});

const READS: readonly (readonly string[])[] = [
  ['explain', 'SHIRT', '--group', 'FAC_GRP', '--shop', SHOP],
  ['product', 'list'],
  ['facility', 'list'],
  ['group', 'list'],
  ['shop', 'list'],
  ['lane', SHOP],
  ['lane', SHOP, '--audit'],
  ['import', 'list'],
  ['audit', 'log'],
  ['what-if', '--group', 'FAC_GRP', '--facility', 'BROADWAY', '--sells', 'no'],
];

/** Without the instants at which each of the two was asked. */
function withoutNow(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) => (key === 'at' ? undefined : value));
}

test.each(READS)('atp %s %s … says on a standby what it says on the primary', async (...args) => {
  const there = await shop.atp(...args);
  expect(there.exitCode, there.stderr).toBe(0);

  expect(withoutNow(await onStandby.json(args))).toEqual(withoutNow(there.json));
});

test('doctor refuses a standby', async () => {
  const { checks } = await onStandby.json<{
    readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  }>(['doctor'], 1);

  expect(checks.find(({ name }) => name === 'Postgres')).toMatchObject({
    ok: false,
    detail: expect.stringContaining('DATABASE_READ_ONLY') as string,
  });
});

test('a worker takes no work on a standby', async () => {
  const worker = await atpProcess({ ...shop.environment, DATABASE_URL: url });
  const { exitCode, stderr, stdout } = await worker.run('worker');

  expect(exitCode).toBe(1);
  expect(`${stdout}${stderr}`).toContain('DATABASE_READ_ONLY');
});

test('a delta, a verification and an act of a person are refused on a standby', async () => {
  const delta = produceFile(standby, { shopId: SHOP, kind: 'recent-changes', producerKey: 'on the standby' });
  await expect(delta).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
  expect(await onStandby.failure('job', 'run', 'recent-changes', '--shop', SHOP)).toBe(
    'DATABASE_READ_ONLY 1',
  );
  expect(await onStandby.failure('verify', SHOP)).toBe('DATABASE_READ_ONLY 1');
  expect(await onStandby.failure('group', 'set', 'FAC_GRP', '--threshold', '1')).toBe('DATABASE_READ_ONLY 1');
});
