import { setTimeout as wait } from 'node:timers/promises';
import { TAKEN_BY_OTHERS_HALVES_MS } from '../../src/domain/limits.ts';
import type { StackAddresses } from '../../src/stand-ins/stack.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { controlTwin, setPlan, SHOP_ID } from './bench-shop.ts';

type Twin = StackAddresses['shopify'];

/** A look at one product, twice, and little more. */
const POINTS_LEFT = 60;
/** Until a worker has forgotten that somebody has taken all 40,000 points of the largest bucket. */
const FORGOTTEN_AFTER_MS = 17 * TAKEN_BY_OTHERS_HALVES_MS;
/** A plan under which the bucket stays nearly empty meanwhile. */
const RATE_MEANWHILE = 1;

/**
 * From now on the bench's shop has another plan and nearly no points, as the worker knows. To a worker an emptied bucket looks as if another
 * process had taken the points, and for some seconds it leaves it as many (decision 0084). So it gets the time to forget.
 *
 * @param forgets false where no time is measured
 */
export async function emptyBucket(
  temporal: TemporalClient,
  twin: Twin,
  { rate, latencyMs, forgets }: { rate: number; latencyMs: number; forgets: boolean },
): Promise<void> {
  await setPlan(twin, { rate: RATE_MEANWHILE, latencyMs: 0, available: POINTS_LEFT });
  await lookOnce(temporal);
  if (forgets) await wait(FORGOTTEN_AFTER_MS);
  await setPlan(twin, { rate, latencyMs, available: POINTS_LEFT });
  await lookOnce(temporal);
}

/** Points that are there already when the work begins: they are not part of its floor. */
export async function readPointsLeft(twin: Twin): Promise<number> {
  const path = `/shops/${twin.domain}/economy`;
  const { currentlyAvailable } = await controlTwin<{ currentlyAvailable: number }>(twin, 'GET', path);
  return currentlyAvailable;
}

/** By a call's answer the worker learns what the bucket has, and the plan. */
async function lookOnce(temporal: TemporalClient): Promise<void> {
  await runJob(temporal, { job: 'verify', shopId: SHOP_ID, sample: 1 }, { wait: true });
}
