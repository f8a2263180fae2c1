import { useLook } from '../api/queries.ts';

/** What waits for a person, by the page where it is decided. */
export function useWaiting(): Readonly<Record<string, number>> {
  const lanes = useLook('lane.list');
  const held = useLook('import.list', { state: 'held', limit: 100 });
  const blocked = lanes.data?.filter(({ state }) => state === 'blocked').length ?? 0;
  const plans = lanes.data?.filter(({ plansHeld }) => plansHeld > 0).length ?? 0;
  const feeds = held.data?.imports.length ?? 0;
  return { '/files': blocked, '/approvals': plans + feeds };
}
