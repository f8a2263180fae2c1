/** A shop whose guard has something to judge. */
import type { UploadFileKind } from '../../src/domain/upload-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Retailer, SHOP } from './retailer.ts';

/** Twenty shirts with 10 units each, published by file 1, which was plan 1. */
export const SHIRTS = Array.from({ length: 20 }, (_, at) => `S${String(at).padStart(2, '0')}`);

export async function openSyncedShop(): Promise<Retailer> {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, SHIRTS);
  await retailer.produce('hard-sync');
  return retailer;
}

/** Six of twenty were counted as none. */
export async function openShopInTrouble(): Promise<Retailer> {
  const retailer = await openSyncedShop();
  await retailer.count(SHIRTS.slice(0, 6), 0);
  await retailer.produce('recent-changes');
  return retailer;
}

/** Produces, and tells what the file has and which plan waits with which products. */
export async function look(retailer: Retailer, kind: UploadFileKind = 'recent-changes') {
  const { file, plan } = await retailer.produce(kind);
  return {
    rows: file && (await retailer.rowsOf(file.sequence)),
    plan: plan && `plan ${plan.plan}.${plan.revision}`,
    withheld: await readWithheld(retailer),
  };
}

/** `S00 COLLAPSE 10 → 0`: published now, and what it would be. */
export async function readWithheld({ database }: Retailer): Promise<string[]> {
  const rows = await database.query<{ text: string }>(
    `SELECT format('%s %s %s → %s', product_id, cause, withheld_quantity, quantity) AS text
     FROM sync_plan_row WHERE shop_id = $1 ORDER BY product_id`,
    [SHOP],
  );
  return rows.map(({ text }) => text);
}

export async function readPlans({ database }: Retailer): Promise<string[]> {
  const rows = await database.query<{ text: string }>(
    `SELECT format('%s %s', plan, state) AS text FROM sync_plan WHERE shop_id = $1 ORDER BY plan`,
    [SHOP],
  );
  return rows.map(({ text }) => text);
}
