/** Whoever looks at Temporal's list sees what came of each run, whatever its status is. */
import { ApplicationFailure, patched, setCurrentDetails, TemporalFailure } from '@temporalio/workflow';
import { outcomeOf, resultInWords, type JobName, type JobResult } from '../src/domain/jobs/jobs.ts';
import type { Outcome } from '../src/domain/jobs/outcome.ts';
import { SHOWN_TEXT_LENGTH_MAX } from '../src/domain/limits.ts';
import { showText } from '../src/domain/shown-text.ts';
import { failureOfStep } from './failures.ts';
import { describeRun } from './search-attributes.ts';

/** Runs the story of a job, and tells its outcome before the run ends, also when it fails or is cancelled. */
export function asJob<Name extends JobName>(
  job: Name,
  story: () => Promise<JobResult<Name>>,
): Promise<JobResult<Name>> {
  return tellOutcome(story, (result) => ({
    outcome: outcomeOf(job, result),
    inWords: resultInWords(job, result),
  }));
}

/** What a result means: as the search attribute has it, and in one line. */
export interface ToldResult {
  readonly outcome: Outcome;
  readonly inWords: string;
}

/** A run that goes on as a new one has no outcome yet; neither has one whose code has a fault: its task is tried again. */
export async function tellOutcome<Result>(
  story: () => Promise<Result>,
  meaningOf: (result: Result) => ToldResult,
): Promise<Result> {
  let result: Result;
  try {
    result = await story();
  } catch (error) {
    if (error instanceof TemporalFailure) tell({ outcome: 'FAILED', inWords: failureInWords(error) });
    throw error;
  }
  tell(meaningOf(result));
  return result;
}

function tell({ outcome, inWords }: ToldResult): void {
  setCurrentDetails(`${showText(inWords, SHOWN_TEXT_LENGTH_MAX)}\n\nOutcome: ${outcome}`);
  // Runs that began before end without it.
  if (tellsOutcome()) describeRun({ outcome });
}

/** Whether this run sets what the list of runs has of its end. Runs of earlier releases that have ended did not. */
export function tellsOutcome(): boolean {
  return patched('a run tells its outcome');
}

function failureInWords(error: TemporalFailure): string {
  const failure = failureOfStep(error);
  if (failure) return `${failure.code}: ${failure.message}`;
  return error instanceof ApplicationFailure && error.type
    ? `${error.type}: ${error.message}`
    : error.message;
}
