/** Two producers at once: of one shop they run one after the other, each with its snapshot; of two shops none waits. */
import { describe, expect, test } from 'vitest';
import { lockForProducing } from '../../src/postgres/producing/producer-locks.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { until } from '../setup/until.ts';
import { BROADWAY, GROUP, Retailer, SHOP } from './retailer.ts';

const OTHER_SHOP = 'red-shirts';

async function openSyncedShop(): Promise<Retailer> {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT', 'SOCKS']);
  await retailer.produce('hard-sync');
  return retailer;
}

/** Waits until a session of this database waits for a lock of that kind. */
async function untilSomebodyWaits({ database }: Retailer, lock: 'advisory' | 'relation'): Promise<void> {
  await until(async () => {
    const waiting = await database.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1`,
      [lock],
    );
    expect(waiting).not.toEqual([]);
  });
}

/**
 * Stops a delta in the middle of its work: it has its snapshot and its rows, and waits before it numbers its file. Then
 * `meanwhile` runs; what it starts must not end before the delta does.
 */
async function runWhileADeltaIsMade<Result>(
  retailer: Retailer,
  key: string,
  meanwhile: () => Promise<{ readonly started: Promise<Result> }>,
) {
  const barrier = await retailer.begin();
  await barrier.query('LOCK TABLE upload_file IN SHARE MODE');
  const delta = retailer.produce('recent-changes', key);
  await untilSomebodyWaits(retailer, 'relation');
  const { started } = await meanwhile();
  await untilSomebodyWaits(retailer, 'advisory');
  await barrier.commit();
  return { first: await delta, second: await started };
}

describe('a producer that finds another one of its shop at work', () => {
  test.each(['recent-changes', 'hard-sync'] as const)(
    'waits as a %s, and its snapshot has what was committed meanwhile',
    async (kind) => {
      const retailer = await openSyncedShop();
      await retailer.post('SHIRT', BROADWAY, -1, 0);

      const { first, second } = await runWhileADeltaIsMade(retailer, 'first', async () => {
        await retailer.post('SHIRT', BROADWAY, -1, 0);
        return { started: retailer.produce(kind) };
      });

      expect([first.file?.sequence, second.file?.sequence]).toEqual([2, 3]);
      expect(await retailer.rowsOf(2)).toEqual({ SHIRT: 9 });
      expect(await retailer.rowsOf(3)).toEqual(kind === 'hard-sync' ? { SHIRT: 8, SOCKS: 10 } : { SHIRT: 8 });
    },
  );

  test('returns the file of that one when it is its own earlier attempt', async () => {
    const retailer = await openSyncedShop();
    await retailer.post('SHIRT', BROADWAY, -1, 0);

    const { first, second } = await runWhileADeltaIsMade(retailer, 'the same run', async () => {
      await retailer.post('SHIRT', BROADWAY, -1, 0);
      return { started: retailer.produce('recent-changes', 'the same run') };
    });

    expect(second).toEqual(first);
    expect(await retailer.rowsOf(2)).toEqual({ SHIRT: 9 });
  });
});

test('producers of two shops do not wait for each other', async () => {
  const retailer = await openSyncedShop();
  await retailer.openShop(OTHER_SHOP, GROUP);

  await retailer.database.session(async (session) => {
    await lockForProducing(session, SHOP);
    const { file } = await retailer.produce('hard-sync', undefined, OTHER_SHOP);
    expect(file).toMatchObject({ sequence: 1, rowCount: 2 });
  });
});
