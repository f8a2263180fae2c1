/** All jobs: whatever lists jobs reads this. CONTRIBUTING.md, "Add a job", says what a new one needs. */
import { acceptInput, choice, type Input } from '../input-fields.ts';
import { CLEAN_UP } from './clean-up.ts';
import { HARD_SYNC } from './hard-sync.ts';
import { IMPORT } from './import.ts';
import type { Job } from './job.ts';
import type { Outcome } from './outcome.ts';
import { MAP_SHOP } from './map-shop.ts';
import { PROCESS_UPLOADS } from './process-uploads.ts';
import { RECENT_CHANGES } from './recent-changes.ts';
import { VERIFY } from './verify.ts';

/** In the order in which people are shown them. */
const DEFINED = {
  [HARD_SYNC.name]: HARD_SYNC,
  [RECENT_CHANGES.name]: RECENT_CHANGES,
  [PROCESS_UPLOADS.name]: PROCESS_UPLOADS,
  [IMPORT.name]: IMPORT,
  [MAP_SHOP.name]: MAP_SHOP,
  [VERIFY.name]: VERIFY,
  [CLEAN_UP.name]: CLEAN_UP,
};

type Defined = typeof DEFINED;

export type JobName = keyof Defined;
/** The workflow types of all jobs. */
export type JobWorkflowType = Defined[JobName]['workflowType'];
export type JobFields<Name extends JobName> = Defined[Name]['fields'];
export type JobInput<Name extends JobName> = Input<JobFields<Name>>;
export type JobResult<Name extends JobName> = Parameters<Defined[Name]['inWords']>[0];

/** One run of a job, as somebody orders it: its name, and the input of its workflow. */
export type JobOrder<Name extends JobName = JobName> = {
  [Each in Name]: { readonly job: Each } & JobInput<Each>;
}[Name];

type Jobs = {
  readonly [Name in JobName]: Job<Name, JobFields<Name>, JobResult<Name>> & {
    readonly workflowType: JobWorkflowType;
  };
};

export const JOBS: Jobs = DEFINED;

export const JOB_NAMES: readonly JobName[] = Object.values(DEFINED).map(({ name }) => name);

/** The name of a job, as a field. @throws AtpError JOB_UNKNOWN for any other name */
export function jobField(about: string) {
  return { ...choice(about, JOB_NAMES), refusedBy: 'JOB_UNKNOWN', placeholder: 'job' } as const;
}

/** The job that a workflow type belongs to; undefined: none. */
export function jobOfWorkflowType(workflowType: string): JobName | undefined {
  return JOB_NAMES.find((job) => JOBS[job].workflowType === workflowType);
}

/** The jobs that work on one shop. Import inventory works for all. */
export type PerShopJob = {
  [Name in JobName]: 'shopId' extends keyof JobFields<Name> ? Name : never;
}[JobName];

export function isPerShop(job: JobName): job is PerShopJob {
  return 'shopId' in JOBS[job].fields;
}

/** The shop that an order is for; null: all shops. */
export function shopOf(order: JobOrder | JobInput<JobName>): string | null {
  return 'shopId' in order ? order.shopId : null;
}

/**
 * The input of a job's workflow.
 *
 * @throws AtpError INPUT_INVALID, which names the field
 */
export function acceptJobInput<Name extends JobName>(job: Name, input: unknown): JobInput<Name> {
  const fields: JobFields<Name> = JOBS[job].fields;
  return acceptInput(fields, input);
}

export function resultInWords<Name extends JobName>(job: Name, result: JobResult<Name>): string {
  return JOBS[job].inWords(result);
}

export function outcomeOf<Name extends JobName>(job: Name, result: JobResult<Name>): Outcome {
  return JOBS[job].outcomeOf(result);
}
