/** A shop that sells every product of the catalogue and has its first file: what a delta is measured in, without Shopify. */
import { randomUUID } from 'node:crypto';
import { GUARD_LIMIT_PERCENT_MAX } from '../../src/domain/limits.ts';
import type { UploadFile } from '../../src/postgres/lane/upload-files.ts';
import type { Connection, Database } from '../../src/postgres/database.ts';
import { produceFile } from '../../src/postgres/producing/produce-file.ts';

/** Adds a shop that no guard stops, and no Shopify is behind. */
export async function addPaperShop(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version,
       collapse_limit_percent, surge_limit_percent, sell_out_limit_percent)
     VALUES ($1, $1 || '.myshopify.com', 'gid://shopify/Location/1', 'FAC_GRP', 'env:NONE', '2026-10', $2, $2, $2)`,
    [shopId, GUARD_LIMIT_PERCENT_MAX],
  );
}

/** Maps every product to the shop, and makes its first Hard Sync, with the approval that it waits for. */
export async function fillShop(database: Database, shopId: string): Promise<void> {
  await database.session(async (session) => {
    await session.query('SET session_replication_role = replica');
    await session.query(
      'INSERT INTO shop_product SELECT $1, product_id, product_id, product_id FROM product',
      [shopId],
    );
    await session.query('SET session_replication_role = origin');
    await session.query('VACUUM ANALYZE');
  });
  const producing = { shopId, kind: 'hard-sync', producerKey: 'first' } as const;
  const { plan } = await produceFile(database, producing);
  if (!plan) throw new Error('The first Hard Sync of a shop is held.');
  await produceFile(database, { ...producing, producerKey: 'approval', approval: { plan: plan.plan } });
  await database.session((session) => session.query('VACUUM ANALYZE'));
}

export interface TimedDelta {
  /** Null: nothing differs. */
  readonly file: UploadFile | null;
  readonly tookMs: number;
}

/** From its start until its rows are committed. */
export async function makeDelta(database: Database, shopId: string): Promise<TimedDelta> {
  const begun = performance.now();
  const { file } = await produceFile(database, {
    ...{ shopId, kind: 'recent-changes' },
    producerKey: randomUUID(),
  });
  return { file, tookMs: performance.now() - begun };
}
