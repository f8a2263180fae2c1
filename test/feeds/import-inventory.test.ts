import { appendFile, mkdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { FEEDS_PER_RUN } from '../../src/domain/limits.ts';
import { expectFeed, listExpectedFeeds } from '../../src/postgres/feeds/expected-feeds.ts';
import type { FileDrop, OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { ImportRun } from './import-run.ts';
import type { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
let folder: string;
let drop: OpenFileDrop;

let { put, read, namesIn, importFeed, listFeeds } = {} as ImportRun;

beforeEach(async () => {
  const run = await ImportRun.open();
  ({ warehouse, folder, drop, put, read, namesIn, importFeed, listFeeds } = run);
});

const readOnHand = async (sku = 'SHIRT') => (await warehouse.readLevels(sku, 'BROADWAY')).qoh;

const HEADER = 'idValue,facilityId,availableDelta';
const GOOD = `${HEADER}\nSHIRT,BROADWAY,5\n`;
const MIXED = `${HEADER}\nSHIRT,BROADWAY,5\n=TIE,BROADWAY,-1\n`;

describe('an import run takes', () => {
  test('the feeds in incoming/ and in the folders of the feed types, sorted by name without the type', async () => {
    await put('incoming/RESET_INVENTORY__2.csv', 'abc');
    await put('incoming/ORDER_ITEMS/A-1.csv', 'a');
    await put('incoming/MDM_INV_VARIANCE/Z-1.csv', 'a');
    for (const name of ['.hidden.csv', 'notes.txt', 'a.csv.part', 'drafts/a.csv'])
      await put(`incoming/${name}`, 'x');

    const feeds = await listFeeds();

    expect(feeds.filter(({ isUntaken }) => !isUntaken).map(({ path }) => path)).toEqual([
      'incoming/RESET_INVENTORY__2.csv',
      'incoming/ORDER_ITEMS/A-1.csv',
      'incoming/MDM_INV_VARIANCE/Z-1.csv',
    ]);
    expect(feeds[0]).toEqual({
      path: 'incoming/RESET_INVENTORY__2.csv',
      sizeBytes: 3,
      modifiedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      settlesInMs: 0,
    });
  });

  test('a count of eight o’clock before a variance of nine, whatever their types', async () => {
    await put('incoming/MDM_INV_VARIANCE__0900.csv', 'a');
    await put('incoming/RESET_INVENTORY__0800.csv', 'a');

    expect((await listFeeds()).map(({ path }) => path)).toEqual([
      'incoming/RESET_INVENTORY__0800.csv',
      'incoming/MDM_INV_VARIANCE__0900.csv',
    ]);
  });

  test('only the feeds of one folder when it has a source', async () => {
    await put('incoming/RESET_INVENTORY__2.csv', 'a');
    await put('incoming/erp/RESET_INVENTORY__1.csv', 'a');
    expect((await listFeeds({ source: 'erp' })).map(({ path }) => path)).toEqual([
      'incoming/erp/RESET_INVENTORY__1.csv',
    ]);
    expect(await listFeeds({ source: 'nowhere' })).toEqual([]);
  });

  test('the first feeds by name, and not more than its limit', async () => {
    for (let index = 0; index < FEEDS_PER_RUN + 3; index += 1) {
      await put(`incoming/RESET_INVENTORY__${String(index).padStart(4, '0')}.csv`, 'a');
    }
    const feeds = await listFeeds();
    expect(feeds).toHaveLength(FEEDS_PER_RUN);
    expect(feeds[0]?.path).toBe('incoming/RESET_INVENTORY__0000.csv');
  });
});

describe('a feed goes', () => {
  test('to archive/ when all its rows are good', async () => {
    const path = await put('incoming/MDM_INV_VARIANCE/1.csv', GOOD);
    expect(await importFeed(path)).toEqual({ fileName: '1.csv', rows: 1, applied: 1, failed: 0 });
    expect(await readOnHand()).toBe(5);
    expect(await namesIn('incoming/MDM_INV_VARIANCE')).toEqual([]);
    expect(await namesIn('archive')).toEqual(['1.csv']);
    expect(await read('archive/1.csv')).toBe(GOOD);
  });

  test('to error/ with a reason for each refused row, while its good rows are imported', async () => {
    const path = await put('incoming/MDM_INV_VARIANCE__1.csv', MIXED);
    expect(await importFeed(path)).toEqual({
      fileName: 'MDM_INV_VARIANCE__1.csv',
      rows: 2,
      applied: 1,
      failed: 1,
    });
    expect(await readOnHand()).toBe(5);
    expect(await namesIn('error')).toEqual(['MDM_INV_VARIANCE__1.csv', 'MDM_INV_VARIANCE__1.csv.errors.csv']);
    expect(await read('error/MDM_INV_VARIANCE__1.csv.errors.csv')).toBe(
      `\uFEFF"row","column","code","message","${HEADER.replaceAll(',', '","')}"\n` +
        `"3","idValue","PRODUCT_UNKNOWN","There is no product with SKU ""=TIE"".","'=TIE","BROADWAY","-1"\n`,
    );
  });

  test.each([
    [
      'neither its name nor its header tells its type',
      'stock.csv',
      'sku,count\nSHIRT,1\n',
      'FEED_TYPE_UNKNOWN',
    ],
    ['its header lacks columns', 'MDM_INV_VARIANCE__1.csv', 'sku,qty\nSHIRT,1\n', 'FEED_HEADER_INVALID'],
    ['it is a spreadsheet', 'MDM_INV_VARIANCE__1.csv', 'PK\u0003\u0004xl/workbook', 'FEED_UNREADABLE'],
    ['it is empty', 'MDM_INV_VARIANCE__1.csv', '', 'FEED_UNREADABLE'],
  ])('to error/ with one reason and nothing imported when %s', async (_why, name, content, code) => {
    const path = await put(`incoming/${name}`, content);
    const feed = await importFeed(path);
    expect(feed).toMatchObject({ fileName: name, rows: 0, applied: 0, failed: 0, error: { code } });
    expect(await namesIn('error')).toEqual([name, `${name}.errors.csv`]);
    const [header, line] = (await read(`error/${name}.errors.csv`)).split('\n');
    expect(header).toBe('\uFEFF"row","column","code","message"');
    expect(line).toMatch(new RegExp(`^"","","${code}","`));
    expect(await readOnHand()).toBe(0);
  });

  test('nowhere and is not imported when it is a difference of the same name and content as one before', async () => {
    await importFeed(await put('incoming/MDM_INV_VARIANCE__1.csv', GOOD));
    const again = await importFeed(await put('incoming/MDM_INV_VARIANCE__1.csv', GOOD));
    expect(again.error?.code).toBe('FEED_HELD');
    expect(await namesIn('error')).toEqual([]);
    expect(await readOnHand()).toBe(5);
  });

  test('to archive/ with the time at which it was sent in its name, when another feed has the name already', async () => {
    const name = 'MDM_INV_VARIANCE__daily.csv';
    for (const units of [1, 2, 3]) {
      const path = await put(`incoming/${name}`, `${HEADER}\nSHIRT,BROADWAY,${units}\n`);
      await utimes(join(folder, path), 1_700_000_000, 1_700_000_000);
      expect(await importFeed(path)).toMatchObject({ applied: 1 });
    }
    expect(await namesIn('archive')).toEqual([
      'MDM_INV_VARIANCE__daily.20231114T221320Z-2.csv',
      'MDM_INV_VARIANCE__daily.20231114T221320Z.csv',
      name,
    ]);
    expect(await readOnHand()).toBe(6);
  });

  test('to error/ beside an error file of its own, even if an earlier feed of its name left one', async () => {
    const name = 'MDM_INV_VARIANCE__1.csv';
    await put(`error/${name}.errors.csv`, 'an older story');
    await importFeed(await put(`incoming/${name}`, MIXED));
    expect(await read(`error/${name}.errors.csv`)).toBe('an older story');
    const names = (await namesIn('error')).filter((found) => found !== `${name}.errors.csv`);
    expect(names).toHaveLength(2);
    expect(names[1]).toBe(`${names[0]}.errors.csv`);
  });
});

describe('an expected feed', () => {
  test('has come when its content is imported already, though nothing of it is applied', async () => {
    await expectFeed(warehouse.database, 'MDM_INV_VARIANCE', 86_400_000);
    await importFeed(await put('incoming/MDM_INV_VARIANCE__1.csv', GOOD));
    await warehouse.database.query(
      `UPDATE expected_feed SET expected_since = '2026-01-01', came_at = '2026-01-02'`,
    );
    expect(await listExpectedFeeds(warehouse.database)).toMatchObject([{ isLate: true }]);

    const again = await importFeed(await put('incoming/MDM_INV_VARIANCE__1.csv', GOOD));

    expect(again.error?.code).toBe('FEED_HELD');
    expect(await listExpectedFeeds(warehouse.database)).toMatchObject([{ isLate: false }]);
    expect(await readOnHand()).toBe(5);
  });

  test('is missing though one came by a clock that was ahead: then the last import before counts', async () => {
    await expectFeed(warehouse.database, 'MDM_INV_VARIANCE', 86_400_000);
    await importFeed(await put('incoming/MDM_INV_VARIANCE__1.csv', GOOD));
    await warehouse.database.query(
      `UPDATE expected_feed SET expected_since = '2026-01-01', came_at = now() + interval '300 days'`,
    );
    await warehouse.database.query(`UPDATE import_file SET imported_at = '2026-01-02'`);

    expect(await listExpectedFeeds(warehouse.database)).toMatchObject([
      { isLate: true, cameAt: new Date('2026-01-02') },
    ]);
  });

  test.each([
    // It came when the import had just run, and the one before came when it was about to.
    ['1 hour', '75 minutes', false],
    ['1 hour', '91 minutes', true],
    ['1 day', '26 hours', false],
    ['1 day', '27 hours', true],
  ])('each %s that came %s ago is late: %s', async (every, ago, isLate) => {
    await warehouse.database.query(
      `INSERT INTO expected_feed (feed_type, every, came_at, expected_since)
       VALUES ('MDM_INV_VARIANCE', $1::interval, now() - $2::interval, '2026-01-01')`,
      [every, ago],
    );
    expect(await listExpectedFeeds(warehouse.database)).toMatchObject([{ isLate }]);
  });
});

describe('a feed that waits', () => {
  const waiting = async () =>
    (await warehouse.database.query<{ path: string }>('SELECT path FROM waiting_feed ORDER BY path')).map(
      ({ path }) => path,
    );

  test('is forgotten with the folder of its type, by a run that looks everywhere', async () => {
    await put('incoming/RESET_INVENTORY__1.csv', 'a');
    const typed = await put('incoming/ORDER_ITEMS/1.csv', 'a');
    await listFeeds();
    await rm(join(folder, dirname(typed)), { recursive: true });
    await mkdir(join(folder, 'incoming/MDM_INV_VARIANCE'));
    // It has looked into one folder, and knows nothing of others.
    await listFeeds({ source: 'MDM_INV_VARIANCE' });
    expect(await waiting()).toEqual([typed, 'incoming/RESET_INVENTORY__1.csv']);

    await listFeeds();

    expect(await waiting()).toEqual(['incoming/RESET_INVENTORY__1.csv']);
  });
});

describe('a later attempt', () => {
  const NAME = 'MDM_INV_VARIANCE__1.csv';

  /** Opens the file drop of a worker that is killed just before or just after one of its steps. */
  function openDropThatDies(step: 'claim' | 'publish' | 'move', when: 'before' | 'after'): OpenFileDrop {
    return (work) =>
      drop((files) => {
        const die = async (does: () => Promise<void>) => {
          if (when === 'after') await does();
          throw new Error('killed');
        };
        const dying: FileDrop = {
          ...files,
          take: (from, to) => (step === 'claim' ? die(() => files.take(from, to)) : files.take(from, to)),
          move: (from, to) => (step === 'move' ? die(() => files.move(from, to)) : files.move(from, to)),
          publish: (localPath, target) =>
            step === 'publish'
              ? die(() => files.publish(localPath, target))
              : files.publish(localPath, target),
        };
        return work(dying);
      });
  }

  test.each([
    ['that died before it claimed the feed', 'claim', 'before'],
    ['that died after it claimed the feed', 'claim', 'after'],
    ['that died before it wrote the error file', 'publish', 'before'],
    ['that died after it wrote the error file', 'publish', 'after'],
    ['that died before it moved the feed', 'move', 'before'],
    ['that died after it moved the feed', 'move', 'after'],
  ] as const)('imports the feed once and files it, after one %s', async (_when, step, when) => {
    const path = await put(`incoming/${NAME}`, MIXED);
    const through = openDropThatDies(step, when);
    await expect(importFeed(path, { through, step: 'the same' })).rejects.toThrow('killed');

    const feed = await importFeed(path, { startedAgoMs: 60_000, step: 'the same' });

    expect(feed).toEqual({ fileName: NAME, rows: 2, applied: 1, failed: 1 });
    expect(await readOnHand()).toBe(5);
    expect([await namesIn('incoming'), await namesIn('claimed')]).toEqual([[], []]);
    expect(await namesIn('error')).toEqual([NAME, `${NAME}.errors.csv`]);
    const [file] = await warehouse.database.query<{ filed: boolean }>(
      'SELECT filed_at IS NOT NULL AS filed FROM import_file',
    );
    expect(file?.filed).toBe(true);
  });

  test('reports a feed that a person has taken away', async () => {
    const feed = await importFeed(`incoming/${NAME}`);
    expect(feed).toMatchObject({ fileName: NAME, rows: 0, error: { code: 'FEED_GONE' } });
  });

  test('does not take the import of a feed of that name from another day for its own', async () => {
    await importFeed(await put(`incoming/${NAME}`, GOOD));
    await warehouse.database.query(`UPDATE import_file SET imported_at = imported_at - interval '1 day'`);
    expect(await importFeed(`incoming/${NAME}`)).toMatchObject({ rows: 0, error: { code: 'FEED_GONE' } });
  });

  test('fails when SFTP is unreachable, so that it is tried again, and leaves the feed in its place', async () => {
    const path = await put(`incoming/${NAME}`, GOOD);
    const away: OpenFileDrop = () =>
      Promise.reject(new AtpError('SFTP_UNREACHABLE', { host: 'h', port: 22, reason: 'gone' }));
    expect((await expectCodedError(() => importFeed(path, { through: away }))).code).toBe('SFTP_UNREACHABLE');
    expect(await namesIn('incoming')).toEqual([NAME]);
  });
});

/** Opens the file drop at whose first download of a feed something else happens there, after the feed was read. */
function whileItIsRead(happens: (claimedPath: string) => Promise<unknown>): OpenFileDrop {
  let isDone = false;
  return (work) =>
    drop((files) =>
      work({
        ...files,
        download: async (from, to) => {
          const got = await files.download(from, to);
          if (!isDone) await happens(from);
          isDone = true;
          return got;
        },
      }),
    );
}

test('a file put under the name of a feed while that is imported is another feed, and what was imported is archived', async () => {
  const path = await put('incoming/MDM_INV_VARIANCE__stock.csv', GOOD);
  const next = `${HEADER}\nSHIRT,BROADWAY,1000\n`;

  const feed = await importFeed(path, { through: whileItIsRead(() => put(path, next)) });

  expect(feed).toMatchObject({ applied: 1 });
  expect(await read('archive/MDM_INV_VARIANCE__stock.csv')).toBe(GOOD);
  expect(await read(path)).toBe(next);
  expect(await importFeed(path)).toMatchObject({ applied: 1 });
  expect(await readOnHand()).toBe(1005);
});

test('a feed that grows while it is read is not applied, and a later run takes it from its claim', async () => {
  const path = await put('incoming/MDM_INV_VARIANCE__1.csv', GOOD);
  const through = whileItIsRead((claimed) => appendFile(join(folder, claimed), 'HAT,BROADWAY,7\n'));

  expect(await importFeed(path, { through })).toMatchObject({ error: { code: 'FEED_UNSETTLED' } });
  expect([await readOnHand(), await namesIn('incoming'), await namesIn('archive')]).toEqual([0, [], []]);

  const [claimed, ...others] = await listFeeds();
  expect(others).toEqual([]);
  expect(claimed).toMatchObject({ waits: { code: 'FEED_UNSETTLED' } });
  expect(await importFeed(claimed?.path ?? '')).toMatchObject({ rows: 2, applied: 2 });
  expect([await readOnHand(), await namesIn('claimed')]).toEqual([5, []]);
});

test('a feed that grows between its reading and the commit is not applied', async () => {
  const path = await put('incoming/MDM_INV_VARIANCE__1.csv', MIXED);
  let connections = 0;
  // The first connection reads the feed, the second one looks at it again before the commit.
  const through: OpenFileDrop = async (work) => {
    connections += 1;
    if (connections === 2) {
      const [id = ''] = await namesIn('claimed');
      await appendFile(join(folder, 'claimed', id, 'MDM_INV_VARIANCE__1.csv'), 'HAT,BROADWAY,7\n');
    }
    return drop(work);
  };
  expect(await importFeed(path, { through })).toMatchObject({ error: { code: 'FEED_UNSETTLED' } });
  expect([await readOnHand(), await namesIn('error')]).toEqual([0, []]);
});

test('a later run finishes the feed that an earlier one has claimed, whose sender has put the next one in its place', async () => {
  const path = await put('incoming/MDM_INV_VARIANCE__1.csv', GOOD);
  const dies: OpenFileDrop = (work) =>
    drop((files) => work({ ...files, download: () => Promise.reject(new Error('killed')) }));
  await expect(importFeed(path, { through: dies })).rejects.toThrow('killed');
  await put(path, `${HEADER}\nSHIRT,BROADWAY,1000\n`);

  const feeds = await listFeeds();

  expect(feeds.map((feed) => feed.path.split('/')[0])).toEqual(['claimed', 'incoming']);
  for (const feed of feeds) expect(await importFeed(feed.path)).toMatchObject({ applied: 1 });
  expect(await readOnHand()).toBe(1005);
});

test('a path that leads out of incoming/ is refused', async () => {
  await put('secret.csv', GOOD);
  const error = await expectCodedError(() => importFeed('incoming/../secret.csv'));
  expect(error.code).toBe('INPUT_INVALID');
});
