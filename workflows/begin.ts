import { acceptJobInput, shopOf, type JobInput, type JobName } from '../src/domain/jobs/jobs.ts';
import { acceptOrFail } from './failures.ts';
import { describeRun, type RunAttributes } from './search-attributes.ts';

/**
 * Begins a job: checks its input (a wrong one fails the workflow), and sets the search attributes of its run.
 *
 * @param attributes more search attributes of the run
 */
export function begin<Name extends JobName>(
  job: Name,
  input: unknown,
  attributes: RunAttributes = {},
): JobInput<Name> {
  const accepted = acceptOrFail(() => acceptJobInput(job, input));
  const shopId = shopOf(accepted);
  describeRun({ ...(shopId !== null && { shopId }), jobName: job, ...attributes });
  return accepted;
}
