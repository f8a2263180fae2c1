/** Two shops that sell the stock of different groups, and the ways by which that stock changes. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { withFeed } from '../../src/csv/feed-csv.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { addGroupMember } from '../../src/postgres/master-data/facility-groups.ts';
import { importFeed } from '../../src/postgres/feeds/imports.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { OUTLET, Retailer, SHOP } from './retailer.ts';

export const WHOLESALE = 'WHOLESALE';
export const SHOP_OF_WHOLESALE = 'wholesale-shirts';

/** The real ways by which the master of inventory changes, for the changes of a test. */
export class Change {
  readonly retailer: Retailer;
  #files = 0;

  constructor(retailer: Retailer) {
    this.retailer = retailer;
  }

  get database() {
    return this.retailer.database;
  }

  async runSql(statement: string): Promise<void> {
    await this.database.query(statement);
  }

  /** Imports rows under a header, as a file that was written at that time; by default now. */
  async importFeed(
    type: FeedType,
    header: string,
    rows: readonly string[],
    writtenAt = new Date(),
  ): Promise<void> {
    this.#files += 1;
    const fileName = `${type}__${this.#files}.csv`;
    const text = [header, ...rows, ''].join('\n');
    const localPath = join(await scratchFolder(), fileName);
    await writeFile(localPath, text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const { failed } = await withFeed({ localPath, fileName, type }, (feed) =>
      importFeed(
        this.database,
        { sha256, fileName, type, writtenAt, claimed: null, rows: feed.rows },
        {
          dryRun: false,
          onRefused: async (all) => {
            for await (const refused of all) throw new Error(refused.code);
          },
        },
      ),
    );
    expect(failed).toBe(0);
  }

  /** Imports an order line of SHIRT in its latest state. */
  async importOrder(
    facility: string,
    quantity: number,
    { cancelled = 0, status = 'APPROVED' } = {},
  ): Promise<void> {
    await this.importFeed(
      'ORDER_ITEMS',
      'orderId,orderItemSeqId,shopId,externalOrderId,idValue,quantity,cancelQuantity,facilityId,statusId,orderDate',
      [`O1,1,,,SHIRT,${quantity},${cancelled},${facility},ITEM_${status},2026-11-24T10:00:00Z`],
    );
  }

  async importVariance(facility: string, delta: number, reason: string): Promise<void> {
    await this.importFeed('MDM_INV_VARIANCE', 'idValue,availableDelta,facilityId,reasonEnumId', [
      `SHIRT,${delta},${facility},${reason}`,
    ]);
  }

  async importCount(facility: string, quantity: number, resetByAtp: 'Y' | 'N'): Promise<void> {
    await this.importFeed('RESET_INVENTORY', 'facilityId,idValue,resetByAtp,availableQty', [
      `${facility},SHIRT,${resetByAtp},${quantity}`,
    ]);
  }

  /** Makes the shop's next delta. Returns the quantity by SKU, or null when it makes no file. */
  async makeDelta(shopId = SHOP): Promise<Record<string, number> | null> {
    const { file } = await this.retailer.produce('recent-changes', undefined, shopId);
    return file && this.retailer.rowsOf(file.sequence, shopId);
  }

  /** Picks the instant that is so far ahead of the database's clock, in whole milliseconds. */
  async pickInstant(aheadMs: number): Promise<Date> {
    const [row] = await this.database.query<{ at: Date }>(
      `SELECT date_trunc('milliseconds', clock_timestamp() + make_interval(secs => $1::double precision / 1000)) AS at`,
      [aheadMs],
    );
    return (row as { at: Date }).at;
  }

  async isAhead(at: Date): Promise<boolean> {
    return (await this.database.query('SELECT WHERE $1 > clock_timestamp()', [at])).length === 1;
  }

  async waitUntil(at: Date): Promise<void> {
    await this.database.query('SELECT pg_sleep_until($1)', [at]);
  }
}

/**
 * SHIRT and SOCKS with 10 each at Broadway, SOCKS with 2 at the outlet, which is not in the group of the first shop; a
 * second shop sells the stock of the outlet. Both have had their Hard Sync.
 *
 * @param before what happens before these Hard Syncs
 */
export async function openTwoShops(
  before: (change: Change) => Promise<unknown> = async () => undefined,
): Promise<Change> {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT', 'SOCKS']);
  await retailer.post('SOCKS', OUTLET, 2, 0);
  await database.query(
    `INSERT INTO facility_group (facility_group_id, facility_group_name) VALUES ('${WHOLESALE}', 'Wholesale')`,
  );
  await addGroupMember(database, { facilityGroupId: WHOLESALE, facilityId: OUTLET });
  await retailer.openShop(SHOP_OF_WHOLESALE, WHOLESALE);
  await retailer.switchGuardOff();
  const change = new Change(retailer);
  await before(change);
  await retailer.produce('hard-sync');
  await retailer.produce('hard-sync', undefined, SHOP_OF_WHOLESALE);
  return change;
}
