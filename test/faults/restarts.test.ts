/** A server is killed while a worker needs it, and comes back with what it had on its disk. */
import { expect, test } from 'vitest';
import { concurrently } from '../setup/clean-up.ts';
import { RIGHT, syncedShop, type SyncedShop } from './crash-story.ts';
import { ownPostgres, ownTemporal } from './own-parts.ts';
import { expectRightState } from './right-state.ts';
import { hasReplayed } from './twin-log.ts';

/** A delta's call waits at Shopify. */
async function callInFlight({ shop, change }: SyncedShop): Promise<string> {
  await change();
  const call = await shop.hold('SetOnlineAtp');
  await shop.recentChanges();
  await shop.arrived(call);
  return call;
}

for (const at of [
  'rows inserted, not committed',
  'number taken, nothing written',
  'READY, the lane not woken',
] as const)
  test.concurrent(
    `Postgres is killed while a delta is made: ${at}`,
    concurrently(async () => {
      const postgres = await ownPostgres();
      const { shop, worker, change } = await syncedShop({ database: postgres.fixture });
      await change();

      await worker.order({ at, signal: 'SIGSTOP' });
      const delta = shop.recentChanges();
      await worker.struck();
      await postgres.kill();
      worker.process.signal('SIGCONT');
      await shop.until(() => Promise.resolve(worker.process.output.includes('DATABASE_UNREACHABLE')));
      await postgres.startAgain();
      await delta;

      await expectRightState(shop, RIGHT);
    }),
  );

test.concurrent(
  'Postgres is away when Shopify answers',
  concurrently(async () => {
    const postgres = await ownPostgres();
    const synced = await syncedShop({ database: postgres.fixture });
    const { shop, worker } = synced;
    const call = await callInFlight(synced);

    await postgres.kill();
    await shop.release(call);
    await shop.until(() => Promise.resolve(worker.process.output.includes('DATABASE_UNREACHABLE')));
    await postgres.startAgain();

    await expectRightState(shop, RIGHT);
    expect(await hasReplayed(shop)).toBe(true);
  }),
);

test.concurrent(
  'Temporal is away when Shopify answers',
  concurrently(async () => {
    const temporal = await ownTemporal();
    const synced = await syncedShop({ temporal: temporal.fixture });
    const { shop } = synced;
    const call = await callInFlight(synced);

    await temporal.kill();
    await shop.release(call);
    await shop.until(
      async () => (await shop.database.query("SELECT FROM shopify_call WHERE state = 'STORED'")).length === 0,
    );
    await temporal.startAgain();

    await expectRightState(shop, RIGHT);
  }),
);

test.concurrent(
  'Temporal and the worker are killed, and only what they had written comes back',
  concurrently(async () => {
    const temporal = await ownTemporal();
    const synced = await syncedShop({ temporal: temporal.fixture });
    const { shop, worker } = synced;
    const call = await callInFlight(synced);

    await Promise.all([temporal.kill(), worker.process.kill()]);
    await shop.release(call);
    await temporal.startAgain();
    await shop.startWorker();

    await expectRightState(shop, RIGHT);
  }),
);
