import { condition, continueAsNew, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { ALERT_DELIVERIES_PER_RUN, ALERT_LOOKS_APART_MS } from '../src/domain/limits.ts';
import type { Outcome } from '../src/domain/jobs/outcome.ts';
import { alertsDue } from './messages.ts';
import { describeRun } from './search-attributes.ts';
import { step } from './steps.ts';
import { tellOutcome } from './tell-outcome.ts';

export interface DeliverResult {
  readonly delivered: number;
  /** Attempts that a target has not accepted. */
  readonly failed: number;
}

/**
 * Deliver alerts: sends the messages of the outbox until none waits. A target that is away is tried again, after pauses
 * that become longer, until its messages are given up.
 */
export function deliverAlerts(): Promise<DeliverResult> {
  return tellOutcome(deliver, ({ delivered, failed }) => ({
    outcome: outcomeOf(delivered, failed),
    inWords: inWords(delivered, failed),
  }));
}

/** Doctor tells of messages that were given up; here the run's own attempts count. */
function outcomeOf(delivered: number, failed: number): Outcome {
  if (failed > 0) return 'NEEDS_ATTENTION';
  return delivered === 0 ? 'NOTHING_TO_DO' : 'DONE';
}

function inWords(delivered: number, failed: number): string {
  return `${delivered} delivered; ${failed} attempts were not accepted.`;
}

async function deliver(): Promise<DeliverResult> {
  let isWoken = false;
  setHandler(alertsDue, () => {
    isWoken = true;
  });
  describeRun({ jobName: 'deliver-alerts' });
  let delivered = 0;
  let failed = 0;
  for (let deliveries = 0; deliveries < ALERT_DELIVERIES_PER_RUN; deliveries += 1) {
    isWoken = false;
    const done = await step('deliverDueAlerts', 'Deliver alerts');
    delivered += done.delivered;
    failed += done.failed;
    setCurrentDetails(inWords(delivered, failed));
    if (done.nextTryInMs === null) {
      if (!isWoken) return { delivered, failed };
    } else await condition(() => isWoken, Math.max(ALERT_LOOKS_APART_MS, done.nextTryInMs));
  }
  return continueAsNew<typeof deliverAlerts>();
}
