/** What a what-if says would be is what is, once the same is set: for any retailer and any change. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { readAtpOf } from '../../src/postgres/lane/product-atp.ts';
import { addFacility } from '../../src/postgres/master-data/facilities.ts';
import {
  addGroupMember,
  createFacilityGroup,
  removeGroupMembers,
  setFacilityGroup,
} from '../../src/postgres/master-data/facility-groups.ts';
import { setProducts } from '../../src/postgres/master-data/products.ts';
import { readMoves, type SupposedChange } from '../../src/postgres/online-atp/what-if.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const few = fc.integer({ min: 0, max: 12 });
const PRODUCTS = 4;
const FACILITIES = 3;

const world = fc.record({
  members: fc.array(fc.boolean(), { minLength: FACILITIES, maxLength: FACILITIES }),
  /** By product and facility; null: the facility has nothing of it. */
  levels: fc.array(
    fc.option(fc.record({ onHand: few, reserved: few, safetyStock: few, isSold: fc.boolean() })),
    { minLength: PRODUCTS * FACILITIES, maxLength: PRODUCTS * FACILITIES },
  ),
  own: fc.array(fc.option(few), { minLength: PRODUCTS, maxLength: PRODUCTS }),
  queued: few,
  threshold: few,
  floorPerFacility: fc.boolean(),
  atMost: fc.option(few),
});
type World = typeof world extends fc.Arbitrary<infer Generated> ? Generated : never;

const change = fc.record(
  {
    isMember: fc.boolean(),
    safetyStock: few,
    allowBrokering: fc.boolean(),
    /** The first products; absent: all. */
    chosen: fc.integer({ min: 1, max: PRODUCTS }),
    threshold: fc.option(few),
    floorPerFacility: fc.boolean(),
    atMost: fc.option(few),
  },
  { requiredKeys: [] },
);
type Change = typeof change extends fc.Arbitrary<infer Generated> ? Generated : never;

test('what would be, is what is once it is set', async () => {
  const { database } = await freshDatabase();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(world, change, async (generated, wanted) => {
      run += 1;
      const names = await writeRetailer(database, generated, run);
      const supposed = toSupposed(wanted, names);
      if (!supposed) return;
      const before = await atpOfAll(database, names.group);

      // From then on few products are looked up one by one.
      if (run === 20) await database.query('ANALYZE product');

      const { rows, ...totals } = await readMoves(database, supposed, { after: null, limit: 1_000 });
      await set(database, supposed, names);
      const after = await atpOfAll(database, names.group);

      const moved = [...before].filter(([sku, units]) => after.get(sku) !== units);
      const expected = moved.map(([sku, units]) => ({ sku, before: units, after: after.get(sku) ?? 0 }));
      const drops = expected.map((move) => move.before - move.after);
      expect(rows.map(({ sku, before: was, after: then }) => ({ sku, before: was, after: then }))).toEqual(
        expected.toSorted(
          (one, other) =>
            other.before - other.after - (one.before - one.after) || (one.sku < other.sku ? -1 : 1),
        ),
      );
      expect(totals).toMatchObject({
        moved: expected.length,
        toZero: expected.filter((move) => move.after === 0).length,
        becomeSellable: expected.filter((move) => move.before === 0).length,
        unitsLost: sum(drops.filter((drop) => drop > 0)),
        unitsGained: 0 - sum(drops.filter((drop) => drop < 0)),
      });
    }),
    { numRuns: 80 },
  );
});

test('pages follow each other without a gap, also where many lose as much', async () => {
  const { database } = await freshDatabase();
  const skus = Array.from({ length: 7 }, (_, at) => `P1-${at}`);
  await writeRetailer(database, uniformWorld(), 1, skus);
  const supposed = { facilityGroupId: 'G1', facilityId: 'F1-0', isMember: false };

  const seen: string[] = [];
  let after = null;
  for (;;) {
    const { rows } = await readMoves(database, supposed, { after, limit: 2 });
    seen.push(...rows.map(({ sku }) => sku));
    const last = rows.at(-1);
    if (rows.length < 2 || !last) break;
    after = { lost: last.lost, productId: last.productId };
  }
  expect(seen).toEqual(skus);
});

test('facilities that leave together are told as one change, and each product once', async () => {
  const { database } = await freshDatabase();
  const generated = { ...uniformWorld(), members: [true, true, true], own: [null], levels: [] };
  await writeRetailer(database, generated, 1, ['P1-1', 'P1-2']);
  for (const facility of ['F1-1', 'F1-2'])
    await database.query(
      `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       VALUES ('P1-1', $1, 5, 0, 'VAR_MANUAL', 'test')`,
      [facility],
    );
  const leave = (facilityIds: readonly string[], isMember = false) =>
    readMoves(database, { facilityGroupId: 'G1', facilityIds, isMember }, { after: null, limit: 10 });

  const { rows, ...totals } = await leave(['F1-0', 'F1-1']);
  // Five of each at F1-0, of which two are kept back; and five more of the first at each of the others.
  expect(rows).toMatchObject([
    { sku: 'P1-1', before: 13, after: 5 },
    { sku: 'P1-2', before: 3, after: 0 },
  ]);
  expect(totals).toMatchObject({ compared: 2, moved: 2, toZero: 1, unitsLost: 11 });
  expect((await leave(['F1-1', 'F1-2'])).rows).toMatchObject([{ sku: 'P1-1', before: 13, after: 3 }]);
  expect((await leave(['F1-0', 'F1-1', 'F1-2'], true)).rows).toEqual([]);
});

interface Names {
  readonly group: string;
  readonly facility: string;
  readonly products: readonly string[];
}

function uniformWorld(): World {
  return {
    members: [true, false, false],
    levels: [],
    own: [],
    ...{ queued: 0, threshold: 0, floorPerFacility: true, atMost: null },
  };
}

async function writeRetailer(
  database: Database,
  generated: World,
  run: number,
  stocked: readonly string[] = [],
): Promise<Names> {
  const group = `G${run}`;
  const { threshold, floorPerFacility, atMost } = generated;
  await createFacilityGroup(database, { facilityGroupId: group });
  await setFacilityGroup(database, group, { threshold, floorPerFacility, atMost });
  const facilityIds = generated.members.map((_, at) => `F${run}-${at}`);
  for (const [at, facilityId] of facilityIds.entries()) {
    const isFirst = at === 0;
    await addFacility(database, {
      facilityId,
      facilityName: facilityId,
      facilityTypeId: 'RETAIL_STORE',
      safetyStock: isFirst ? 2 : 0,
    });
    if (generated.members[at])
      await addGroupMember(database, {
        facilityGroupId: group,
        facilityId,
        fromDate: new Date('2020-01-01'),
      });
  }
  const products = generated.own.map((_, at) => `P${run}-${at}`);
  await database.query('INSERT INTO product (product_id, sku) SELECT id, id FROM unnest($1::text[]) AS id', [
    [...products, ...stocked],
  ]);
  const levels = generated.levels.flatMap((level, at) =>
    level === null
      ? []
      : [{ ...level, product: products[at % PRODUCTS], facility: facilityIds[Math.floor(at / PRODUCTS)] }],
  );
  await database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product, facility, "onHand", reserved, 'VAR_MANUAL', 'test'
     FROM jsonb_to_recordset($1::jsonb) AS level (product text, facility text, "onHand" int, reserved int)
     UNION ALL SELECT sku, $2, 5, 0, 'VAR_MANUAL', 'test' FROM unnest($3::text[]) AS sku`,
    [JSON.stringify(levels), facilityIds[0], stocked],
  );
  await database.query(
    `UPDATE product_facility AS known SET minimum_stock = "safetyStock", allow_brokering = "isSold"
     FROM jsonb_to_recordset($1::jsonb) AS level (product text, facility text, "safetyStock" int, "isSold" boolean)
     WHERE known.product_id = product AND known.facility_id = facility`,
    [JSON.stringify(levels)],
  );
  await database.query(
    `INSERT INTO product_facility_group (product_id, facility_group_id, threshold)
     SELECT product, $2, threshold FROM unnest($1::text[], $3::int[]) AS own (product, threshold)
     WHERE threshold IS NOT NULL`,
    [products, group, generated.own],
  );
  await database.query(
    `INSERT INTO order_item (order_id, order_item_seq_id, product_id, quantity, status_id, order_date)
     SELECT $1, product, product, $3, 'ITEM_CREATED', now() FROM unnest($2::text[]) AS product`,
    [`order ${run}`, products, generated.queued],
  );
  return { group, facility: facilityIds[0] ?? '', products };
}

/** Null: nothing is changed, or the change needs products that it does not name. */
function toSupposed({ chosen, ...wanted }: Change, names: Names): SupposedChange | null {
  if (Object.keys(wanted).length === 0) return null;
  const setsProducts = ['safetyStock', 'allowBrokering', 'threshold'].some((name) => name in wanted);
  const productIds = chosen !== undefined && setsProducts ? names.products.slice(0, chosen) : undefined;
  if (wanted.threshold === null && productIds === undefined) return null;
  const { isMember, safetyStock, allowBrokering, threshold, floorPerFacility, atMost } = wanted;
  const isAtFacility = (isMember ?? safetyStock ?? allowBrokering) !== undefined;
  return {
    facilityGroupId: names.group,
    ...(isAtFacility && { facilityId: names.facility }),
    ...{ isMember, safetyStock, allowBrokering, productIds },
    ...(productIds !== undefined && { ownThreshold: threshold }),
    settings: {
      ...(productIds === undefined && threshold !== null && { threshold }),
      ...{ floorPerFacility, atMost },
    },
  };
}

/** The same, for real. */
async function set(database: Database, supposed: SupposedChange, names: Names): Promise<void> {
  const { facilityGroupId, facilityId, isMember, productIds, ownThreshold, settings } = supposed;
  const { safetyStock, allowBrokering } = supposed;
  const isKnown = await database.query(
    'SELECT FROM facility_group_member WHERE facility_group_id = $1 AND facility_id = $2',
    [facilityGroupId, names.facility],
  );
  if (isMember === true && isKnown.length === 0)
    await addGroupMember(database, { facilityGroupId, facilityId: names.facility });
  if (isMember === false && isKnown.length > 0)
    await removeGroupMembers(database, { facilityGroupId, facilityIds: [names.facility] });
  const rows = productIds?.map((sku) => ({ sku })) ?? 'all';
  if (safetyStock !== undefined || allowBrokering !== undefined)
    await setProducts(database, rows, { facilityId, safetyStock, allowBrokering });
  if (ownThreshold !== undefined)
    await setProducts(database, rows, { facilityGroupId, threshold: ownThreshold });
  await setFacilityGroup(database, facilityGroupId, settings ?? {});
}

async function atpOfAll(database: Database, facilityGroupId: string): Promise<Map<string, number>> {
  const products = await database.query<{ productId: string }>(
    'SELECT product_id AS "productId" FROM product',
  );
  const ids = products.map(({ productId }) => productId);
  const found = await readAtpOf(database, ids, { facilityGroupId, shopId: null });
  return new Map(found.map(({ productId, onlineAtp }) => [productId, onlineAtp]));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
