/** When a feed is there, and what holds back what. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createHash } from 'node:crypto';
import { appendFile, chmod, mkdir, readdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createImportActivities, type FeedRef } from '../../activities/import-inventory.ts';
import { whatFeedWaitsFor } from '../../src/domain/feed-arrival.ts';
import type { ImportedFile } from '../../src/domain/jobs/import.ts';
import { CLOCKS_APART_MS, FEED_SETTLE_MS } from '../../src/domain/limits.ts';
import { findLongWaitingFeeds } from '../../src/postgres/feeds/waiting-feeds.ts';
import { fileDrop, type OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { openSourceDrops } from '../../src/sftp/source-drop.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
let folder: string;
let drop: OpenFileDrop;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  const root = await freshSftpRoot();
  folder = root.folder;
  drop = fileDrop(root.settings);
  await warehouse.database.query('DELETE FROM waiting_feed');
  await warehouse.database.query('UPDATE import_file SET filed_as = NULL');
});

const COUNT = 'facilityId,idValue,availableQty\nBROADWAY,SHIRT,10\n';
const HOUR_MS = 3_600_000;

async function put(path: string, content: string, agoMs = 0): Promise<string> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
  const written = new Date(Date.now() - agoMs);
  await utimes(join(folder, path), written, written);
  return path;
}

function activities(through: OpenFileDrop = drop) {
  return createImportActivities({
    database: warehouse.database,
    sourceDrop: openSourceDrops({ environment: process.env }),
    fileDrop: through,
    diary: () => undefined,
  });
}

const listFeeds = (through?: OpenFileDrop): Promise<FeedRef[]> =>
  new MockActivityEnvironment().run(activities(through).listFeeds, {});

let steps = 0;

function importFeed(feed: { readonly path: string }, through?: OpenFileDrop): Promise<ImportedFile> {
  steps += 1;
  const info = { activityId: `arrival-${steps}`, scheduledTimestampMs: Date.now() };
  return new MockActivityEnvironment(info).run(activities(through).importFeed, feed);
}

const takenOf = (feeds: readonly FeedRef[]) =>
  feeds.filter(({ waits, isUntaken }) => !waits && !isUntaken).map(({ path }) => path);
const waitingOf = (feeds: readonly FeedRef[]) =>
  feeds.flatMap(({ path, waits }) => (waits ? [[path, waits.code, waits.behind]] : []));

/** The looks of runs so far were so much earlier. */
async function letTimePass(ms: number): Promise<void> {
  await warehouse.database.query(
    `UPDATE waiting_feed SET seen_since = seen_since - make_interval(secs => $1::float8 / 1000),
       still_since = still_since - make_interval(secs => $1::float8 / 1000)`,
    [ms],
  );
}

const readOnHand = async () => (await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh;

describe('a feed is complete', () => {
  test('once it has stood still for the settle time, by the looks of runs', async () => {
    const path = await put('incoming/RESET_INVENTORY__1.csv', COUNT);
    const [first] = await listFeeds();
    expect(first?.waits).toMatchObject({ code: 'FEED_UNSETTLED', isLong: false });
    expect(first?.settlesInMs).toBeGreaterThan(0);
    expect(first?.settlesInMs).toBeLessThanOrEqual(FEED_SETTLE_MS);
    await letTimePass(FEED_SETTLE_MS);
    expect(takenOf(await listFeeds())).toEqual([path]);
  });

  test('also when it was seen first by a clock that was ahead', async () => {
    const path = await put('incoming/RESET_INVENTORY__1.csv', COUNT);
    await listFeeds();
    await letTimePass(-3 * 24 * HOUR_MS);
    expect(takenOf(await listFeeds())).toEqual([]);
    await letTimePass(FEED_SETTLE_MS);
    expect(await findLongWaitingFeeds(warehouse.database, FEED_SETTLE_MS - 1)).toMatchObject({ path });
    expect(takenOf(await listFeeds())).toEqual([path]);
  });

  test('not as long as it changes from look to look', async () => {
    const path = await put('incoming/RESET_INVENTORY__1.csv', COUNT);
    for (let look = 0; look < 3; look += 1) {
      expect(takenOf(await listFeeds())).toEqual([]);
      await letTimePass(FEED_SETTLE_MS);
      await appendFile(join(folder, path), 'SOHO,SHIRT,1\n');
    }
    await listFeeds();
    await letTimePass(FEED_SETTLE_MS);
    expect(takenOf(await listFeeds())).toEqual([path]);
  });

  test('at the first look when its time is long ago by any clock, and later when it ends inside a line', async () => {
    const agoMs = FEED_SETTLE_MS + CLOCKS_APART_MS + 5_000;
    const whole = await put('incoming/RESET_INVENTORY/1.csv', COUNT, agoMs);
    const cut = await put(
      'incoming/MDM_INV_VARIANCE/1.csv',
      'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,1',
      agoMs,
    );
    const feeds = await listFeeds();
    expect(takenOf(feeds)).toEqual([whole]);
    expect(waitingOf(feeds)).toEqual([[cut, 'FEED_UNSETTLED', 0]]);
  });

  test('whose sender stalls inside a row: the half is left alone, and the whole is imported once the rest has come', async () => {
    const path = 'incoming/RESET_INVENTORY/stalled.csv';
    await put(path, 'facilityId,idValue,availableQty\nSOHO,HAT,3\nBROADWAY,SHIRT,1');
    await listFeeds();
    await letTimePass(FEED_SETTLE_MS + 10_000);
    expect(waitingOf(await listFeeds())).toEqual([[path, 'FEED_UNSETTLED', 0]]);

    await appendFile(join(folder, path), '25\nSOHO,SHIRT,40\n');
    await listFeeds();
    await letTimePass(FEED_SETTLE_MS);
    expect(takenOf(await listFeeds())).toEqual([path]);
    expect(await importFeed({ path })).toMatchObject({ rows: 3, applied: 3 });
    expect(await readOnHand()).toBe(125);
    expect((await warehouse.readLevels('SHIRT', 'SOHO')).qoh).toBe(40);
  });

  test('while its name is that of a file being sent it is left alone', async () => {
    for (const name of [
      'a.csv.part',
      'a.tmp.csv',
      'a.partial.csv',
      'a.csv.filepart',
      '.a.csv',
      '.a.csv.Xy12Z',
    ])
      await put(`incoming/RESET_INVENTORY/${name}`, COUNT, HOUR_MS);
    expect(await listFeeds()).toEqual([]);
  });

  test.each(['.done', '.ok'])('at once with a marker %s beside it, which goes with it', async (ending) => {
    const path = await put('incoming/RESET_INVENTORY__1.csv', COUNT);
    await put(`${path}${ending}`, '');
    const [feed] = await listFeeds();
    expect(feed).toMatchObject({ path, marker: ending, settlesInMs: 0 });
    expect(feed && (await importFeed(feed))).toMatchObject({ applied: 1 });
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
    expect(await readdir(join(folder, 'claimed'))).toEqual([]);
  });

  test('not by the marker of an earlier feed of its name', async () => {
    const path = await put('incoming/RESET_INVENTORY__1.csv', COUNT);
    await put(`${path}.done`, '', 60_000);
    expect(takenOf(await listFeeds())).toEqual([]);
  });

  test('by its checksum, and is refused as a whole when it has another one', async () => {
    const good = await put('incoming/RESET_INVENTORY__1.csv', COUNT);
    const cut = await put('incoming/RESET_INVENTORY__2.csv', COUNT.replace('10', '1'));
    const sum = createHash('sha256').update(COUNT).digest('hex');
    for (const path of [good, cut]) await put(`${path}.sha256`, `${sum}  x.csv\n`);
    const feeds = await listFeeds();
    expect(takenOf(feeds)).toEqual([good, cut]);
    const imported: ImportedFile[] = [];
    for (const feed of feeds) imported.push(await importFeed(feed));
    expect(imported).toMatchObject([
      { applied: 1 },
      { applied: 0, error: { code: 'FEED_CHECKSUM_MISMATCH' } },
    ]);
    expect(await readOnHand()).toBe(10);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
    expect(await readdir(join(folder, 'error'))).toContain('RESET_INVENTORY__2.csv.errors.csv');
  });
});

test('a feed that was found complete and was replaced since is not taken as it is', async () => {
  const path = await put('incoming/RESET_INVENTORY__1.csv', COUNT, HOUR_MS);
  const [feed] = await listFeeds();
  await put('incoming/other', COUNT.slice(0, -3));
  await rename(join(folder, 'incoming/other'), join(folder, path));
  const before = await readOnHand();
  expect(feed && (await importFeed(feed))).toMatchObject({ error: { code: 'FEED_UNSETTLED' } });
  expect(await readOnHand()).toBe(before);
});

describe('a feed that waits', () => {
  test('holds back those behind it in its folder, and no others', async () => {
    const growing = await put('incoming/MDM_INV_VARIANCE/2.csv', 'a\n');
    await put('incoming/MDM_INV_VARIANCE/3.csv', 'a\n', HOUR_MS);
    await put('incoming/MDM_INV_VARIANCE/4.csv', 'a\n', HOUR_MS);
    const before = await put('incoming/MDM_INV_VARIANCE/1.csv', 'a\n', HOUR_MS);
    const elsewhere = await put('incoming/RESET_INVENTORY/9.csv', 'a\n', HOUR_MS);
    const feeds = await listFeeds();
    expect(takenOf(feeds)).toEqual([before, elsewhere]);
    expect(waitingOf(feeds)).toEqual([[growing, 'FEED_UNSETTLED', 2]]);
  });

  test('for long is for a person, and doctor is told what it waits for', async () => {
    await put('incoming/MDM_INV_VARIANCE/1.csv', 'a\n', HOUR_MS);
    const path = await put('incoming/MDM_INV_VARIANCE/2.csv', 'a');
    await listFeeds();
    await letTimePass(6 * 60_000);
    await appendFile(join(folder, path), 'b');
    expect((await listFeeds())[1]?.waits).toMatchObject({ isLong: true });
    expect(await findLongWaitingFeeds(warehouse.database, 5 * 60_000)).toMatchObject({
      path,
      waitsFor: 'FEED_UNSETTLED',
    });
  });

  test('because the server does not open it holds back its folder only, and goes on once it does', async () => {
    const shut = await put('incoming/MDM_INV_VARIANCE/1.csv', 'a\n', HOUR_MS);
    await put('incoming/MDM_INV_VARIANCE/2.csv', 'a\n', HOUR_MS);
    const elsewhere = await put('incoming/RESET_INVENTORY/1.csv', 'a\n', HOUR_MS);
    await chmod(join(folder, shut), 0);
    // Whoever is root may open every file: so the answer of the server is given here.
    const through: OpenFileDrop = (work) =>
      drop((files) =>
        work({ ...files, endOf: async (path) => (path === shut ? 'unreadable' : files.endOf(path)) }),
      );
    const feeds = await listFeeds(through);
    expect(takenOf(feeds)).toEqual([elsewhere]);
    expect(feeds[1]?.waits).toMatchObject({ code: 'FEED_NOT_READABLE', isLong: true, behind: 1 });
    await chmod(join(folder, shut), 0o644);
    expect(takenOf(await listFeeds())).toHaveLength(3);
  });
});

test('what looks like a feed and is none is told, and is in nobody’s way', async () => {
  const good = await put('incoming/RESET_INVENTORY__1.csv', COUNT, HOUR_MS);
  await mkdir(join(folder, 'incoming/RESET_INVENTORY__folder.csv'));
  await symlink('/etc/passwd', join(folder, 'incoming/RESET_INVENTORY__link.csv'));
  await put('incoming/RESET\u001b[31m__x.csv', COUNT, HOUR_MS);
  const feeds = await listFeeds();
  expect(takenOf(feeds)).toEqual([good]);
  expect(
    feeds
      .filter(({ isUntaken }) => isUntaken)
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual([
    'incoming/RESET\u001b[31m__x.csv',
    'incoming/RESET_INVENTORY__folder.csv',
    'incoming/RESET_INVENTORY__link.csv',
  ]);
});

test.each([
  ['訳', 83],
  ['Ж', 125],
  ['😀', 62],
  ['\u202e', 80],
])(
  'a feed with refused rows and a name of 250 bytes of %s is filed with its error file',
  async (character, times) => {
    const name = `${character.repeat(times)}.csv`;
    const path = await put(`incoming/RESET_INVENTORY/${name}`, `${COUNT}BROADWAY,NO-SUCH,1\n`, HOUR_MS);
    expect(await importFeed({ path })).toMatchObject({ applied: 1, failed: 1 });
    const filed = await readdir(join(folder, 'error'));
    expect(filed).toHaveLength(2);
    expect(filed).toContain(name);
  },
);

describe('a feed that grows after it was filed', () => {
  test('is taken again when it is a state', async () => {
    const path = await put('incoming/RESET_INVENTORY__1.csv', COUNT, HOUR_MS);
    await importFeed({ path });
    await appendFile(join(folder, 'archive/RESET_INVENTORY__1.csv'), 'SOHO,SHIRT,125\n');

    const [grown] = await listFeeds();

    expect(grown?.path).toMatch(/^claimed\/grown-[0-9a-f]+\/RESET_INVENTORY__1\.csv$/);
    expect(grown?.waits).toMatchObject({ code: 'FEED_UNSETTLED' });
    expect(grown && (await importFeed({ path: grown.path }))).toMatchObject({
      ...{ rows: 2, applied: 2, hasGrown: true },
    });
    expect((await warehouse.readLevels('SHIRT', 'SOHO')).qoh).toBe(125);
    expect(await readdir(join(folder, 'archive'))).toEqual(['RESET_INVENTORY__1.csv']);
  });
});

test('a feed that stands still longer never waits longer', () => {
  fc.assert(
    fc.property(
      fc.nat(300_000),
      fc.nat(300_000),
      fc.nat(1_000_000),
      fc.constantFrom('whole-line' as const, 'inside-line' as const),
      (still, more, ageMs, end) => {
        const now = Date.parse('2026-11-26T10:00:00Z');
        const modifiedAt = new Date(now - ageMs);
        const waitMs = (stillForMs: number, laterMs = 0) =>
          whatFeedWaitsFor(
            { modifiedAt, stillForMs, end, isMarked: false },
            new Date(now + laterMs),
            FEED_SETTLE_MS,
          )?.settlesInMs ?? 0;
        expect(waitMs(still + more)).toBeLessThanOrEqual(waitMs(still));
        // A look after that time finds it complete.
        expect(waitMs(still + waitMs(still), waitMs(still))).toBe(0);
      },
    ),
  );
});
