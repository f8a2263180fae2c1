import { useLook } from '../api/queries.ts';

/** Nobody reads more from a badge. */
const FEEDS_COUNTED_MAX = 100;

interface Waiting {
  /** By the page where it is decided; "100+" where there are more than are counted. */
  readonly counts: Readonly<Record<string, number | string>>;
  /** False: not all of it could be read, so a count of 0 says nothing. */
  readonly isKnown: boolean;
}

/** What waits for a person. */
export function useWaiting(): Waiting {
  const lanes = useLook('lane.list');
  const held = useLook('import.list', { state: 'held', limit: FEEDS_COUNTED_MAX + 1 });
  const blocked = lanes.data?.filter(({ state }) => state === 'blocked').length ?? 0;
  const plans = lanes.data?.filter(({ plansHeld }) => plansHeld > 0).length ?? 0;
  const found = held.data?.imports.length ?? 0;
  const certain = plans + Math.min(found, FEEDS_COUNTED_MAX);
  return {
    counts: {
      '/files': blocked,
      '/approvals': found > FEEDS_COUNTED_MAX ? `${certain}+` : certain,
    },
    isKnown: lanes.isSuccess && held.isSuccess,
  };
}
