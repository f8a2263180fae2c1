/**
 * Imports that would make wrong numbers beside each other take turns. A turn is taken before any level is locked: whoever waits
 * for it keeps nobody from posting an order.
 */
import { isCount } from '../../domain/feed-kind.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';

/**
 * `stock`: counts, differences, and what takes them back. A large one is judged by levels that none of the others may change until
 * it is posted; small ones lock the levels that they need. `orders`: what was ordered, and up to when that is complete. The last
 * row of a line is its state, and a line that is not in the database yet cannot be locked.
 */
export type TurnClass = 'stock' | 'orders';

/** First keys of the advisory locks; the second is 0. Workers of earlier releases know that of the orders, too. */
const LOCKS = { stock: 7_201_159, orders: 7_201_153 } as const satisfies Readonly<Record<TurnClass, number>>;

/** Null: it takes no turns with others. */
export function turnClassOf(type: FeedType): TurnClass | null {
  if (isCount(type) || type === 'MDM_INV_VARIANCE') return 'stock';
  return type === 'ORDER_ITEMS' || type === 'ORDER_WATERMARK' ? 'orders' : null;
}

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

/** Waits until nobody has the class for itself, before work that would be in vain else. */
export async function waitForTurn(connection: Connection, of: TurnClass): Promise<void> {
  await takeTurnBesideOthers(connection, of);
  await connection.query('SELECT pg_advisory_unlock_shared($1, 0)', [LOCKS[of]]);
}
