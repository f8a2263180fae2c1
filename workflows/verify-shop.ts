import { setCurrentDetails } from '@temporalio/workflow';
import type { VerifyResult } from '../src/domain/jobs/verify.ts';
import { begin } from './begin.ts';
import { step } from './steps.ts';

/**
 * Verify: compare Online ATP with what Shopify really holds, for the whole catalogue or a sample, and say why what
 * differs differs.
 *
 * @param input `{shopId, sample?, heal?}`
 */
export async function verifyShop(input: unknown): Promise<VerifyResult> {
  const job = begin('verify', input);
  const result = await step('compareShop', `Compare ${job.sample ?? 'all'} products with Shopify`, job);
  setCurrentDetails(`${result.checked} checked, ${result.equal} equal, ${result.differentCount} different.`);
  return result;
}
