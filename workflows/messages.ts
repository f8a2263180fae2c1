import { defineSignal, defineUpdate } from '@temporalio/workflow';
import {
  ALERTS_DUE_SIGNAL,
  CHANGE_FOUND_SIGNAL,
  FILE_READY_SIGNAL,
  LIVE_SET_SIGNAL,
} from '../src/domain/workflow-names.ts';
import { DECIDE_UPDATE, type DecisionOutcome } from '../src/domain/lane-decision.ts';

/** A producer has made a file READY: a running Process uploads looks once more before it ends. */
export const fileReady = defineSignal(FILE_READY_SIGNAL);

/** The watch has put messages into the outbox: a running delivery takes them at once. */
export const alertsDue = defineSignal(ALERTS_DUE_SIGNAL);

/** Something has changed in a live shop, and its lane has no file left; with when it was found, ISO 8601. */
export const changeFound = defineSignal<[foundAt: string]>(CHANGE_FOUND_SIGNAL);

/** A person has changed whether the shop is live. */
export const liveSet = defineSignal(LIVE_SET_SIGNAL);

/** A person's decision, as anyone may send it; its result is what came of it. */
export const decide = defineUpdate<DecisionOutcome, [decision: unknown]>(DECIDE_UPDATE);
