/** What the pipeline shows: the filters of its address. */
import type { InputOf } from '../../api/operation-types.ts';
import { isRunFound } from '../../../src/domain/jobs/run-search.ts';
import type { Run } from '../../parts/run-state.tsx';

export type Filters = Readonly<Partial<Record<'job' | 'shop' | 'by' | 'q' | 'all' | 'limit', string>>>;

/** What the server is asked for. */
export function inputOf({ job, shop, by, all }: Filters): InputOf<'pipeline.show'> {
  return {
    ...(job !== undefined && { job: job }),
    ...(shop !== undefined && { shopId: shop }),
    ...(by === 'schedule' && { startedBy: 'schedule' as const }),
    ...(by !== undefined && by !== 'schedule' && { startedBy: 'other' as const }),
    ...(all === 'yes' && { all: true }),
  };
}

/** What Temporal cannot be asked for. A search of each key that is pressed is done here, by the same rule as the server’s. */
export function isFound(run: Run, { by, q }: Filters): boolean {
  return isRunFound(run, { by, search: q });
}

/** The same for the server, of what is saved. */
export function searchOf({ by, q }: Filters): InputOf<'pipeline.show'> {
  const search = q?.trim();
  return { ...(by !== undefined && { by }), ...(search && { search }) };
}
