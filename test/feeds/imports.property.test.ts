/**
 * Any mix of counts (about now, or about an instant before; of all there is, or of a part), differences and states of order lines,
 * sent again, held, replaced and decided, refused in part, broken off at every step and undone, ends at the quantities that a person
 * would compute from the events.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { NOTHING, Played, PRODUCTS, step, type Step, type Tally } from './played.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

const usual = { dies: 'not', isSentAgain: false } as const;
const count = {
  act: 'count',
  units: { SHIRT: 9 },
  isWhole: false,
  tooMany: 0,
  hasBadRow: false,
  old: 0,
  decided: 'approved',
  ...usual,
} as const;
const order = { act: 'order', product: 'SHIRT', units: 2, ...usual } as const;
/** A parcel that a count has seen, then a state and a count that are too old: whatever the other runs draw. */
const LATE_NEWS: Step[] = [
  { ...order, status: 'ITEM_APPROVED', old: 0 },
  { ...count, old: 0 },
  { ...count, old: 0 },
  { ...order, status: 'ITEM_COMPLETED', old: 2 },
  { ...order, status: 'ITEM_APPROVED', old: 4 },
  { ...count, old: 0 },
  { ...count, old: 3 },
];
/** A count of before, once the last one was undone: the one before that says whether it is too old. */
const BEHIND_UNDONE: Step[] = [
  { ...count, units: { HAT: 1 }, old: 0 },
  { ...count, units: { HAT: 2 }, old: 0 },
  { act: 'undo', which: 0 },
  { ...count, units: { HAT: 3 }, old: 3 },
  { ...count, units: { HAT: 4 }, old: 1 },
];
/** What a count that was undone had taken the place of: nobody knows what it would be. */
const UNKNOWN_BEFORE: Step[] = [
  { ...count, act: 'difference', old: 0 },
  { ...count, old: 0 },
  ...[0, 1].map((which) => ({ act: 'undo', which }) as const),
];
/** What the source does not name any more, but for what somebody else has counted since. */
const ABSENT: Step[] = [
  { ...count, isWhole: true, units: { SHIRT: 5, HAT: 6 } },
  { ...count, isWhole: true, units: { HAT: 7 } },
  { ...count, units: { HAT: 8 } },
  { ...count, isWhole: true, units: { SHIRT: 1 } },
  { act: 'undo', which: 2 },
];
/** An empty file, which a whole one replaces; then one of too many units, behind which a part waits until that is rejected. */
const HELD: Step[] = [
  { ...count, isWhole: true, units: { SHIRT: 5, HAT: 6 } },
  { ...count, isWhole: true, units: {} },
  { ...count, isWhole: true, units: { SHIRT: 6, HAT: 7 } },
  { ...count, isWhole: true, tooMany: 1_000, hasBadRow: true },
  { ...count, act: 'difference', units: { SHIRT: 3, HAT: 1 } },
  { ...count, isWhole: true, units: { SHIRT: 8, HAT: 9 } },
  { act: 'decide', decided: 'rejected' },
];
/** Approved, an empty file is about the moment at which it came: somebody has counted a part of it since. */
const APPROVED: Step[] = [
  { ...count, isWhole: true, units: { SHIRT: 5, HAT: 6 } },
  { ...count, isWhole: true, units: {} },
  { ...count, units: { HAT: 2 } },
  { ...count, act: 'difference', units: { SHIRT: 3 } },
  { act: 'decide', decided: 'approved' },
];
/** Undone one after the other, all of it. */
const ALL_BACK: Step[] = [
  { ...count, old: 0 },
  { ...count, act: 'difference', old: 0 },
  { ...count, act: 'difference', units: { SHIRT: 4, HAT: 2 }, old: 0 },
  ...[0, 1, 2].map((which) => ({ act: 'undo', which }) as const),
];

let runs = 0;

/** Plays a story on products of its own, and looks at their levels behind each step. */
async function play(steps: readonly Step[], areCountsDated: boolean): Promise<Tally> {
  runs += 1;
  const played = new Played(warehouse, runs, areCountsDated);
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku`,
    [PRODUCTS.map(played.skuOf)],
  );
  for (const each of steps) {
    await played.play(each);
    for (const product of PRODUCTS) {
      expect(await warehouse.readLevels(played.skuOf(product), 'BROADWAY')).toEqual(played.levelOf(product));
    }
  }
  return played.tally;
}

test.each([
  [
    'a count of before the one that stands, behind an undone one',
    BEHIND_UNDONE,
    true,
    { undone: 1, overtaken: 1 },
  ],
  [
    'a parcel that a count has seen, and news that come too late',
    LATE_NEWS,
    true,
    { overtaken: 1, old: 1, seen: 1 },
  ],
  ['what is behind an undone count', UNKNOWN_BEFORE, false, { undone: 1, refusedUndos: 1 }],
  ['all of it taken back, with instants', ALL_BACK, true, { undone: 3 }],
  ['what a complete source leaves out', ABSENT, false, { absent: 1, undone: 1 }],
  ['what a complete source leaves out, with instants', ABSENT, true, { absent: 1, undone: 1 }],
  ['held counts that are replaced, or wait for each other', HELD, false, { held: 3, replaced: 1 }],
  ['a held count that is approved', APPROVED, false, { held: 1, absent: 1 }],
  ['all of it taken back', ALL_BACK, false, { undone: 3 }],
] as const)('%s ends at the quantities computed by hand', async (_what, steps, areCountsDated, happened) => {
  expect(await play(steps, areCountsDated)).toEqual({ ...NOTHING, ...happened });
});

test('any mix of feeds, crashes, repetitions, decisions and undos ends at the quantities computed by hand', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 9 }),
      fc.boolean(),
      async (steps, areCountsDated) => void (await play(steps, areCountsDated)),
    ),
    { numRuns: 25 },
  );
  const [{ differs } = { differs: -1 }] = await warehouse.database.query<{ differs: number }>(
    `SELECT count(*)::int AS differs FROM product_facility AS level
     WHERE quantity_on_hand <> (SELECT coalesce(sum(quantity_on_hand_diff), 0) FROM inventory_item_detail AS entry
       WHERE entry.product_id = level.product_id AND entry.facility_id = level.facility_id)`,
  );
  expect(differs).toBe(0);
});
