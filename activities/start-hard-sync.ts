/** Starting the Hard Sync that a shop needs after a restore or a failover, without waiting for a person. */
import type { Diary } from '../src/domain/diary.ts';
import type { StartedHardSync } from '../src/domain/jobs/started-hard-sync.ts';
import type { Database } from '../src/postgres/database.ts';
import { findNeededHardSync, recordHardSyncStarted } from '../src/postgres/producing/needed-hard-sync.ts';

export interface StartHardSyncDeps {
  readonly database: Database;
  /** Starts the shop's Hard Sync unless it runs. `why`: for whoever reads the run in the Temporal UI. */
  readonly runHardSync: (shopId: string, why: string) => Promise<void>;
  readonly diary: Diary;
}

export function createStartHardSyncActivities({ database, runHardSync, diary }: StartHardSyncDeps) {
  return {
    /**
     * Starts the Hard Sync that is needed, or tells of the one that was started a short while ago. The first guard judges
     * it as any other. Null: none is needed because of a restore or a failover, or a person is at it.
     */
    async startHardSync({ shopId }: { readonly shopId: string }): Promise<StartedHardSync | null> {
      const needed = await findNeededHardSync(database, shopId);
      if (needed === null) return null;
      const { reason } = needed;
      if (needed.startedAt !== null) return { startedAt: needed.startedAt.toISOString(), reason };
      const startedAt = await recordHardSyncStarted(database, shopId);
      await runHardSync(shopId, `Started by itself, because ${reason}.`);
      diary({ event: 'HARD_SYNC_STARTED', shopId, reason });
      return { startedAt: startedAt.toISOString(), reason };
    },
  };
}
