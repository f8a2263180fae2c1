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
  const held = useLook('import.list', { state: 'held', limit: FEEDS_COUNTED_MAX });
  const blocked = lanes.data?.filter(({ state }) => state === 'blocked').length ?? 0;
  const plans = lanes.data?.filter(({ plansHeld }) => plansHeld > 0).length ?? 0;
  const feeds = held.data?.imports.length ?? 0;
  return {
    counts: {
      '/files': blocked,
      '/approvals': (held.data?.next ?? null) === null ? plans + feeds : `${plans + feeds}+`,
    },
    isKnown: lanes.isSuccess && held.isSuccess,
  };
}
