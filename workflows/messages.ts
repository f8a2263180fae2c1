import { defineSignal, defineUpdate } from '@temporalio/workflow';
import { ALERTS_DUE_SIGNAL, FILE_READY_SIGNAL } from '../src/domain/workflow-names.ts';
import { DECIDE_UPDATE, type DecisionOutcome } from '../src/domain/lane-decision.ts';

/** A producer has made a file READY: a running Process uploads looks once more before it ends. */
export const fileReady = defineSignal(FILE_READY_SIGNAL);

/** The watch has put messages into the outbox: a running delivery takes them at once. */
export const alertsDue = defineSignal(ALERTS_DUE_SIGNAL);

/** A person's decision, as anyone may send it; its result is what came of it. */
export const decide = defineUpdate<DecisionOutcome, [decision: unknown]>(DECIDE_UPDATE);
