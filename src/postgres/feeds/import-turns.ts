/**
 * Imports that would make wrong numbers beside each other take turns. A turn is taken before any level is locked: whoever waits
 * for it keeps nobody from posting an order.
 */
import type { TurnClass } from '../../domain/feed-kind.ts';
import type { Connection, Database } from '../database.ts';

/** First keys of the advisory locks; the second is 0. Workers of earlier releases know that of the orders, too. */
const LOCKS = { stock: 7_201_159, orders: 7_201_153, settings: 7_201_160 } as const satisfies Readonly<
  Record<TurnClass, number>
>;

/** Waits until nobody else of the class has a turn, and keeps it until the session ends. */
export async function takeTurnAlone(connection: Connection, of: TurnClass): Promise<void> {
  await connection.query('SELECT pg_advisory_lock($1, 0)', [LOCKS[of]]);
}

/** The same, without waiting. @returns false: somebody has it */
export async function tryTurnAlone(connection: Connection, of: TurnClass): Promise<boolean> {
  const { rows } = await connection.query<{ isTaken: boolean }>(
    'SELECT pg_try_advisory_lock($1, 0) AS "isTaken"',
    [LOCKS[of]],
  );
  return rows[0]?.isTaken === true;
}

/** Waits until nobody has the class for itself, and keeps its turn beside others until the session ends. */
export async function takeTurnBesideOthers(connection: Connection, of: TurnClass): Promise<void> {
  await connection.query('SELECT pg_advisory_lock_shared($1, 0)', [LOCKS[of]]);
}

/**
 * Waits until no other chunk of order lines is being posted, and keeps others from it until the transaction ends. Chunks have lines of other
 * orders, but of the same levels and shops: two of them would wait for each other in a circle.
 */
export async function takeTurnOfLines(connection: Connection): Promise<void> {
  await connection.query('SELECT pg_advisory_xact_lock($1, 1)', [LOCKS.orders]);
}

/** First key of the locks of single imports; the second is the import's number. */
const OF_IMPORT = 7_201_161;

/** For a chunk of an import, until its transaction ends. It waits behind whoever waits for all chunks: their rows alone would let it pass. */
export async function joinImport(connection: Connection, importId: number): Promise<void> {
  await connection.query('SELECT pg_advisory_xact_lock_shared($1, $2::int)', [OF_IMPORT, importId]);
}

/** For whoever ends, undoes or rejects an import: waits for the chunks on their way, and no other begins until the transaction ends. */
export async function takeImport(connection: Connection, importId: number): Promise<void> {
  await connection.query('SELECT pg_advisory_xact_lock($1, $2::int)', [OF_IMPORT, importId]);
}

/** The classes that somebody has for itself. Every user may read pg_locks. */
export async function readTurnsTaken(database: Database): Promise<readonly TurnClass[]> {
  const taken = await database.query<{ key: number }>(
    `SELECT classid::int AS key FROM pg_locks
     WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND objid = 0 AND objsubid = 2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  const all: readonly TurnClass[] = ['stock', 'orders', 'settings'];
  return all.filter((each) => taken.some(({ key }) => key === LOCKS[each]));
}

/** Waits until nobody has the class for itself, before work that would be in vain else. */
export async function waitForTurn(connection: Connection, of: TurnClass): Promise<void> {
  await takeTurnBesideOthers(connection, of);
  await connection.query('SELECT pg_advisory_unlock_shared($1, 0)', [LOCKS[of]]);
}
