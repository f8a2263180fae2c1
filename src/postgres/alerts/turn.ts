/** Whose turn it is to look: of all watches, one round at a time. */
import { randomUUID } from 'node:crypto';
import { AtpError } from '../../domain/errors.ts';
import { DEAR_CHECKS_INTERVAL_MS, ROUND_LEASE_MS, WATCH_ROUNDS_APART_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';

/** The right to tell what one round has seen. */
export interface Turn {
  readonly holder: string;
  /** Whether Shopify and SFTP are to be asked, too. */
  readonly withDear: boolean;
}

/**
 * Takes the turn; null: another round is under way, or was begun WATCH_ROUNDS_APART_MS ago or less.
 *
 * A look that lies ahead by more than a round may take does not count: the clock was set back since, and waiting until it
 * has caught up would mean that nobody looks for as long.
 *
 * @throws AtpError DATABASE_NOT_MIGRATED when there is no turn to be taken
 */
export async function takeTurn(database: Database, now: Date): Promise<Turn | null> {
  const holder = randomUUID();
  const isAhead = (time: string) => `${time} > $2::timestamptz + make_interval(secs => $3::float8 / 1000)`;
  const isAgo = (time: string, ms: '$4' | '$5') =>
    `${time} <= $2::timestamptz - make_interval(secs => ${ms}::float8 / 1000)`;
  const [turn] = await database.query<{ withDear: boolean }>(
    `UPDATE watch SET holder = $1, looked_at = $2, lease_until = $2::timestamptz + make_interval(secs => $3::float8 / 1000)
     WHERE (lease_until <= $2 AND ${isAgo('looked_at', '$4')}) OR ${isAhead('looked_at')}
     RETURNING ${isAgo('dear_at', '$5')} OR ${isAhead('dear_at')} AS "withDear"`,
    [holder, now, ROUND_LEASE_MS, WATCH_ROUNDS_APART_MS, DEAR_CHECKS_INTERVAL_MS],
  );
  if (turn) return { holder, ...turn };
  // A database that was restored in part may have the table and no row: nobody would ever get the turn.
  const rows = await database.query('SELECT FROM watch');
  if (rows.length === 0) throw new AtpError('DATABASE_NOT_MIGRATED');
  return null;
}

/**
 * Locks the turn until the end of the transaction, and ends it.
 *
 * @param nextIsDear whether the next round is to ask Shopify and SFTP, whenever they were asked last
 * @returns false when the round took too long, and another one has begun
 */
export async function endTurn(
  connection: Connection,
  { holder, withDear }: Turn,
  nextIsDear: boolean,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `UPDATE watch SET holder = NULL, lease_until = '-infinity',
       dear_at = CASE WHEN $3 THEN '-infinity' WHEN $2 THEN looked_at ELSE dear_at END
     WHERE holder = $1`,
    [holder, withDear, nextIsDear],
  );
  return rowCount === 1;
}

/** Locks the turn until the end of the transaction. False: another round has it by now. */
export async function lockTurn(connection: Connection, { holder }: Turn): Promise<boolean> {
  const { rowCount } = await connection.query('SELECT FROM watch WHERE holder = $1 FOR UPDATE', [holder]);
  return rowCount === 1;
}
