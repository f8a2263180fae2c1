import { JOBS, acceptJobInput, type JobInput, type JobName } from '../src/domain/jobs/jobs.ts';
import { acceptOrFail } from './failures.ts';
import { describeRun, type RunAttributes } from './search-attributes.ts';

/**
 * How every job begins: it checks its input, or fails, and makes its run findable.
 *
 * @param attributes what else the run is found by from its start
 */
export function begin<Name extends JobName>(
  job: Name,
  input: unknown,
  attributes: RunAttributes = {},
): JobInput<Name> {
  const accepted = acceptOrFail(() => acceptJobInput(job, input));
  const { shopId } = accepted as { readonly shopId?: string };
  describeRun({ ...(shopId !== undefined && { shopId }), jobName: JOBS[job].name, ...attributes });
  return accepted;
}
