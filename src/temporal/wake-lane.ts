import { FILE_READY_SIGNAL } from '../domain/jobs.ts';
import type { TemporalClient } from './connection.ts';
import { jobStart } from './jobs.ts';

/**
 * Starts Process uploads of the shop, or makes the running one look once more before it ends: in one call, so that a
 * run that is just ending cannot swallow the wake-up.
 */
export async function wakeLane({ client }: TemporalClient, shopId: string): Promise<void> {
  const { workflowType, ...start } = jobStart({ job: 'process-uploads', shopId });
  await client.workflow.signalWithStart(workflowType, { ...start, signal: FILE_READY_SIGNAL });
}
