import { ALERTS_DUE_SIGNAL, DELIVERY_WORKFLOW, TASK_QUEUE } from '../domain/workflow-names.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';

/**
 * Starts the delivery of the messages that wait, or makes the running one look at once: in one call, so that a run that is
 * just ending cannot swallow it.
 *
 * @throws AtpError TEMPORAL_UNREACHABLE
 */
export async function wakeDelivery(temporal: TemporalClient): Promise<void> {
  await askTemporal(temporal, () =>
    temporal.client.workflow.signalWithStart(DELIVERY_WORKFLOW, {
      workflowId: DELIVERY_WORKFLOW,
      taskQueue: TASK_QUEUE,
      args: [],
      signal: ALERTS_DUE_SIGNAL,
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.jobName, value: 'deliver-alerts' }],
      staticSummary: 'Deliver alerts',
    }),
  );
}
