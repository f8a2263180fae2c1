import { useLook } from '../api/queries.ts';

interface Waiting {
  /** By the page where it is decided. */
  readonly counts: Readonly<Record<string, number>>;
  /** False: not all of it could be read, so a count of 0 says nothing. */
  readonly isKnown: boolean;
}

/** What waits for a person. */
export function useWaiting(): Waiting {
  const lanes = useLook('lane.list');
  const held = useLook('import.list', { state: 'held', limit: 100 });
  const blocked = lanes.data?.filter(({ state }) => state === 'blocked').length ?? 0;
  const plans = lanes.data?.filter(({ plansHeld }) => plansHeld > 0).length ?? 0;
  const feeds = held.data?.imports.length ?? 0;
  return {
    counts: { '/files': blocked, '/approvals': plans + feeds },
    isKnown: lanes.isSuccess && held.isSuccess,
  };
}
