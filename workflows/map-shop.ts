import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { MapResult } from '../src/domain/jobs/map-shop.ts';
import { CATALOGUE_STEPS_MAX } from '../src/domain/limits.ts';
import { counted } from '../src/domain/words.ts';
import { begin } from './begin.ts';
import { step } from './steps.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Map shop: read the shop's catalogue, and match it with our products by SKU. Products and variants that are new meet, and
 * come with the next delta.
 *
 * @param input `{shopId}`
 */
export function mapShop(input: unknown): Promise<MapResult> {
  return asJob('map-shop', () => mapCatalogue(input));
}

async function mapCatalogue(input: unknown): Promise<MapResult> {
  const { shopId } = begin('map-shop', input);
  const id = { shopId, reading: workflowInfo().runId };
  await step('beginReading', 'Look for the shop’s location', id);
  for (let steps = 0; steps < CATALOGUE_STEPS_MAX; steps += 1) {
    const { isComplete, variants } = await step('readCatalogue', 'Read the catalogue', id);
    setCurrentDetails(`${counted(variants, 'variant')} read.`);
    if (isComplete) break;
  }
  return step('matchCatalogue', 'Match the catalogue by SKU', id);
}
