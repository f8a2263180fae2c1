import { setCurrentDetails } from '@temporalio/workflow';
import type { VerifyResult } from '../src/domain/jobs/verify.ts';
import { begin } from './begin.ts';
import { step } from './steps.ts';

/**
 * Verify: compare Online ATP with the quantities that Shopify shows, for the whole catalogue or a sample, and name the
 * cause of each difference.
 *
 * @param input `{shopId, sample?, heal?}`
 */
export async function verifyShop(input: unknown): Promise<VerifyResult> {
  const job = begin('verify', input);
  const result = await step('compareShop', `Compare ${job.sample ?? 'all'} products with Shopify`, job);
  setCurrentDetails(`${result.checked} checked, ${result.equal} equal, ${result.differentCount} different.`);
  return result;
}
