/** A small master of inventory that feeds are imported into. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFeed } from '../../src/csv/feed-csv.ts';
import type { ImportCounts, RefusedRow } from '../../src/domain/feed.ts';
import { NO_SETTINGS, type SourceSettings } from '../../src/domain/feed-source.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import type { Database } from '../../src/postgres/database.ts';
import { importFeed, type ClaimedFile, type ImportOptions } from '../../src/postgres/feeds/imports.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';

export interface ImportOutcome extends ImportCounts {
  readonly refused: readonly RefusedRow[];
}

export interface SentFeed {
  readonly writtenAt?: Date;
  /** Where it lies on SFTP; absent: it came from a machine of ours. */
  readonly claimed?: ClaimedFile | null;
  readonly through?: Database;
  /** The folder that it was sent to; absent: it came from a machine of ours. */
  readonly source?: string;
  readonly settings?: SourceSettings;
}

export interface Levels {
  readonly qoh: number;
  readonly reserved: number;
}

export const SHOP = 'blue-shirts';

export const HEADERS: Readonly<Record<FeedType, string>> = {
  RESET_INVENTORY:
    'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty',
  REC_INV_COUNT: 'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,quantity',
  MDM_INV_VARIANCE: 'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId,reasonEnumId',
  TRANSFER: 'transferId,itemSeqId,idValue,idType,quantity,fromFacilityId,toFacilityId,statusId',
  ORDER_ITEMS:
    'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
  ORDER_WATERMARK: 'shopId,completeUntil',
  SHOPIFY_INVENTORY:
    'Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Bin name,Incoming (not editable),Unavailable (not editable),Committed (not editable),Available (not editable),On hand (current),On hand (new)',
  IMP_PRODUCT: 'product-id,sku,upc,name',
  IMP_FACILITY: 'facility-id,external-facility-id,name,type',
  IMP_PROD_FACILITY: 'product-id,facility-id,facility-safety-stock,allow-brokering',
  IMP_THRESHOLD: 'idValue,idType,facility-group-id,threshold',
};

export class Warehouse {
  readonly database: Database;
  readonly url: string;
  readonly #folder: string;
  #files = 0;

  private constructor(database: Database, url: string, folder: string) {
    this.database = database;
    this.url = url;
    this.#folder = folder;
  }

  /** SHIRT and HAT, at the stores BROADWAY (external S-1) and SOHO, beside the virtual PARKING. */
  static async open(): Promise<Warehouse> {
    const { database, url } = await freshDatabase();
    await database.query(
      `INSERT INTO facility (facility_id, facility_name, facility_type_id, external_id) VALUES
         ('BROADWAY', 'Broadway', 'RETAIL_STORE', 'S-1'), ('SOHO', 'Soho', 'RETAIL_STORE', 'S-2'),
         ('PARKING', 'Brokering queue', 'NA', 'P-1')`,
    );
    await database.query(
      `INSERT INTO product (product_id, sku, upc) VALUES ('10000', 'SHIRT', '0123456789'), ('10001', 'HAT', NULL)`,
    );
    const warehouse = new Warehouse(database, url, await scratchFolder());
    await warehouse.addShop();
    return warehouse;
  }

  async addShop(): Promise<void> {
    await this.database.query(
      `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version)
       VALUES ('${SHOP}', 'blue-shirts.myshopify.com', 'gid://shopify/Location/1', 'FAC_GRP', 'env:NO_TOKEN', '2026-10')`,
    );
  }

  /** Imports rows under the type's full header. */
  async import(
    type: FeedType,
    rows: readonly string[],
    options: Partial<ImportOptions> & SentFeed = {},
  ): Promise<ImportOutcome> {
    this.#files += 1;
    return this.importText(
      type,
      `${[HEADERS[type], ...rows].join('\n')}\n`,
      `${type}__${this.#files}.csv`,
      options,
    );
  }

  async importText(
    type: FeedType,
    text: string | Buffer,
    fileName: string,
    {
      writtenAt = new Date(),
      through = this.database,
      claimed = null,
      source,
      settings = NO_SETTINGS,
      ...options
    }: Partial<ImportOptions> & SentFeed = {},
  ): Promise<ImportOutcome> {
    const localPath = join(this.#folder, fileName);
    await writeFile(localPath, text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const refused: RefusedRow[] = [];
    const counts = await withFeed({ localPath, fileName, type, settings }, ({ columns, rows }) =>
      importFeed(
        through,
        {
          sha256,
          fileName,
          type,
          writtenAt,
          claimed,
          rows,
          columns,
          settings,
          ...(source !== undefined && { source }),
        },
        {
          dryRun: false,
          // One by one, so that a test knows what lies between two chunks; those of chunks at once say so.
          chunksAtOnce: 1,
          onRefused: async (all) => {
            for await (const row of all) refused.push(row);
          },
          ...options,
        },
      ),
    );
    return { ...counts, refused };
  }

  /** Imports a count of what is on hand; with `resetByAtp` Y, of what is available. */
  async count(
    sku: string,
    facilityId: string,
    availableQty: number,
    resetByAtp = 'N',
  ): Promise<ImportOutcome> {
    return this.import('RESET_INVENTORY', [`${facilityId},,${sku},,,,${resetByAtp},${availableQty}`]);
  }

  async readLevels(sku: string, facilityId: string): Promise<Levels> {
    const [level] = await this.database.query<Levels>(
      `SELECT quantity_on_hand AS qoh, reserved FROM product_facility JOIN product USING (product_id)
       WHERE sku = $1 AND facility_id = $2`,
      [sku, facilityId],
    );
    return level ?? { qoh: 0, reserved: 0 };
  }

  /** `<sku> <facility> <qoh> <reserved> <reason> <source>` of each posting, in the order of the ledger. */
  async readLedger(): Promise<string[]> {
    const rows = await this.database.query<{ line: string }>(
      `SELECT concat_ws(' ', sku, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source) AS line
       FROM inventory_item_detail JOIN product USING (product_id) ORDER BY inventory_item_detail_id`,
    );
    return rows.map(({ line }) => line);
  }

  /** Rows of the change log. */
  async countChanges(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM change_log',
    );
    return row?.count ?? 0;
  }
}

/** The codes of refused rows by row number. */
export function codesOf({ refused }: ImportOutcome): Record<number, string> {
  return Object.fromEntries(refused.map(({ rowNumber, code }) => [rowNumber, code]));
}
