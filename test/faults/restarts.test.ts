/** A server is killed while a worker needs it, and comes back with what it had on its disk. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LEASE_DURATION_MS } from '../../src/domain/limits.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { openSyncedShop, RIGHT, type SyncedShop } from './crash-story.ts';
import { startOwnPostgres, startOwnTemporal } from './own-parts.ts';
import { expectRightState } from './right-state.ts';
import { hasRepeated } from './twin-log.ts';

/** Lets the call of a delta wait at Shopify. Returns the id of this hold. */
async function startCallInFlight({ shop, change }: SyncedShop): Promise<string> {
  await change();
  const call = await shop.hold('SetOnlineAtp');
  await shop.recentChanges();
  await shop.waitForArrival(call);
  return call;
}

for (const at of [
  'rows inserted, not committed',
  'number taken, nothing written',
  'READY, the lane not woken',
] as const)
  test.concurrent(
    `everything is right after Postgres was killed while a delta was made: ${at}`,
    withOwnCleanUp(async () => {
      const postgres = await startOwnPostgres();
      const { shop, worker, change } = await openSyncedShop({ database: postgres.fixture });
      await change();

      await worker.order({ at, signal: 'SIGSTOP' });
      const delta = shop.recentChanges();
      await worker.waitUntilStruck();
      await postgres.kill();
      worker.process.signal('SIGCONT');
      await shop.until(() => Promise.resolve(worker.process.output.includes('DATABASE_UNREACHABLE')));
      await postgres.startAgain();
      await delta;

      await expectRightState(shop, RIGHT);
    }),
  );

test.concurrent(
  'everything is right after Postgres was down when Shopify answered, and the call is repeated',
  withOwnCleanUp(async () => {
    const postgres = await startOwnPostgres();
    const synced = await openSyncedShop({ database: postgres.fixture });
    const { shop, worker } = synced;
    const call = await startCallInFlight(synced);

    await postgres.kill();
    await shop.release(call);
    await shop.until(() => Promise.resolve(worker.process.output.includes('DATABASE_UNREACHABLE')));
    await postgres.startAgain();

    await expectRightState(shop, RIGHT);
    expect(await hasRepeated(shop)).toBe(true);
  }),
);

test.concurrent(
  'everything is right after Temporal was down when Shopify answered',
  withOwnCleanUp(async () => {
    const temporal = await startOwnTemporal();
    const synced = await openSyncedShop({ temporal: temporal.fixture });
    const { shop } = synced;
    const call = await startCallInFlight(synced);

    await temporal.kill();
    await shop.release(call);
    await shop.until(
      async () => (await shop.database.query("SELECT FROM shopify_call WHERE state = 'STORED'")).length === 0,
    );
    await temporal.startAgain();

    await expectRightState(shop, RIGHT);
  }),
);

/** Longer than a lease lasts, and so than a dead attempt is believed to live. */
const TEMPORAL_AWAY_MS = LEASE_DURATION_MS + 30_000;

for (const [when, isCallAnswered] of [
  ['Shopify answered meanwhile', true],
  ['Shopify answered only afterwards', false],
] as const)
  test.concurrent(
    `everything is right after Temporal was away for longer than a lease lasts in the middle of a file, and ${when}`,
    withOwnCleanUp(async () => {
      const temporal = await startOwnTemporal();
      const synced = await openSyncedShop({ temporal: temporal.fixture });
      const { shop } = synced;
      const call = await startCallInFlight(synced);

      await temporal.kill();
      if (isCallAnswered) await shop.release(call);
      await pause(TEMPORAL_AWAY_MS);
      await temporal.startAgain();
      if (!isCallAnswered) await shop.release(call);

      await expectRightState(shop, RIGHT);
    }),
  );

test.concurrent(
  'everything is right after Temporal and the worker were killed at once and started again',
  withOwnCleanUp(async () => {
    const temporal = await startOwnTemporal();
    const synced = await openSyncedShop({ temporal: temporal.fixture });
    const { shop, worker } = synced;
    const call = await startCallInFlight(synced);

    await Promise.all([temporal.kill(), worker.process.kill()]);
    await shop.release(call);
    await temporal.startAgain();
    await shop.startWorker();

    await expectRightState(shop, RIGHT);
  }),
);
