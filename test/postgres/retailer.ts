/** A small master of inventory for tests of what happens in the database. */
import { randomUUID } from 'node:crypto';
import { GUARD_LIMIT_PERCENT_MAX } from '../../src/domain/limits.ts';
import type { UploadFileKind } from '../../src/domain/upload-file.ts';
import type { Connection, Database } from '../../src/postgres/database.ts';
import { produceFile, type Produced } from '../../src/postgres/producing/produce-file.ts';
import { findPlan, rejectPlan } from '../../src/postgres/planning/sync-plans.ts';

export const SHOP = 'blue-shirts';
export const GROUP = 'FAC_GRP';
/** A member of the group. */
export const BROADWAY = 'BROADWAY';
/** Has stock, and is no member. */
export const OUTLET = 'OUTLET';
/** Virtual: where orders without a facility are parked. */
export const PARKING = 'PARKING';

export const LONG_AGO = '2020-01-01T00:00:00Z';

/** Runs one statement: on the pool, or within a transaction that a test keeps open. */
export interface Statements {
  query(sql: string, values?: unknown[]): Promise<unknown>;
}

export class Retailer {
  readonly database: Database;

  private constructor(database: Database) {
    this.database = database;
  }

  /** The retailer of a database that has one already. */
  static over(database: Database): Retailer {
    return new Retailer(database);
  }

  /** Adds facilities, the group with Broadway in it, and products, each mapped to the shop with 10 units at Broadway. */
  static async open(database: Database, skus: readonly string[]): Promise<Retailer> {
    await database.query(
      `INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES
         ('${BROADWAY}', 'Broadway', 'RETAIL_STORE'), ('${OUTLET}', 'Outlet', 'RETAIL_STORE'),
         ('${PARKING}', 'Brokering queue', 'NA')`,
    );
    await database.query(`INSERT INTO facility_group_member VALUES ('${GROUP}', '${BROADWAY}', $1)`, [
      LONG_AGO,
    ]);
    const retailer = new Retailer(database);
    await retailer.addProducts(skus);
    await retailer.openShop(SHOP, GROUP);
    for (const sku of skus) await retailer.post(sku, BROADWAY, 10, 0);
    return retailer;
  }

  /** Adds a shop to which every product is mapped. */
  async openShop(shopId: string, facilityGroupId: string): Promise<void> {
    await this.database.query(
      `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version)
       VALUES ($1, $1 || '.myshopify.com', 'gid://shopify/Location/1', $2, 'env:NO_TOKEN', '2026-10')`,
      [shopId, facilityGroupId],
    );
    await this.database.query(
      `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
       SELECT $1, product_id, 'gid://shopify/InventoryItem/' || product_id, 'variant-' || product_id FROM product`,
      [shopId],
    );
  }

  /** Adds products without stock or mapping; the product's id is its SKU. */
  async addProducts(skus: readonly string[]): Promise<void> {
    await this.database.query(
      'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku',
      [skus],
    );
  }

  /** Posts to the ledger, in a transaction of its own or in the one given. */
  async post(
    sku: string,
    facilityId: string,
    quantityOnHandDiff: number,
    reservedDiff: number,
    on: Statements = this.database,
  ): Promise<void> {
    await on.query(
      `INSERT INTO inventory_item_detail
         (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       VALUES ($1, $2, $3, $4, 'VAR_MANUAL', 'test')`,
      [sku, facilityId, quantityOnHandDiff, reservedDiff],
    );
  }

  /** Posts to the ledger for a reason of its own. */
  async postFor(
    reason: string,
    sku: string,
    quantityOnHandDiff: number,
    reservedDiff: number,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO inventory_item_detail
         (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       VALUES ($1, '${BROADWAY}', $3, $4, $2, 'test')`,
      [sku, reason, quantityOnHandDiff, reservedDiff],
    );
  }

  /** Imports an order of the shop for each, so many units; they wait in the brokering queue. */
  async importOrders(skus: readonly string[], units: number): Promise<void> {
    await this.database.query(
      `INSERT INTO order_item
         (order_id, order_item_seq_id, shop_id, external_order_id, product_id, quantity, status_id, order_date)
       SELECT gen_random_uuid(), '1', $3, gen_random_uuid(), sku, $2, 'ITEM_CREATED', now()
       FROM unnest($1::text[]) AS sku`,
      [skus, units, SHOP],
    );
  }

  /** Produces for the shop, once. */
  makeFile(kind: UploadFileKind, producerKey: string = randomUUID(), shopId = SHOP): Promise<Produced> {
    return produceFile(this.database, { shopId, kind, producerKey });
  }

  async reject(plan: number): Promise<void> {
    await this.database.transaction((connection) => rejectPlan(connection, SHOP, plan));
  }

  /** Produces for the shop. Its first Hard Sync is held; it is approved at once, as a person who opens a shop does. */
  async produce(kind: UploadFileKind, producerKey: string = randomUUID(), shopId = SHOP): Promise<Produced> {
    const produced = await this.makeFile(kind, producerKey, shopId);
    if (produced.plan?.counts.FIRST_HARD_SYNC === undefined) return produced;
    const { file } = await this.approve(produced.plan.plan, `approval of ${producerKey}`, shopId);
    return { file, plan: null };
  }

  /** Approves a held plan, as a person does. The same key again is the same decision. */
  async approve(
    plan: number,
    decisionKey: string = randomUUID(),
    shopId = SHOP,
    revision?: number,
  ): Promise<Produced> {
    const { kind } = await findPlan(this.database, shopId, plan);
    const approval = { plan, revision };
    return produceFile(this.database, { shopId, kind, producerKey: decisionKey, approval });
  }

  /** Lets everything through the guard of every shop: for what has nothing to do with it, in shops of two products. */
  async switchGuardOff(): Promise<void> {
    await this.database.query(
      `UPDATE shop SET collapse_limit_percent = $1, surge_limit_percent = $1, sell_out_limit_percent = $1`,
      [GUARD_LIMIT_PERCENT_MAX],
    );
  }

  /** Counts anew what is there, as a RESET_INVENTORY does. */
  async count(skus: readonly string[], quantity: number, source = 'a count'): Promise<void> {
    await this.database.query(
      `INSERT INTO inventory_item_detail
         (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT product_id, facility_id, $2 - quantity_on_hand, 0, 'VAR_EXT_RESET', $3
       FROM product_facility WHERE product_id = ANY($1) AND facility_id = '${BROADWAY}' AND quantity_on_hand <> $2
       ORDER BY product_id`,
      [skus, quantity, source],
    );
  }

  /** Sells so much of each in the store: a variance, as the till sends it. */
  async sell(skus: readonly string[], units: number): Promise<void> {
    for (const sku of skus) await this.post(sku, BROADWAY, -units, 0);
  }

  /** Begins a transaction that stays open until the test commits it. */
  async begin(): Promise<OpenTransaction> {
    const opened = Promise.withResolvers<Connection>();
    const ended = Promise.withResolvers<void>();
    const whole = this.database.session(async (connection) => {
      // However long a busy machine takes.
      await connection.query('SET idle_in_transaction_session_timeout = 0');
      await connection.query('BEGIN');
      opened.resolve(connection);
      await ended.promise;
    });
    whole.catch(opened.reject);
    const connection = await opened.promise;
    return {
      query: (sql, values) => connection.query(sql, values),
      commit: async () => {
        await connection.query('COMMIT');
        ended.resolve();
        await whole;
      },
    };
  }

  /** SKU → quantity of each row of a file. */
  async rowsOf(sequence: number, shopId = SHOP): Promise<Record<string, number>> {
    const rows = await this.database.query<{ sku: string; quantity: number }>(
      'SELECT sku, quantity FROM upload_file_rows($1, $2) ORDER BY position',
      [shopId, sequence],
    );
    return Object.fromEntries(rows.map((row) => [row.sku, row.quantity]));
  }
}

export interface OpenTransaction extends Statements {
  commit(): Promise<void>;
}
