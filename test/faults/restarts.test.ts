/** A server is killed while a worker needs it, and comes back with what it had on its disk. */
import { expect, test } from 'vitest';
import { Installation } from '../end-to-end/installation.ts';
import { concurrently } from '../setup/clean-up.ts';
import { startCrashingWorker } from './crashing.ts';
import { ownPostgres, ownTemporal } from './own-parts.ts';
import { expectRightState } from './right-state.ts';
import { hasReplayed } from './twin-log.ts';

const SKUS = ['GROWS', 'STAYS'];

/** A delta's call waits at Shopify. */
async function callInFlight(shop: Installation): Promise<string> {
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', { GROWS: 5, STAYS: 9 });
  await shop.hardSync();
  await shop.processUploads();
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { GROWS: 7, STAYS: 9 });
  const call = await shop.hold('SetOnlineAtp');
  await shop.recentChanges();
  await shop.arrived(call);
  return call;
}

const RIGHT = { written: { GROWS: [5, 7], STAYS: [9] }, files: 2 };

for (const at of [
  'rows inserted, not committed',
  'number taken, nothing written',
  'READY, the lane not woken',
] as const)
  test.concurrent(
    `Postgres is killed while a delta is made: ${at}`,
    concurrently(async () => {
      const postgres = await ownPostgres();
      const shop = await Installation.open(SKUS, { database: postgres.fixture });
      const worker = await startCrashingWorker(shop);
      await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', { GROWS: 5, STAYS: 9 });
      await shop.hardSync();
      await shop.processUploads();
      await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { GROWS: 7, STAYS: 9 });

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
    const shop = await Installation.open(SKUS, { database: postgres.fixture });
    const worker = await shop.startWorker();
    const call = await callInFlight(shop);

    await postgres.kill();
    await shop.release(call);
    await shop.until(() => Promise.resolve(worker.output.includes('DATABASE_UNREACHABLE')));
    await postgres.startAgain();

    await expectRightState(shop, RIGHT);
    expect(await hasReplayed(shop)).toBe(true);
  }),
);

test.concurrent(
  'Temporal is away when Shopify answers',
  concurrently(async () => {
    const temporal = await ownTemporal();
    const shop = await Installation.open(SKUS, { temporal: temporal.fixture });
    await shop.startWorker();
    const call = await callInFlight(shop);

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
    const shop = await Installation.open(SKUS, { temporal: temporal.fixture });
    const worker = await shop.startWorker();
    const call = await callInFlight(shop);

    await Promise.all([temporal.kill(), worker.kill()]);
    await shop.release(call);
    await temporal.startAgain();
    await shop.startWorker();

    await expectRightState(shop, RIGHT);
  }),
);
