/** Whether a shop is live, for the run that follows its changes. */
import type { Database } from '../src/postgres/database.ts';
import { findLive } from '../src/postgres/producing/live-shops.ts';

export interface FindLiveDeps {
  readonly database: Database;
}

export function createFindLiveActivities({ database }: FindLiveDeps) {
  return {
    /** `off`: it is live no more, or the shop was removed. */
    async findLive({
      shopId,
    }: {
      readonly shopId: string;
    }): Promise<{ readonly live: 'on' | 'paused' | 'off' }> {
      const live = await findLive(database, shopId);
      if (live === null) return { live: 'off' };
      return { live: live.isPaused ? 'paused' : 'on' };
    },
  };
}
