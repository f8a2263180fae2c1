/** The oldest change that is not on Shopify, as a person reads it: the same figure in each place. */
import { beforeEach, expect, test } from 'vitest';
import type { OldestChange } from '../../src/domain/oldest-change.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Lane } from '../postgres/lane-under-test.ts';
import { BROADWAY, Retailer, SHOP } from '../postgres/retailer.ts';
import { atpWith, type Atp } from './atp.ts';

let lane: Lane;
let atp: Atp;

/** File 1, the first Hard Sync, is READY; nothing else has changed. */
beforeEach(async () => {
  const { database, url } = await freshDatabase();
  lane = new Lane(await Retailer.open(database, ['SHIRT', 'SOCKS']));
  await lane.makeReadyFile('hard-sync');
  atp = await atpWith({ DATABASE_URL: url });
});

interface WithFigure {
  readonly oldestChange: OldestChange;
}

async function figures(exitCode: 0 | 4): Promise<string[]> {
  const [ofShop] = await atp.json<WithFigure[]>(['shop', 'list']);
  const [ofLanes] = await atp.json<WithFigure[]>(['lane'], exitCode);
  const ofLane = await atp.json<WithFigure>(['lane', SHOP], exitCode);
  return [ofShop, ofLanes, ofLane].map((shown) => {
    const { cause, since } = shown?.oldestChange.onItsWay ?? {};
    return `${cause} ${since}`;
  });
}

async function makeOlder(minutes: number): Promise<void> {
  await lane.database.query(
    'UPDATE upload_file SET oldest_change_at = now() - make_interval(mins => $1), created_at = now()',
    [minutes],
  );
}

test('shop list, lane and lane of one shop tell the same', async () => {
  const [first, ...others] = await figures(0);

  expect(first).toMatch(/^IN_LANE 20/);
  expect(others).toEqual([first, first]);
});

test('lane without a shop has a line for each, and exit code 4 when one is stopped', async () => {
  await makeOlder(12);
  const waiting = await atp.run('lane');
  expect(waiting.exitCode).toBe(0);
  expect(waiting.stdout).toMatch(
    /blue-shirts *│ waiting *│ – *│ *1 │ *2 │ 12 min, in the lane \(file 1, 2 products\)/,
  );

  await lane.block(1, 'SHOPIFY_ACCESS_DENIED');

  const stopped = await atp.run('lane');
  expect(stopped.exitCode).toBe(4);
  expect(stopped.stdout).toMatch(
    /blocked: file 1, SHOPIFY_ACCESS_DENIED *│ 20.*Z *│ *1 │ *2 │ 12 min, the lane is blocked/,
  );
  expect(await figures(4)).toEqual(Array(3).fill(expect.stringMatching(/^LANE_BLOCKED 20/)));
  expect(await atp.failure('lane', '--audit')).toBe('INPUT_INVALID 2');
});

test('a lane says since when it is blocked and what waits behind, and shows the newest file first', async () => {
  await lane.block(1);
  await lane.makeReadyFile('recent-changes');

  const { stdout } = await atp.run('lane', SHOP);

  expect(stdout).toMatch(
    /^blue-shirts: BLOCKED since 20.*Z, a person must decide; 2 files wait with 3 rows$/m,
  );
  expect(stdout).toMatch(
    /- less than a minute, the lane is blocked: file 1, FILE_MISSING \(file 1, 3 products\)/,
  );
  expect(stdout.indexOf('│ recent-changes')).toBeLessThan(stdout.indexOf('│ hard-sync'));
});

test('rows are counted while a run applies them', async () => {
  await lane.enter();
  await lane.database.query(`UPDATE upload_file SET state = 'APPLYING', started_at = now()`);
  await lane.settle('SHIRT', 1, 'APPLIED');

  expect(await atp.json(['lane', SHOP])).toMatchObject({
    state: 'applying',
    productsWaiting: 1,
    files: [{ rows: 2, applied: 1 }],
  });
  // Another file may have brought the other one already.
  expect((await atp.run('lane', SHOP)).stdout).toContain('1 file waits with at most 1 row\n');
});

test('a change that is older than the shop’s limit is told as too old', async () => {
  await makeOlder(50);
  expect((await atp.run('lane', SHOP)).stdout).toContain('above the limit of 45m');

  await atp.json(['shop', 'set', SHOP, '--age-limit', '2h']);

  expect(await atp.json(['shop', 'list'])).toMatchObject([{ ageLimitMs: 2 * 60 * 60_000 }]);
  expect((await atp.run('lane', SHOP)).stdout).not.toContain('above the limit');
  expect(await atp.failure('shop', 'set', SHOP, '--age-limit', '2s')).toBe('INPUT_INVALID 2');
});

test('a lane without a change says so, and what is withheld or quarantined is told apart', async () => {
  await lane.database.query(`UPDATE upload_file SET state = 'APPLYING'`);
  await lane.database.query(`UPDATE upload_file SET state = 'APPLIED'`);
  expect((await atp.run('lane', SHOP)).stdout).toContain('Every change is on Shopify.');

  await lane.settle('SOCKS', 1, 'QUARANTINED');
  await lane.retailer.post('SHIRT', BROADWAY, 1, 0);

  expect((await atp.run('lane', SHOP)).stdout).toMatch(
    /waits for the next delta\n.*set apart: less than a minute, quarantined \(1 product\)|set apart: less than a minute, quarantined \(1 product\)\n.*waits for the next delta/,
  );
});
