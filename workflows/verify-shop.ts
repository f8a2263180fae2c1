import type { VerifyResult } from '../src/domain/jobs/verify.ts';
import { begin } from './begin.ts';
import { step } from './steps.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Verify: compare Online ATP with the quantities that Shopify shows, for the whole catalogue or a sample, and name the
 * cause of each difference.
 *
 * @param input `{shopId, sample?, heal?}`
 */
export function verifyShop(input: unknown): Promise<VerifyResult> {
  return asJob('verify', () => {
    const job = begin('verify', input);
    return step('compareShop', `Compare ${job.sample ?? 'all'} products with Shopify`, job);
  });
}
