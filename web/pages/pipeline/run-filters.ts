/** What the pipeline shows: the filters of its address. */
import type { InputOf } from '../../api/operation-types.ts';
import type { Run } from '../../parts/run-state.tsx';

export type Filters = Readonly<Partial<Record<'job' | 'shop' | 'by' | 'q' | 'all' | 'limit', string>>>;

/** What the server is asked for; what it cannot ask Temporal for is looked for in what it answers. */
export function inputOf({ job, shop, by, all }: Filters): InputOf<'pipeline.show'> {
  return {
    ...(job !== undefined && { job: job }),
    ...(shop !== undefined && { shopId: shop }),
    ...(by === 'schedule' && { startedBy: 'schedule' as const }),
    ...(by !== undefined && by !== 'schedule' && { startedBy: 'other' as const }),
    ...(all === 'yes' && { all: true }),
  };
}

/** `by` may be a person's name; a search finds words of what came of a run. */
export function isFound(run: Run, { by, q = '' }: Filters): boolean {
  const isBy =
    by === undefined ||
    by === 'schedule' ||
    (by === 'itself' ? run.startedBy === null : run.startedBy === by);
  const text = [run.jobName, run.shopId, run.summary, run.workflowId, run.runId, run.startedBy].join(' ');
  return isBy && text.toLowerCase().includes(q.trim().toLowerCase());
}
