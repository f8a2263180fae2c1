/** Feeds that gates hold: nothing of them is applied, nothing is lost, and a person decides. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { listRefusedFeeds } from '../../src/postgres/feeds/refused-feeds.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { CROWD, openCrowdedRun, openStore } from './crowded-store.ts';
import type { ImportRun } from './import-run.ts';

let run: ImportRun;

beforeAll(async () => {
  run = await openCrowdedRun();
});

let folder = '';
let folders = 0;

beforeEach(async () => {
  folders += 1;
  folder = `store-${folders}`;
  await openStore(run, folder);
});

const onHand = async (sku = 'SHIRT') => (await run.warehouse.readLevels(sku, 'BROADWAY')).qoh;

const put = (name: string, rows: readonly string[]) =>
  run.put(`incoming/${folder}/${name}`, `facilityId,idValue,availableQty\n${rows.join('\n')}\n`);
const putVariance = (name: string, rows: readonly string[]) =>
  run.put(
    `incoming/${folder}/MDM_INV_VARIANCE__${name}`,
    `idValue,facilityId,availableDelta\n${rows.join('\n')}\n`,
  );
const countOf = (skus: readonly string[], units: (index: number) => number) =>
  skus.map((sku, index) => `BROADWAY,${sku},${units(index)}`);

const ofFolder = async () =>
  (await run.listFeeds({ source: folder })).map(({ path, waits }) => [path, waits?.code, waits?.behind]);
const held = async () =>
  (await listImports(run.warehouse.database, { limit: 99, state: 'held' })).filter(
    ({ source }) => source === folder,
  );

async function decide(state: 'approved' | 'rejected'): Promise<void> {
  const [first] = await held();
  await decideImport(run.warehouse.database, first?.importId ?? 0, {
    state,
    by: 'Ann',
    reason: 'I have looked',
  });
}

describe('a feed that a gate holds', () => {
  test('is not applied, stays claimed, holds back its folder only, and says what it would change', async () => {
    const result = await run.importFeed(await put('1.csv', ['BROADWAY,SHIRT,250000', 'BROADWAY,HAT,24']));
    expect(result.error).toMatchObject({ code: 'FEED_HELD' });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([25, 25]);

    await putVariance('2.csv', ['HAT,BROADWAY,-1']);
    const elsewhere = await run.put('incoming/RESET_INVENTORY__9.csv', 'facilityId,idValue,availableQty\n');
    const [[path, code, behind] = []] = await ofFolder();
    expect([path, code, behind]).toEqual([
      expect.stringMatching(/^claimed\/[^/]+\/store-\d+\/1\.csv$/),
      'FEED_HELD',
      1,
    ]);
    expect((await run.listFeeds()).find((feed) => feed.path === elsewhere)).not.toHaveProperty('waits');
    expect(await held()).toMatchObject([
      {
        fileName: '1.csv',
        rows: 2,
        reasons: [{ code: 'QUANTITY_ROSE', detail: { sku: 'SHIRT', before: 25, after: 250_000 } }],
        effect: { levels: 2, unitsBefore: 50, unitsAfter: 250_024, toZero: 0, negative: 0 },
      },
    ]);
    await run.importFeed(elsewhere);
  });

  test('is applied as it is once it is approved, and then those behind it', async () => {
    await run.importFeed(await put('1.csv', ['BROADWAY,SHIRT,250000']));
    const behind = await put('2.csv', ['BROADWAY,SHIRT,30']);
    await decide('approved');
    const [[path = '', waits] = [], next] = await ofFolder();
    expect([waits, next?.[0], next?.[1]]).toEqual([undefined, behind, undefined]);
    expect(await run.importFeed(path as string)).toMatchObject({ applied: 1, failed: 0 });
    expect(await onHand()).toBe(250_000);
    await run.importFeed(behind);
    expect(await onHand()).toBe(30);
    expect(await held()).toEqual([]);
  });

  test('goes to error/ when it is rejected, and nobody is told of what a person has decided', async () => {
    await run.importFeed(await put('rejected.csv', ['BROADWAY,SHIRT,250000']));
    await decide('rejected');
    const [[path = ''] = []] = await ofFolder();
    expect((await run.importFeed(path as string)).error).toMatchObject({
      code: 'FEED_REJECTED',
      message: '"rejected.csv" was rejected by Ann: I have looked.',
    });
    expect(await onHand()).toBe(25);
    expect(await run.namesIn('error')).toContain('rejected.csv.errors.csv');
    expect(
      (await listRefusedFeeds(run.warehouse.database, 99)).map(({ fileName }) => fileName),
    ).not.toContain('rejected.csv');
    expect(await ofFolder()).toEqual([]);
  });

  test('is held since it came, whoever tells of it', async () => {
    await run.importFeed(await put('1.csv', ['BROADWAY,SHIRT,250000']));
    const [{ cameAt } = { cameAt: null }] = await held();
    const [first] = await run.listFeeds({ source: folder });
    expect(first?.waits?.since).toBe(cameAt?.toISOString());
  });

  test('cannot be decided about twice', async () => {
    await run.importFeed(await put('1.csv', ['BROADWAY,SHIRT,250000']));
    const [{ importId = 0 } = {}] = await held();
    await decide('rejected');
    const again = { state: 'approved', by: 'Ben', reason: 'no' } as const;
    await expect(decideImport(run.warehouse.database, importId, again)).rejects.toMatchObject({
      code: 'IMPORT_NOT_HELD',
    });
    await expect(decideImport(run.warehouse.database, 999_999, again)).rejects.toMatchObject({
      code: 'IMPORT_UNKNOWN',
    });
  });

  test('is looked at anew when its sender writes on: the decision was about another content', async () => {
    const content = (units: number) => `facilityId,idValue,availableQty\nBROADWAY,SHIRT,${units}\n`;
    await run.importFeed(await put('1.csv', ['BROADWAY,SHIRT,250000']));
    const [[path = ''] = []] = await ofFolder();
    await decide('approved');
    await run.put(path as string, content(350_000));
    expect((await run.importFeed(path as string)).error?.code).toBe('FEED_HELD');
    expect(await held()).toMatchObject([{ reasons: [{ detail: { after: 350_000 } }] }]);
    expect(await onHand()).toBe(25);
  });
});

describe('what is held', () => {
  test('the same difference again; approved, it happens twice', async () => {
    await run.importFeed(await putVariance('sale.csv', ['SHIRT,BROADWAY,-1']));
    const again = await run.importFeed(await putVariance('sale.csv', ['SHIRT,BROADWAY,-1']));
    expect(again.error?.message).toMatch(
      /was imported at \d{4}-\d\d-\d\d \d\d:\d\dZ: its differences would count twice/,
    );
    expect(await onHand()).toBe(24);
    await decide('approved');
    const [[path = ''] = []] = await ofFolder();
    expect(await run.importFeed(path as string)).toMatchObject({ applied: 1 });
    expect(await onHand()).toBe(23);
  });

  test('a count that sets more than half of the stock that it counts to zero, and not one of half', async () => {
    const half = await run.importFeed(
      await put(
        '1.csv',
        countOf(CROWD, (index) => (index < 15 ? 0 : 25)),
      ),
    );
    expect(half).toMatchObject({ applied: 30 });
    const most = await run.importFeed(
      await put(
        '3.csv',
        countOf(CROWD, () => 25),
      ),
    );
    expect(most).toMatchObject({ applied: 30 });
    const all = await run.importFeed(
      await put(
        '4.csv',
        countOf(CROWD, (index) => (index < 16 ? 0 : 25)),
      ),
    );
    expect(all.error?.message).toContain('16 of 30 quantities that it counts fall to zero');
  });

  test('a count with far fewer rows than the smallest of the last ones', async () => {
    for (const name of ['1.csv', '2.csv', '3.csv'])
      await run.importFeed(
        await put(
          name,
          countOf(CROWD, () => 25),
        ),
      );
    const cut = await run.importFeed(
      await put(
        '4.csv',
        countOf(CROWD.slice(0, 14), () => 25),
      ),
    );
    expect(cut.error?.message).toContain('it has 14 rows, the smallest of the last ones had 30');
  });

  test('a feed most of whose products nobody knows; approved once they are there, it is applied', async () => {
    const skus = CROWD.map((sku) => `NEW-${folders}-${sku}`);
    const result = await run.importFeed(
      await put(
        '1.csv',
        countOf(skus, () => 5),
      ),
    );
    expect(result.error?.message).toContain('30 of 30 rows name products that nobody knows');
    await run.warehouse.database.query(
      `INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS new (sku)`,
      [skus],
    );
    await decide('approved');
    const [[path = ''] = []] = await ofFolder();
    expect(await run.importFeed(path as string)).toMatchObject({ applied: 30, failed: 0 });
    expect(await onHand(skus[0])).toBe(5);
  });

  test('by the limits of its source, where these were said', async () => {
    await addSource(run.warehouse.database, `${folder}-wholesale`, {
      type: 'RESET_INVENTORY',
      riseTimesMax: 1_000_000,
    });
    const rows = 'facilityId,idValue,availableQty\nBROADWAY,SHIRT,250000\n';
    expect(await run.importFeed(await run.put(`incoming/${folder}-wholesale/1.csv`, rows))).toMatchObject({
      applied: 1,
    });
  });
});

test('a feed from a machine of ours is refused by the same gates, unless the person says that it is right', async () => {
  const rows = ['BROADWAY,,SHIRT,,,,N,250000'];
  await expect(run.warehouse.import('RESET_INVENTORY', rows)).rejects.toMatchObject({
    code: 'FEED_IMPLAUSIBLE',
  });
  expect(await onHand()).toBe(25);
  await run.warehouse.import('RESET_INVENTORY', rows, { passesGates: true });
  expect(await onHand()).toBe(250_000);
});

describe('a count behind a held one of its source', () => {
  const hold = async () => run.importFeed(await put('1.csv', ['BROADWAY,SHIRT,250000', 'BROADWAY,HAT,24']));

  test('takes its place when it counts all that the held one counts, which then goes to error/', async () => {
    await hold();
    const next = await put('2.csv', ['BROADWAY,SHIRT,26', 'BROADWAY,HAT,23', 'BROADWAY,P1,9']);
    const last = await put('3.csv', ['BROADWAY,SHIRT,27']);
    const listed = await ofFolder();
    expect(listed.filter(([, waits]) => waits === undefined)).toEqual([[next, undefined, undefined]]);
    expect(await run.importFeed(next)).toMatchObject({ applied: 3 });
    expect(await held()).toEqual([]);

    const [[replaced = ''] = [], ...others] = await ofFolder();
    expect((await run.importFeed(replaced as string)).error?.code).toBe('FEED_REPLACED');
    expect(others).toEqual([[last, undefined, undefined]]);
    expect([await onHand('SHIRT'), await onHand('HAT'), await onHand('P1')]).toEqual([26, 23, 9]);
  });

  test('waits for the decision when it does not, and goes on by itself afterwards', async () => {
    await hold();
    expect((await run.importFeed(await put('2.csv', ['BROADWAY,SHIRT,26']))).error?.message).toContain(
      'is held before it, and counts what this one does not',
    );
    const [, behind] = await held();
    const approval = { state: 'approved', by: 'Ann', reason: 'it is right' } as const;
    await expect(decideImport(run.warehouse.database, behind?.importId ?? 0, approval)).rejects.toMatchObject(
      {
        code: 'IMPORT_BEHIND_HELD',
      },
    );
    await decide('rejected');
    const paths = (await ofFolder()).flatMap(([path, waits]) =>
      waits === undefined ? [path as string] : [],
    );
    expect(paths).toHaveLength(2);
    for (const path of paths) await run.importFeed(path);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([26, 25]);
    expect(await held()).toEqual([]);
  });

  test('does not pass a difference that is between them', async () => {
    await hold();
    await putVariance('2.csv', ['SHIRT,BROADWAY,-1']);
    await put('3.csv', ['BROADWAY,SHIRT,26', 'BROADWAY,HAT,23']);
    expect((await ofFolder()).map(([, waits, behind]) => [waits, behind])).toEqual([['FEED_HELD', 2]]);
  });
});
