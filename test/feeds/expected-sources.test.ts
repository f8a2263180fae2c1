/** Feeds of a source that are to come every so often. */
import { beforeAll, describe, expect, test } from 'vitest';
import { missingFrom } from '../../src/domain/expected-feed.ts';
import { listExpectedFeeds } from '../../src/postgres/feeds/expected-feeds.ts';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { addSource, setSource, type SettingsChange } from '../../src/postgres/feeds/sources.ts';
import { ImportRun } from './import-run.ts';

let run: ImportRun;
let sources = 0;
let name = '';

beforeAll(async () => {
  run = await ImportRun.open();
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAILY: SettingsChange = { type: 'RESET_INVENTORY', expectedEveryMs: DAY_MS };

async function add(settings: SettingsChange): Promise<void> {
  sources += 1;
  name = `nightly-${sources}`;
  await addSource(run.warehouse.database, name, settings);
}

const look = async () =>
  (await listExpectedFeeds(run.warehouse.database)).find(({ source }) => source === name);

/** All that has happened to the source has happened so much earlier. */
async function letTimePass(hours: number): Promise<void> {
  await run.warehouse.database.query(
    `UPDATE feed_source SET expected_since = expected_since - make_interval(hours => $1)`,
    [hours],
  );
  await run.warehouse.database.query(
    `UPDATE feed_import SET came_at = came_at - make_interval(hours => $1)`,
    [hours],
  );
}

const send = async (file: string, units: number) =>
  run.importFeed(
    await run.put(`incoming/${name}/${file}`, `facilityId,idValue,availableQty\nBROADWAY,SHIRT,${units}\n`),
  );

describe('a source whose feeds are expected', () => {
  test('misses none when it was just added, nor when it is said only now of an old one', async () => {
    await add({ type: 'RESET_INVENTORY' });
    expect(await look()).toBeUndefined();
    await letTimePass(100);
    await setSource(run.warehouse.database, name, { expectedEveryMs: DAY_MS });
    expect(await look()).toMatchObject({ type: null, cameAt: null, isLate: false });
    // Said again, nothing begins anew.
    await letTimePass(27);
    await setSource(run.warehouse.database, name, { expectedEveryMs: DAY_MS, decimal: 'point' });
    expect(await look()).toMatchObject({ isLate: true });
    await setSource(run.warehouse.database, name, { expectedEveryMs: 2 * DAY_MS });
    expect(await look()).toMatchObject({ isLate: false });
    await setSource(run.warehouse.database, name, { expectedEveryMs: null });
    expect(await look()).toBeUndefined();
  });

  test('is late once none has come for a tenth longer, whatever others send, and until one comes', async () => {
    await add(DAILY);
    await send('1.csv', 5);
    await letTimePass(26);
    expect(await look()).toMatchObject({ isLate: false });
    await run.warehouse.count('SHIRT', 'BROADWAY', 7);
    await letTimePass(1);
    expect(await look()).toMatchObject({ isLate: true });

    expect((await run.listFeeds()).flatMap(({ path, isMissing }) => (isMissing ? [path] : []))).toEqual([
      expect.stringMatching(new RegExp(`^source ${name} is expected each 1d, the last came at .*Z$`)),
    ]);
    expect(await run.listFeeds({ source: 'somebody-else' })).toEqual([]);

    await send('2.csv', 6);
    expect(await look()).toMatchObject({ isLate: false });
    expect(await run.listFeeds()).toEqual([]);
  });

  test('is late though one came by a clock that was ahead, also where it was said to be expected by that clock', async () => {
    await add(DAILY);
    await send('1.csv', 5);
    await send('2.csv', 6);
    await letTimePass(30);
    const { database } = run.warehouse;
    await database.query(
      `UPDATE feed_import SET came_at = now() + interval '300 days'
       WHERE import_id = (SELECT max(import_id) FROM feed_import WHERE source = $1)`,
      [name],
    );
    const [{ came } = { came: null }] = await database.query<{ came: Date | null }>(
      'SELECT min(came_at) AS came FROM feed_import WHERE source = $1',
      [name],
    );
    expect(await look()).toMatchObject({ isLate: true, cameAt: came });

    await database.query(`UPDATE feed_source SET expected_since = now() + interval '300 days'`);
    expect(await look()).toMatchObject({ isLate: true, cameAt: came });
    await add(DAILY);
    await database.query(`UPDATE feed_source SET expected_since = now() + interval '300 days'`);
    expect(await look()).toMatchObject({ isLate: true, cameAt: null });
  });

  test('has sent one that is held: it has come, whatever a person decides about it', async () => {
    await add(DAILY);
    await run.warehouse.count('SHIRT', 'BROADWAY', 7);
    await letTimePass(30);
    expect((await send('1.csv', 700_000)).error?.code).toBe('FEED_HELD');
    expect(await look()).toMatchObject({ isLate: false });
    const { database } = run.warehouse;
    const [held] = await listImports(database, { limit: 1 });
    await decideImport(database, held?.importId ?? 0, { state: 'approved', by: 'Ann', reason: 'a test' });
    expect(await look()).toMatchObject({ isLate: false });
  });

  test('is told in the time of its place', async () => {
    await add({ ...DAILY, timeZone: 'America/New_York' });
    await send('1.csv', 5);
    await letTimePass(30);
    const [missing] = (await run.listFeeds()).filter(
      ({ isMissing, path }) => isMissing && path.includes(name),
    );
    expect(missing?.path).toMatch(/the last came at .* -0[45]:00$/);
  });
});

describe('a nightly feed is missing from a tenth of a day after the hour at which it came', () => {
  test.each([
    ['on a usual day', '2026-11-10T02:00:00+01:00', '2026-11-11T02:00:00+01:00'],
    ['on the day of 25 hours', '2026-10-24T23:00:00+02:00', '2026-10-25T23:00:00+01:00'],
    ['on the day of 23 hours', '2026-03-28T23:00:00+01:00', '2026-03-29T23:00:00+02:00'],
  ])('%s', (_what, last, due) => {
    const latenessMs = 2.4 * HOUR_MS;
    expect(missingFrom(new Date(last), DAY_MS, 'Europe/Berlin')).toEqual(
      new Date(new Date(due).getTime() + latenessMs),
    );
  });

  test('and one of each five minutes half an hour after it was due', () => {
    const last = new Date('2026-11-10T02:00:00Z');
    expect(missingFrom(last, 300_000, 'UTC')).toEqual(new Date('2026-11-10T02:35:00Z'));
  });
});
