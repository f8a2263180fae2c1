import type { Database } from '../src/postgres/database.ts';
import { purge, type Purged } from '../src/postgres/purge.ts';
import { keepAlive } from './keep-alive.ts';

export interface PurgeDeps {
  readonly database: Database;
}

export function createPurgeActivities({ database }: PurgeDeps) {
  return {
    /** Removes what nobody reads any more. Null when producers were in the way: the next run tries again. */
    async purge(): Promise<Purged | null> {
      return keepAlive(() => purge(database));
    },
  };
}
