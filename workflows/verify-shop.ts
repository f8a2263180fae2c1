import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities, VerifyResult } from '../activities/index.ts';
import { verifyJob } from '../src/domain/job-input.ts';
import { shopifyCalls } from './activity-options.ts';
import { refused } from './failures.ts';
import { describeRun } from './search-attributes.ts';

const calls = proxyActivities<Activities>(shopifyCalls);

/**
 * Verify: compare Online ATP with what Shopify really holds, for the whole catalogue or a sample, and say why what
 * differs differs.
 *
 * @param input `{shopId, sample?, heal?}`
 */
export async function verifyShop(input: unknown): Promise<VerifyResult> {
  const job = refused(() => verifyJob(input));
  describeRun({ shopId: job.shopId, jobName: 'verify' });
  const summary = `Compare ${job.sample ?? 'all'} products with Shopify`;
  const result = await calls.compareShop.executeWithOptions({ ...shopifyCalls, summary }, [job]);
  setCurrentDetails(`${result.checked} checked, ${result.equal} equal, ${result.differentCount} different.`);
  return result;
}
