/** Online ATP in SQL, by both access paths and in `explain`, equals Online ATP of the domain for any retailer. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atpTerms, onlineAtp, type AtpTerms, type FacilityStock } from '../../src/domain/online-atp.ts';
import type { Database } from '../../src/postgres/database.ts';
import { explain } from '../../src/postgres/online-atp/explain.ts';
import { ATP_COLUMNS, onlineAtpSelect, placesCte } from '../../src/postgres/online-atp/online-atp.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const NOON = new Date('2026-06-01T12:00:00Z');
const HOUR_MS = 3_600_000;

/** The ends of what a column holds. */
const SMALLEST = -(2 ** 31);
const LARGEST = 2 ** 31 - 1;

function orAtTheEnd(usual: fc.Arbitrary<number>, ...ends: number[]): fc.Arbitrary<number> {
  return fc.oneof({ arbitrary: usual, weight: 6 }, { arbitrary: fc.constantFrom(...ends), weight: 1 });
}

const units = orAtTheEnd(fc.integer({ min: 0, max: 40 }), LARGEST);

/** Hours from noon: memberships begin and end around it, also exactly at it. */
const hours = fc.integer({ min: -2, max: 2 });

const facilities = fc.array(
  fc.record({
    isVirtual: fc.boolean(),
    /** Hours from noon at which it closes. */
    closed: fc.option(hours),
    membership: fc.option(fc.record({ from: hours, hoursLong: fc.option(fc.integer({ min: 1, max: 3 })) })),
  }),
  { minLength: 1, maxLength: 5 },
);

const products = fc.array(
  fc.record({
    levels: fc.array(
      fc.record({
        quantityOnHand: orAtTheEnd(fc.integer({ min: -10, max: 60 }), SMALLEST, LARGEST),
        reserved: orAtTheEnd(units, SMALLEST),
        safetyStock: units,
        allowBrokering: fc.boolean(),
      }),
      { maxLength: 5 },
    ),
    /** Open orders by index of their facility; null: none yet. */
    orders: fc.array(fc.record({ quantity: units, facility: fc.option(fc.nat(4)) }), { maxLength: 4 }),
    threshold: fc.option(units),
  }),
  { minLength: 1, maxLength: 4 },
);

const group = fc.record({
  defaultThreshold: units,
  floorPerFacility: fc.boolean(),
  atMost: fc.option(units),
});

const world = fc.record({ facilities, products, group });
type World = typeof world extends fc.Arbitrary<infer Generated> ? Generated : never;

test('SQL, explain and the domain agree on every term of Online ATP', async () => {
  const { database } = await freshDatabase();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(world, async (generated) => {
      run += 1;
      const names = await writeRetailer(database, generated, run);
      const expected = generated.products.map((_, index) => termsOf(generated, index));

      for (const access of ['every', 'few'] as const) {
        expect(await readTermsInSql(database, names, access)).toEqual(expected);
      }
      for (const [index, terms] of expected.entries()) {
        const sku = names.product(index);
        const explained = await explain(database, { sku, facilityGroupId: names.group, at: NOON });
        expect({ ...explained.terms, onlineAtp: explained.onlineAtp }).toEqual(terms);
      }
    }),
    { numRuns: 150 },
  );
});

type Expected = AtpTerms & { readonly onlineAtp: number };

/** Computes the terms straight from the generated retailer, as the definition says. */
function termsOf({ facilities: places, products: goods, group: channel }: World, index: number): Expected {
  const product = goods[index];
  if (!product) throw new Error('There is no such product.');
  const stock = product.levels.flatMap((level, at): FacilityStock[] => {
    const place = places[at];
    if (!place || place.isVirtual) return [];
    const { membership, closed } = place;
    const isMember =
      (closed === null || closed > 0) &&
      membership !== null &&
      membership.from <= 0 &&
      (membership.hoursLong === null || membership.from + membership.hoursLong > 0);
    return [{ facilityId: String(at), ...level, sellsOnline: isMember && level.allowBrokering }];
  });
  const brokeringQueue = product.orders
    .filter(({ facility }) => facility === null || !places[facility] || places[facility].isVirtual)
    .reduce((sum, order) => sum + order.quantity, 0);
  const terms = atpTerms(stock, {
    threshold: product.threshold ?? channel.defaultThreshold,
    brokeringQueue,
    floorPerFacility: channel.floorPerFacility,
    atMost: channel.atMost,
  });
  return { ...terms, onlineAtp: onlineAtp(terms) };
}

/** Names of one run: no run sees another's retailer. */
interface Names {
  readonly group: string;
  readonly productCount: number;
  facility(index: number): string;
  product(index: number): string;
}

async function writeRetailer(database: Database, generated: World, run: number): Promise<Names> {
  const names: Names = {
    group: `G${run}`,
    productCount: generated.products.length,
    facility: (index) => `F${run}-${index}`,
    product: (index) => `P${run}-${index}`,
  };
  const { defaultThreshold, floorPerFacility, atMost } = generated.group;
  await database.transaction(async (connection) => {
    await connection.query(
      `INSERT INTO facility_group
         (facility_group_id, facility_group_name, default_threshold, floor_per_facility, at_most)
       VALUES ($1, 'generated', $2, $3, $4)`,
      [names.group, defaultThreshold, floorPerFacility, atMost],
    );
    for (const [index, { isVirtual, membership, closed }] of generated.facilities.entries()) {
      await connection.query(
        'INSERT INTO facility (facility_id, facility_name, facility_type_id, closed_date) VALUES ($1, $1, $2, $3)',
        [
          names.facility(index),
          isVirtual ? 'NA' : 'RETAIL_STORE',
          closed === null ? null : new Date(NOON.getTime() + closed * HOUR_MS),
        ],
      );
      if (!membership) continue;
      const from = new Date(NOON.getTime() + membership.from * HOUR_MS);
      const thru = membership.hoursLong && new Date(from.getTime() + membership.hoursLong * HOUR_MS);
      await connection.query('INSERT INTO facility_group_member VALUES ($1, $2, $3, $4)', [
        names.group,
        names.facility(index),
        from,
        thru,
      ]);
    }
    for (const [index, product] of generated.products.entries()) {
      const productId = names.product(index);
      await connection.query('INSERT INTO product (product_id, sku) VALUES ($1, $1)', [productId]);
      for (const [at, level] of product.levels.entries()) {
        if (!generated.facilities[at]) continue;
        await connection.query(
          `INSERT INTO inventory_item_detail
             (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
           VALUES ($1, $2, $3, $4, 'TEST', 'generated')`,
          [productId, names.facility(at), level.quantityOnHand, level.reserved],
        );
        await connection.query(
          `UPDATE product_facility SET minimum_stock = $3, allow_brokering = $4
           WHERE product_id = $1 AND facility_id = $2`,
          [productId, names.facility(at), level.safetyStock, level.allowBrokering],
        );
      }
      for (const [at, { quantity, facility }] of product.orders.entries()) {
        const isThere = facility !== null && generated.facilities[facility] !== undefined;
        await connection.query(
          `INSERT INTO order_item
             (order_id, order_item_seq_id, product_id, quantity, facility_id, status_id, order_date)
           VALUES ($1, $2, $3, $4, $5, 'ITEM_APPROVED', $6)`,
          [`O${run}`, `${index}-${at}`, productId, quantity, isThere ? names.facility(facility) : null, NOON],
        );
      }
      if (product.threshold === null) continue;
      await connection.query('INSERT INTO product_facility_group VALUES ($1, $2, $3)', [
        productId,
        names.group,
        product.threshold,
      ]);
    }
  });
  return names;
}

async function readTermsInSql(
  database: Database,
  names: Names,
  access: 'every' | 'few',
): Promise<Expected[]> {
  const scope = { group: '$1', at: '$2::timestamptz', candidates: 'candidate', access } as const;
  const rows = await database.query<Record<string, number>>(
    `WITH ${placesCte(scope)}, candidate AS (SELECT unnest($3::text[]) AS product_id)
     SELECT * FROM (${onlineAtpSelect(scope)}) AS atp ORDER BY product_id`,
    [names.group, NOON, Array.from({ length: names.productCount }, (_, index) => names.product(index))],
  );
  return rows.map((row) => {
    const terms = ATP_COLUMNS.map((column) => [camelCase(column), row[column]]);
    return { ...Object.fromEntries(terms), onlineAtp: row['online_atp'] } as Expected;
  });
}

function camelCase(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
