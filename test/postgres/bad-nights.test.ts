/**
 * A library of bad nights, and of good days that look like one: what the guard withholds, what really sold out meanwhile,
 * and what it withholds for nothing. Beside it the guard before this one.
 */
import { expect, test } from 'vitest';
import { onlineAtpSelect, placesCte } from '../../src/postgres/online-atp/online-atp.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { OldGuard } from './old-guard.ts';
import { GROUP, OUTLET, Retailer, SHOP } from './retailer.ts';

/** A hundred products of 20 units each, published. */
const PRODUCTS = Array.from({ length: 100 }, (_, at) => `P${String(at).padStart(2, '0')}`);
const STOCK = 20;

interface Night {
  readonly title: string;
  /** What happens first, and is published before the night begins. */
  readonly before?: (shop: Retailer) => Promise<unknown>;
  /** One delta follows each. */
  readonly steps: readonly ((shop: Retailer) => Promise<unknown>)[];
  /** Products whose new quantity is a fault. */
  readonly wrong: readonly string[];
  /** Products that customers have emptied, whatever the feeds say. */
  readonly soldOut: readonly string[];
}

const some = (from: number, to: number) => PRODUCTS.slice(from, to);
const sellOut =
  (skus: readonly string[], units = STOCK) =>
  (shop: Retailer) =>
    shop.sell(skus, units);
const count = (skus: readonly string[], units: number) => (shop: Retailer) => shop.count(skus, units);

const NIGHTS: readonly Night[] = [
  {
    title: 'an empty feed',
    steps: [count(PRODUCTS, 0), sellOut(some(0, 8))],
    wrong: PRODUCTS,
    soldOut: some(0, 8),
  },
  {
    title: 'a feed that was cut short',
    steps: [count(some(0, 30), 0), sellOut(some(50, 58))],
    wrong: some(0, 30),
    soldOut: some(50, 58),
  },
  {
    title: 'a feed in dozens',
    steps: [count(PRODUCTS, 1), sellOut(some(0, 8))],
    wrong: PRODUCTS,
    soldOut: some(0, 8),
  },
  {
    title: 'a column shifted: all at 4',
    steps: [count(PRODUCTS, 4), sellOut(some(0, 8))],
    wrong: PRODUCTS,
    soldOut: some(0, 8),
  },
  {
    title: 'all × 1,000',
    steps: [count(PRODUCTS, STOCK * 1000), sellOut(some(0, 8))],
    wrong: PRODUCTS,
    soldOut: some(0, 8),
  },
  {
    title: 'a drip: 20 % to zero, five times',
    steps: [0, 20, 40, 60, 80].map((from) => count(some(from, from + 20), 0)),
    wrong: PRODUCTS,
    soldOut: [],
  },
  {
    title: 'a till feed that takes away everything',
    steps: [sellOut(PRODUCTS), (shop) => shop.importOrders(some(0, 8), STOCK)],
    wrong: PRODUCTS,
    soldOut: some(0, 8),
  },
  {
    title: 'a store closed by mistake',
    before: async (shop) => {
      await shop.database.query(
        `INSERT INTO facility_group_member VALUES ('${GROUP}', '${OUTLET}', '2020-01-01')`,
      );
      for (const sku of some(0, 40)) await shop.post(sku, OUTLET, STOCK, 0);
      await shop.count(some(0, 40), 0);
    },
    steps: [
      (shop) =>
        shop.database.query(`UPDATE facility SET closed_date = now() WHERE facility_id = '${OUTLET}'`),
      sellOut(some(50, 58)),
    ],
    wrong: some(0, 40),
    soldOut: some(50, 58),
  },
  {
    title: 'a real day of sales, on Shopify and in the stores',
    steps: [
      (shop) => shop.importOrders(some(0, 40), STOCK),
      sellOut(some(40, 60)),
      (shop) => shop.importOrders(some(60, 80), STOCK),
      sellOut(some(80, 90)),
    ],
    wrong: [],
    soldOut: some(0, 90),
  },
  {
    title: 'a delivery',
    before: count(some(0, 20), 0),
    steps: [count(some(0, 20), 50)],
    wrong: [],
    soldOut: [],
  },
  {
    title: 'a season’s end: 45 % counted out',
    steps: [count(some(0, 45), 0), sellOut(some(50, 58))],
    wrong: [],
    soldOut: some(50, 58),
  },
];

interface Outcome {
  /** Wrong quantities that were published. */
  readonly wrong: number;
  /** Products that are sold out, and that Shopify may sell no more. */
  readonly soldOut: number;
  /** Right quantities that wait for a person. */
  readonly heldForNothing: number;
}

test(
  'bad nights are withheld, sales go on, and a good day is no bad night',
  { timeout: 300_000 },
  async () => {
    const lines: string[][] = [];
    const outcomes = new Map<string, Outcome>();
    for (const night of NIGHTS) {
      const { now, old, after } = await live(night);
      outcomes.set(night.title, now);
      lines.push([night.title, ...tell(night, now), ...tell(night, old), after]);
    }
    console.log(
      [
        [
          'night',
          'wrong published',
          'sold out published',
          'held for nothing',
          'old: wrong',
          'old: sold out',
          'old: held for nothing',
          'after approval',
        ],
        ...lines,
      ]
        .map((cells) => `| ${cells.join(' | ')} |`)
        .join('\n'),
    );

    for (const { title, soldOut } of NIGHTS) {
      expect(outcomes.get(title), title).toMatchObject({
        wrong: title.startsWith('a drip') ? 20 : 0,
        soldOut: soldOut.length,
        heldForNothing: title.startsWith('a season') ? 45 : 0,
      });
    }
  },
);

function tell({ wrong, soldOut }: Night, outcome: Outcome): string[] {
  return [
    `${outcome.wrong} of ${wrong.length}`,
    `${outcome.soldOut} of ${soldOut.length}`,
    String(outcome.heldForNothing),
  ];
}

/** Lives through a night with both guards. */
async function live(
  night: Night,
): Promise<{ readonly now: Outcome; readonly old: Outcome; readonly after: string }> {
  const { database } = await freshDatabase();
  const shop = await Retailer.open(database, PRODUCTS);
  await shop.count(PRODUCTS, STOCK);
  await night.before?.(shop);
  await shop.produce('hard-sync');
  const before = await readPublished(shop);
  const guard = new OldGuard(before);
  for (const step of night.steps) {
    await step(shop);
    await shop.produce('recent-changes');
    guard.publish(await readOnlineAtp(shop));
  }
  const published = await readPublished(shop);
  const now = judge(night, before, published, await readOnlineAtp(shop));
  const old = judge(night, before, guard.published, await readOnlineAtp(shop));
  return { now, old, after: await approveAll(shop) };
}

function judge(
  { wrong, soldOut }: Night,
  before: ReadonlyMap<string, number>,
  published: ReadonlyMap<string, number>,
  onlineAtp: ReadonlyMap<string, number>,
): Outcome {
  const of = (sku: string) => published.get(sku) ?? 0;
  const isSoldOut = (sku: string) => soldOut.includes(sku);
  const waiting = PRODUCTS.filter((sku) => of(sku) !== onlineAtp.get(sku));
  return {
    wrong: wrong.filter((sku) => !isSoldOut(sku) && of(sku) !== before.get(sku)).length,
    soldOut: soldOut.filter((sku) => of(sku) === 0).length,
    heldForNothing: waiting.filter((sku) => !wrong.includes(sku)).length,
  };
}

/** A person who finds that all of it is right: nothing is left to wait. */
async function approveAll(shop: Retailer): Promise<string> {
  const [held] = await shop.database.query<{ plan: number }>(
    `SELECT plan FROM sync_plan WHERE state = 'HELD'`,
  );
  if (!held) return 'nothing waits';
  await shop.approve(held.plan);
  expect(await readPublished(shop)).toEqual(await readOnlineAtp(shop));
  return 'all published';
}

async function readPublished({ database }: Retailer): Promise<Map<string, number>> {
  const rows = await database.query<{ sku: string; quantity: number }>(
    'SELECT product_id AS sku, quantity FROM published_row WHERE shop_id = $1 ORDER BY 1',
    [SHOP],
  );
  return new Map(rows.map(({ sku, quantity }) => [sku, quantity]));
}

async function readOnlineAtp({ database }: Retailer): Promise<Map<string, number>> {
  const scope = { group: `'${GROUP}'`, at: 'now()' };
  const rows = await database.query<{ sku: string; quantity: number }>(
    `WITH ${placesCte(scope)}
     SELECT product_id AS sku, online_atp AS quantity
     FROM (${onlineAtpSelect({ ...scope, candidates: 'product', access: 'every' })}) AS atp ORDER BY 1`,
  );
  return new Map(rows.map(({ sku, quantity }) => [sku, quantity]));
}
