import { patched } from '@temporalio/workflow';
import type { StartedHardSync } from '../src/domain/jobs/started-hard-sync.ts';
import { step } from './steps.ts';

/**
 * Starts the Hard Sync that the shop needs, if it may start by itself: after a restore or a failover, and when no person
 * is at it. Null: it was not started.
 */
export async function startNeededHardSync(shopId: string): Promise<StartedHardSync | null> {
  // Runs that began before left it to a person.
  if (!patched('the Hard Sync after a restore starts by itself')) return null;
  return step('startHardSync', 'Start the Hard Sync that is needed, if it may start by itself', { shopId });
}
