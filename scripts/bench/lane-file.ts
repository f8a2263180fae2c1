/** A Hard Sync in the lane of the benchmark's shop: the file is made while the lane is paused, and applied under a plan. */
import type { VerifyResult } from '../../src/domain/jobs/verify.ts';
import { pauseLane, resumeLane } from '../../src/postgres/lane/lane-pause.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { controlTwin, setPlan, SHOP_ID, type AskedOfTwin } from './bench-shop.ts';
import { emptyBucket, readPointsLeft } from './nearly-empty-bucket.ts';
import type { OwnStack } from './own-stack.ts';

const WHO = { by: 'bench', reason: 'bench' };

export interface LanePlan {
  /** Points a second. */
  readonly rate: number;
  readonly latencyMs: number;
  /** All that are mapped. */
  readonly products: number;
  /** As for `emptyBucket`. */
  readonly forgets: boolean;
}

export interface AppliedFile {
  readonly seconds: number;
  readonly rows: number;
  /** Rows that Shopify did not show yet. */
  readonly written: number;
  readonly requests: readonly AskedOfTwin[];
  readonly points: number;
  /** What the plan needs to bring these points, and not those that were there. */
  readonly floorSeconds: number;
  /** Every row was written or was there, and Shopify shows what the database promises. */
  readonly isRight: boolean;
}

/** Applies a Hard Sync after `change`. What is measured begins when the file is there, with a bucket that is nearly empty. */
export async function applyHardSync(
  { database, addresses: { shopify }, temporal }: OwnStack,
  { rate, latencyMs, products, forgets }: LanePlan,
  change: () => Promise<unknown>,
): Promise<AppliedFile> {
  await change();
  // Making the file asks the shop, too, and must not wait for points.
  await setPlan(shopify, { rate: 2_000, latencyMs: 0 });
  await pauseLane(database, SHOP_ID, WHO);
  const made = await runJob(temporal, { job: 'hard-sync', shopId: SHOP_ID }, { wait: true });
  const { plan } = made.result as { readonly plan?: number | null };
  // A shop's first Hard Sync is held for a person.
  if (typeof plan === 'number') await decideLane(temporal, SHOP_ID, { decision: 'approve', plan, ...WHO });
  await emptyBucket(temporal, shopify, { rate, latencyMs, forgets });
  await controlTwin(shopify, 'DELETE', '/requests');
  await resumeLane(database, SHOP_ID);
  const pointsLeft = await readPointsLeft(shopify);
  const begun = performance.now();
  await runJob(temporal, { job: 'process-uploads', shopId: SHOP_ID }, { wait: true });
  const seconds = (performance.now() - begun) / 1000;
  const requests = await controlTwin<readonly AskedOfTwin[]>(shopify, 'GET', '/requests');
  const [file] = await database.query<{ rows: number; written: number; unchanged: number }>(
    `SELECT row_count AS rows, applied_count AS written, unchanged_count AS unchanged
     FROM upload_file WHERE shop_id = $1 ORDER BY sequence DESC LIMIT 1`,
    [SHOP_ID],
  );
  const { rows = 0, written = 0, unchanged = 0 } = file ?? {};
  await setPlan(shopify, { rate: 2_000, latencyMs: 0 });
  const { result } = await runJob(temporal, { job: 'verify', shopId: SHOP_ID }, { wait: true });
  const { checked, differentCount } = result as VerifyResult;
  const points = requests.reduce((sum, { cost }) => sum + (cost?.actual ?? 0), 0);
  return {
    ...{ seconds, requests, rows, written, points },
    floorSeconds: (points - pointsLeft) / rate,
    isRight:
      checked === products && differentCount === 0 && rows === products && written + unchanged === products,
  };
}
