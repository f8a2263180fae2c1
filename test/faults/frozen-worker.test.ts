/**
 * A worker stands still in the middle of a transaction, with locks that others need, and its connections stay open: its
 * machine is suspended, or cut off. Postgres ends the transaction, and another worker goes on.
 */
import { expect, test } from 'vitest';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import type { CrashPointName } from './crash-points.ts';
import { openSyncedShop, RIGHT } from './crash-story.ts';
import { expectRightState } from './right-state.ts';

/**
 * From the moment at which a healthy worker is there until Shopify shows what the frozen one was about to send: half a
 * minute, and four times that on a busy machine.
 */
const TAKEN_OVER_WITHIN_MS = 120_000;

const FROZEN: readonly { readonly at: CrashPointName; readonly holding: string }[] = [
  { at: 'call written, not committed', holding: 'the lane' },
  { at: 'rows inserted, not committed', holding: 'the lock of the shop’s producers' },
];

for (const { at, holding } of FROZEN) {
  test.concurrent(
    `another worker takes over soon from one that stands still in a transaction, holding ${holding}`,
    withOwnCleanUp(async () => {
      const { shop, worker: frozen, change } = await openSyncedShop();
      await change();
      await frozen.order({ at, signal: 'SIGSTOP' });
      const delta = shop.recentChanges();
      await frozen.waitUntilStruck();
      expect(await shop.database.query(IDLE_IN_TRANSACTION)).toHaveLength(1);

      const healthy = await shop.startWorker();
      const startedAt = performance.now();
      await delta;
      const shown = Object.entries(RIGHT.written).map(([sku, quantities]) => [sku, quantities.at(-1)]);
      await shop.until(async () => {
        expect(await shop.readShown()).toEqual(Object.fromEntries(shown));
        return true;
      });
      const tookMs = performance.now() - startedAt;
      console.log(`frozen holding ${holding}: taken over after ${Math.round(tookMs / 1000)} s`);
      expect(tookMs).toBeLessThan(TAKEN_OVER_WITHIN_MS);

      frozen.process.signal('SIGCONT');
      await expectRightState(shop, RIGHT);

      // It works again, and what it had begun has changed nothing.
      await healthy.kill();
      await shop.count('RESET_INVENTORY__3.csv', 'WAREHOUSE', { GROWS: 8 });
      await shop.recentChanges();
      await expectRightState(shop, {
        written: { ...RIGHT.written, GROWS: [...RIGHT.written.GROWS, 8] },
        files: RIGHT.files + 1,
      });
    }),
  );
}

const IDLE_IN_TRANSACTION = `
  SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`;
