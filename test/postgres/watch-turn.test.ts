/** Whose turn it is to look, when the clock is not as it was. */
import { beforeEach, expect, test } from 'vitest';
import { DEAR_CHECKS_INTERVAL_MS, ROUND_LEASE_MS, WATCH_ROUNDS_APART_MS } from '../../src/domain/limits.ts';
import { endTurn, takeTurn } from '../../src/postgres/alerts/turn.ts';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const NOW = Date.parse('2026-11-25T21:10:00Z');
const HOUR_MS = 60 * 60_000;

let database: Database;

beforeEach(async () => {
  ({ database } = await freshDatabase());
});

function takeAfter(ms: number) {
  return takeTurn(database, new Date(NOW + ms));
}

async function look(afterMs: number): Promise<void> {
  const turn = await takeAfter(afterMs);
  if (turn) await database.transaction((connection) => endTurn(connection, turn, false));
}

test('a look of an hour ahead keeps nobody from looking, nor from asking Shopify and SFTP', async () => {
  await look(HOUR_MS);
  expect(await takeAfter(0)).toMatchObject({ withDear: true });
  // The turn is as good as any other: the next one waits for it.
  expect(await takeAfter(WATCH_ROUNDS_APART_MS)).toBeNull();
});

test('a round that was under way when the clock was set back has lost its turn', async () => {
  const before = await takeAfter(HOUR_MS);
  expect(await takeAfter(0)).not.toBeNull();
  const isEnded = await database.transaction((connection) =>
    endTurn(connection, before ?? { holder: '', withDear: false }, false),
  );
  expect(isEnded).toBe(false);
});

test('clocks that differ by seconds give no second turn at a time', async () => {
  await look(0);
  expect(await takeAfter(WATCH_ROUNDS_APART_MS - 1)).toBeNull();
  expect(await takeAfter(-ROUND_LEASE_MS)).toBeNull();
  expect(await takeAfter(WATCH_ROUNDS_APART_MS)).toMatchObject({ withDear: false });
  expect(await takeAfter(WATCH_ROUNDS_APART_MS - 1)).toBeNull();
  expect(await takeAfter(WATCH_ROUNDS_APART_MS - ROUND_LEASE_MS)).toBeNull();
  expect(await takeAfter(DEAR_CHECKS_INTERVAL_MS)).toMatchObject({ withDear: true });
});
