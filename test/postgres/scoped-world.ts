/** Two shops that sell the stock of different groups, with some products in common, and whatever may be set in their world. */
import fc from 'fast-check';
import type { Database } from '../../src/postgres/database.ts';
import { onlineAtpSelect, placesCte, type Access } from '../../src/postgres/online-atp/online-atp.ts';
import { touchedCte } from '../../src/postgres/planning/change-log.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { withKeptSessions } from './kept-sessions.ts';
import { LONG_AGO, Retailer } from './retailer.ts';

/** Each shop's group. */
export const SHOPS = { near: 'NEAR', far: 'FAR' } as const;
export type Shop = keyof typeof SHOPS;
export const SHOP_NAMES = Object.keys(SHOPS) as Shop[];

/** A is mapped to the near shop, D to the far one, B and C to both, and E to none. */
const PRODUCTS = ['A', 'B', 'C', 'D', 'E'] as const;
const MAPPED: Readonly<Record<Shop, readonly string[]>> = { near: ['A', 'B', 'C'], far: ['B', 'C', 'D'] };
/** BROADWAY is in NEAR, OUTLET in FAR, and DEPOT in no group. PARKING is virtual. */
const FACILITIES = ['BROADWAY', 'OUTLET', 'DEPOT', 'PARKING'] as const;
const GROUPS = ['NEAR', 'FAR', 'UNUSED'] as const;

/** What a change is about; it takes of it what it needs. */
export interface About {
  readonly product: (typeof PRODUCTS)[number];
  readonly facility: (typeof FACILITIES)[number];
  readonly group: (typeof GROUPS)[number];
  readonly shop: Shop;
}

/** Statements by what they change; `number` is another one each time. Some change nothing, as it comes. */
const CHANGES = {
  'post units': ({ product, facility }, number) =>
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('${product}', '${facility}', ${(number % 7) - 2}, 0, 'VAR_MANUAL', 'test')`,
  'set safety stock': ({ product, facility }, number) =>
    `UPDATE product_facility SET minimum_stock = ${number % 5} WHERE product_id = '${product}' AND facility_id = '${facility}'`,
  'forbid or allow brokering': ({ product, facility }) =>
    `UPDATE product_facility SET allow_brokering = NOT allow_brokering
     WHERE product_id = '${product}' AND facility_id = '${facility}'`,
  'set a threshold': ({ product, group }, number) =>
    `INSERT INTO product_facility_group VALUES ('${product}', '${group}', ${number % 4})
     ON CONFLICT (product_id, facility_group_id) DO UPDATE SET threshold = excluded.threshold`,
  'take a threshold away': ({ product, group }) =>
    `DELETE FROM product_facility_group WHERE product_id = '${product}' AND facility_group_id = '${group}'`,
  'move a threshold to another group': ({ product, group }) =>
    `UPDATE product_facility_group SET facility_group_id = 'UNUSED'
     WHERE product_id = '${product}' AND facility_group_id = '${group}' AND NOT EXISTS (
       SELECT FROM product_facility_group WHERE product_id = '${product}' AND facility_group_id = 'UNUSED')`,
  order: ({ product, facility }, number) =>
    `INSERT INTO order_item (order_id, order_item_seq_id, product_id, facility_id, quantity, status_id, order_date)
     VALUES ('O${number}', '1', '${product}', '${facility}', 1, 'ITEM_CREATED', now())`,
  'order at no facility': ({ product }, number) =>
    `INSERT INTO order_item (order_id, order_item_seq_id, product_id, quantity, status_id, order_date)
     VALUES ('O${number}', '1', '${product}', 1, 'ITEM_CREATED', now())`,
  'broker orders': ({ product, facility }) =>
    `UPDATE order_item SET facility_id = '${facility}' WHERE product_id = '${product}'`,
  'cancel orders': ({ product }) =>
    `UPDATE order_item SET status_id = 'ITEM_CANCELLED' WHERE product_id = '${product}'`,
  map: ({ product, shop }, number) =>
    `INSERT INTO shop_product VALUES ('${shop}', '${product}', 'item ${number}', 'variant') ON CONFLICT DO NOTHING`,
  'map to another item': ({ product, shop }, number) =>
    `UPDATE shop_product SET inventory_item_id = 'item ${number}' WHERE shop_id = '${shop}' AND product_id = '${product}'`,
  'map to another variant': ({ product, shop }, number) =>
    `UPDATE shop_product SET variant_id = 'variant ${number}' WHERE shop_id = '${shop}' AND product_id = '${product}'`,
  // Each shop keeps one product, since a Hard Sync needs one.
  unmap: ({ product, shop }) =>
    `DELETE FROM shop_product WHERE shop_id = '${shop}' AND product_id = '${product}' AND product_id <> 'C'`,
  'rename a facility': ({ facility }, number) =>
    `UPDATE facility SET facility_name = 'Store ${number}', external_id = '${facility} ${number}', default_safety_stock = ${number % 3}
     WHERE facility_id = '${facility}'`,
  'make a facility virtual, or real': ({ facility }) =>
    `UPDATE facility SET facility_type_id = CASE facility_type_id WHEN 'NA' THEN 'RETAIL_STORE' ELSE 'NA' END
     WHERE facility_id = '${facility}'`,
  'close a facility, or open it': ({ facility }) =>
    `UPDATE facility SET closed_date = CASE WHEN closed_date IS NULL THEN now() - interval '1 hour' END
     WHERE facility_id = '${facility}'`,
  'close a facility in a moment': ({ facility }) =>
    `UPDATE facility SET closed_date = clock_timestamp() + interval '4 milliseconds' WHERE facility_id = '${facility}'`,
  'rename a group': ({ group }, number) =>
    `UPDATE facility_group SET facility_group_name = 'Group ${number}' WHERE facility_group_id = '${group}'`,
  'set the threshold of a group': ({ group }, number) =>
    `UPDATE facility_group SET default_threshold = ${number % 4} WHERE facility_group_id = '${group}'`,
  'set the floor of a group': ({ group }) =>
    `UPDATE facility_group SET floor_per_facility = NOT floor_per_facility WHERE facility_group_id = '${group}'`,
  'limit a group': ({ group }, number) =>
    `UPDATE facility_group SET at_most = ${number % 2 === 0 ? 'NULL' : number % 9} WHERE facility_group_id = '${group}'`,
  'let a facility join': ({ facility, group }) =>
    `INSERT INTO facility_group_member VALUES ('${group}', '${facility}', '${LONG_AGO}') ON CONFLICT DO NOTHING`,
  'let a facility leave': ({ facility, group }) =>
    `UPDATE facility_group_member SET thru_date = CASE WHEN thru_date IS NULL THEN now() - interval '1 hour' END
     WHERE facility_group_id = '${group}' AND facility_id = '${facility}'`,
  'forget a membership': ({ facility, group }) =>
    `DELETE FROM facility_group_member WHERE facility_group_id = '${group}' AND facility_id = '${facility}'`,
  'move a membership to another group': ({ facility, group }) =>
    `UPDATE facility_group_member SET facility_group_id = 'UNUSED'
     WHERE facility_group_id = '${group}' AND facility_id = '${facility}' AND NOT EXISTS (
       SELECT FROM facility_group_member WHERE facility_group_id = 'UNUSED' AND facility_id = '${facility}')`,
} as const satisfies Record<string, (about: About, number: number) => string>;

export type What = keyof typeof CHANGES;
export type Step = (About & { readonly change: What }) | { readonly delta: Shop };

/** Any step; `delta` makes the shop's next one. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      change: fc.constantFrom(...(Object.keys(CHANGES) as What[])),
      product: fc.constantFrom(...PRODUCTS),
      facility: fc.constantFrom(...FACILITIES),
      group: fc.constantFrom(...GROUPS),
      shop: fc.constantFrom(...SHOP_NAMES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ delta: fc.constantFrom(...SHOP_NAMES) }) },
);

export class ScopedWorld {
  readonly #retailer: Retailer;
  #changes = 0;

  private constructor(retailer: Retailer) {
    this.#retailer = retailer;
  }

  get database(): Database {
    return this.#retailer.database;
  }

  /** @param access how deltas read the stock of their candidates: by the number of products that the planner knows */
  static async open(access: Access): Promise<ScopedWorld> {
    const { database } = await freshDatabase();
    const retailer = Retailer.over(withKeptSessions(database));
    await database.query(
      `INSERT INTO facility (facility_id, facility_name, facility_type_id)
       SELECT id, id, CASE id WHEN 'PARKING' THEN 'NA' ELSE 'RETAIL_STORE' END FROM unnest($1::text[]) AS id`,
      [FACILITIES],
    );
    await database.query(
      `INSERT INTO facility_group (facility_group_id, facility_group_name) SELECT id, id FROM unnest($1::text[]) AS id`,
      [GROUPS],
    );
    await database.query(
      `INSERT INTO facility_group_member VALUES ('NEAR', 'BROADWAY', $1), ('FAR', 'OUTLET', $1)`,
      [LONG_AGO],
    );
    await retailer.addProducts(PRODUCTS);
    for (const shop of SHOP_NAMES) {
      await retailer.openShop(shop, SHOPS[shop]);
      await database.query('DELETE FROM shop_product WHERE shop_id = $1 AND product_id <> ALL($2)', [
        shop,
        MAPPED[shop],
      ]);
    }
    for (const product of PRODUCTS)
      for (const facility of FACILITIES.slice(0, 3)) await retailer.post(product, facility, 10, 0);
    await retailer.switchGuardOff();
    if (access === 'every') await database.query('ANALYZE product');
    for (const shop of SHOP_NAMES) await retailer.produce('hard-sync', undefined, shop);
    return new ScopedWorld(retailer);
  }

  async take(taken: Step): Promise<void> {
    if ('delta' in taken) {
      await this.makeDelta(taken.delta);
      return;
    }
    this.#changes += 1;
    await this.database.query(CHANGES[taken.change](taken, this.#changes));
  }

  /** Waits until what closes in a moment is closed, and makes each shop's next delta. */
  async settle(): Promise<void> {
    await this.database.query(
      'SELECT pg_sleep_until(max(closed_date)) FROM facility WHERE closed_date > clock_timestamp()',
    );
    for (const shop of SHOP_NAMES) await this.makeDelta(shop);
  }

  /** Returns how many rows it has. */
  async makeDelta(shop: Shop): Promise<number> {
    const { file } = await this.#retailer.produce('recent-changes', undefined, shop);
    return file?.rowCount ?? 0;
  }

  /** What the shop's next delta would look at. */
  async listTouched(shop: Shop): Promise<string[]> {
    const scope = { shop: '$1', group: '$2', at: 'clock_timestamp()' };
    const rows = await this.database.query<{ id: string }>(
      `WITH ${touchedCte(scope)} SELECT product_id AS id FROM touched ORDER BY product_id`,
      [shop, SHOPS[shop]],
    );
    return rows.map(({ id }) => id);
  }

  /** Mapped products whose last file does not have what they have now; it looks at all of them, and at no log. */
  async listMissed(shop: Shop): Promise<string[]> {
    const scope = { group: '$2', at: 'clock_timestamp()' };
    const rows = await this.database.query<{ id: string }>(
      `WITH ${placesCte(scope)}, mapped AS (SELECT product_id, inventory_item_id FROM shop_product WHERE shop_id = $1)
       SELECT atp.product_id AS id
       FROM (${onlineAtpSelect({ ...scope, candidates: 'mapped', access: 'every' })}) AS atp
       JOIN mapped USING (product_id)
       LEFT JOIN published_row AS published ON published.shop_id = $1 AND published.product_id = atp.product_id
       WHERE (published.quantity, published.inventory_item_id)
         IS DISTINCT FROM (atp.online_atp::integer, mapped.inventory_item_id)
       ORDER BY atp.product_id`,
      [shop, SHOPS[shop]],
    );
    return rows.map(({ id }) => id);
  }
}
