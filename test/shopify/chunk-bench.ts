/** A shop on the twin and its files, for tests of what the lane does with one chunk. */
import { applyWindows, type WindowDeps } from '../../activities/apply-windows.ts';
import { ROWS_PER_CALL } from '../../src/domain/limits.ts';
import type { UploadFileState } from '../../src/domain/upload-file.ts';
import type { Database } from '../../src/postgres/database.ts';
import { enterLane } from '../../src/postgres/lane/lane.ts';
import { findShop } from '../../src/postgres/master-data/shops.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { LOCATION, SHOP as TWIN_SHOP, type TwinClient } from './twin-fixture.ts';

export const SHOP = 'blue-shirts';

/** What a file's snapshot has of the shop's orders. */
export interface OrdersKnown {
  /** Units of all imported order lines by SKU; 0 for a SKU that is not named. */
  readonly importedUnits?: Readonly<Record<string, number>>;
  /** ISO 8601; null: no order was ever imported. */
  readonly ordersImportedUntil?: string | null;
}

/** What is known of a row from its last push. */
export interface KnownRow {
  readonly lastKnown: number | null;
  readonly importedUnits: number;
  readonly debt: number;
  readonly drops: readonly { readonly at: string; readonly units: number }[] | null;
}

export class ChunkBench {
  readonly database: Database;
  readonly twin: TwinClient;

  private constructor(database: Database, twin: TwinClient) {
    this.database = database;
    this.twin = twin;
  }

  /** Adds a shop whose products show these quantities on Shopify. */
  static async open(available: Readonly<Record<string, number>>): Promise<ChunkBench> {
    const { database } = await freshDatabase();
    const { client: twin, shop } = await freshTwin();
    const seeds = Object.entries(available).map(([sku, units]) => ({ sku, title: sku, available: units }));
    const items = await twin.seed(seeds);
    await database.query(
      `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, admin_url, api_version)
       VALUES ($1, $2, $3, 'FAC_GRP', $4, $5, $6)`,
      [shop.shopId, shop.domain, shop.locationId, shop.accessTokenRef, shop.adminUrl, shop.apiVersion],
    );
    await database.query(
      'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku',
      [items.map((item) => item.sku)],
    );
    await database.query(
      `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])`,
      [
        SHOP,
        items.map((item) => item.sku),
        items.map((item) => item.inventoryItemId),
        items.map((item) => item.variantId),
      ],
    );
    return new ChunkBench(database, twin);
  }

  /** Adds a file with these targets, APPLYING unless another state is told. */
  async addFile(
    sequence: number,
    targets: Readonly<Record<string, number>>,
    {
      importedUnits = {},
      ordersImportedUntil = null,
      state = 'APPLYING',
    }: OrdersKnown & { readonly state?: UploadFileState } = {},
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
         snapshot, effective_at, row_count, orders_imported_until)
       VALUES ($1, $2, 'recent-changes', $7, $3, 'FAC_GRP', $4, pg_current_snapshot(), now(), $5, $6)`,
      [SHOP, sequence, `test ${sequence}`, LOCATION, Object.keys(targets).length, ordersImportedUntil, state],
    );
    await this.database.query(
      `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity,
         imported_units)
       SELECT $1, $2, row_number() OVER (ORDER BY sku) - 1, sku, sku, mapped.inventory_item_id, quantity, imported
       FROM unnest($3::text[], $4::int[], $5::bigint[]) AS target (sku, quantity, imported)
       JOIN shop_product AS mapped ON mapped.product_id = sku`,
      [
        SHOP,
        sequence,
        Object.keys(targets),
        Object.values(targets),
        Object.keys(targets).map((sku) => importedUnits[sku] ?? 0),
      ],
    );
  }

  /** What is published of the file's products is what it says, as when it was made. */
  async publish(sequence: number): Promise<void> {
    await this.database.query(
      `INSERT INTO published_row (shop_id, product_id, sequence, inventory_item_id, quantity, imported_units)
       SELECT shop_id, product_id, sequence, inventory_item_id, quantity, imported_units
       FROM upload_file_rows($2, $1)
       ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence, quantity = excluded.quantity`,
      [sequence, SHOP],
    );
  }

  /** Enters the lane. Returns what the attempt works with. */
  async startAttempt(): Promise<WindowDeps> {
    const shop = await findShop(this.database, SHOP);
    const pass = await enterLane(this.database, {
      shopId: SHOP,
      holder: 'the run',
      workflowId: 'processUploads/blue-shirts',
    });
    if (!pass) throw new Error('The lane is busy.');
    return { database: this.database, api: openAdminApi(shop), shop, pass };
  }

  async apply(sequence: number): Promise<void> {
    await applyWindows(await this.startAttempt(), [{ sequence, window: 0 }], ROWS_PER_CALL);
  }

  /** SKU → outcome, or the code of a row that is quarantined or owed. */
  async readOutcomes(sequence: number): Promise<Record<string, string>> {
    const rows = await this.database.query<{ sku: string; outcome: string }>(
      `SELECT product_id AS sku, coalesce(error_code, outcome) AS outcome
       FROM applied_row WHERE sequence = $1 ORDER BY product_id`,
      [sequence],
    );
    return Object.fromEntries(rows.map((row) => [row.sku, row.outcome]));
  }

  async readKnown(sku: string): Promise<KnownRow | undefined> {
    const [row] = await this.database.query<KnownRow>(
      `SELECT last_known AS "lastKnown", imported_units AS "importedUnits", debt, drops
       FROM applied_row WHERE shop_id = $1 AND product_id = $2`,
      [SHOP, sku],
    );
    return row;
  }

  /** `<sku> <cause>` of what the next file carries again. */
  async readOwed(): Promise<string[]> {
    const rows = await this.database.query<{ line: string }>(
      `SELECT product_id || ' ' || cause AS line FROM owed_row WHERE shop_id = $1 ORDER BY 1`,
      [SHOP],
    );
    return rows.map(({ line }) => line);
  }

  /** State of each call of a file, by generation. */
  async readCalls(sequence: number): Promise<string[]> {
    const rows = await this.database.query<{ state: string }>(
      'SELECT state FROM shopify_call WHERE sequence = $1 ORDER BY generation',
      [sequence],
    );
    return rows.map(({ state }) => state);
  }

  /** SKU → what Shopify shows. */
  async readShown(): Promise<Record<string, number>> {
    const levels = await this.twin.levels();
    return Object.fromEntries(levels.map((level) => [level.sku ?? '', level.available]));
  }

  /** Quantities that each write request changed, in their order. */
  async readWrites(): Promise<number[]> {
    return (await this.twin.requests('SetOnlineAtp')).map((request) => request.applied.length);
  }

  /** Lets the next write wait at Shopify while `meanwhile` runs. */
  async runWhileNextWriteWaits(meanwhile: () => Promise<unknown>): Promise<void> {
    const { id } = await this.twin.hold('SetOnlineAtp');
    await this.twin.control('GET', `/holds/${id}?arrived`);
    await meanwhile();
    await this.twin.control('DELETE', `/holds/${id}`);
  }

  sell(sku: string, quantity: number): Promise<unknown> {
    return this.twin.control('POST', `/shops/${TWIN_SHOP.domain}/orders`, { lines: [{ sku, quantity }] });
  }

  /** As if SENDABLE_FOR_MS had passed: no sending of the file's calls can leave any more. */
  async endSendings(sequence: number): Promise<void> {
    await this.database.query(
      'UPDATE shopify_call SET sending_until = clock_timestamp() WHERE sequence = $1',
      [sequence],
    );
  }

  /** As if 24 hours had passed. */
  forgetKeys(): Promise<unknown> {
    return this.twin.control('DELETE', `/shops/${TWIN_SHOP.domain}/idempotency-keys`);
  }

  /** What the merchant does by hand. */
  change(path: 'items' | 'levels', change: object): Promise<unknown> {
    return this.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/${path}`, [change]);
  }

  remove(sku: string): Promise<unknown> {
    return this.twin.control('DELETE', `/shops/${TWIN_SHOP.domain}/variants/${sku}`);
  }

  armFault(kind: string, times = 1): Promise<unknown> {
    return this.twin.control('POST', '/faults', { kind, operation: 'SetOnlineAtp', times });
  }
}
