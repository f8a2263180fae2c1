/** What a job is: everything that the workflow, its schedule, the command line and the list of runs need to know. */
import type { Fields } from '../input-fields.ts';
import type { Outcome } from './outcome.ts';
import type { SchedulePolicy } from './schedule-policy.ts';

export interface Job<Name extends string = string, F extends Fields = Fields, Result = unknown> {
  /** As people and schedules call it: `hard-sync`. */
  readonly name: Name;
  /** The name that retailers know the job by. */
  readonly title: string;
  readonly description: string;
  /** The workflow that Temporal starts for it: a name that workflows/index.ts exports. */
  readonly workflowType: string;
  /** Of the workflow's one JSON input. A job with `shopId` works on one shop, every other job for all. */
  readonly fields: F;
  readonly schedule: SchedulePolicy;
  /** The result in one line, for a list of runs. */
  inWords(result: Result): string;
  /** What the result means to a person. */
  outcomeOf(result: Result): Outcome;
}

/** States a job, and keeps the types of its name, fields and result. */
export function defineJob<
  const Name extends string,
  const WorkflowType extends string,
  const F extends Fields,
  Result,
>(
  job: Job<Name, F, Result> & { readonly workflowType: WorkflowType },
): Job<Name, F, Result> & { readonly workflowType: WorkflowType } {
  return job;
}
