/**
 * Whether each of our connections has a session of Postgres to itself. A pooler in transaction mode gives each transaction
 * whatever session is free: session locks, limits of statements, and looks at them then concern somebody else's work.
 */
import { AtpError } from '../domain/errors.ts';
import type { Connection, Database } from './database.ts';

/** Which session of Postgres has answered a connection. */
export interface Answer {
  readonly connection: number;
  readonly session: string;
}

/**
 * A pooler that nobody else uses is seen by the first round: it gives its one free session to both connections, or, when it
 * takes them in turns, two of them to the same connection. One that others use as well might show each connection the same
 * session by chance: hardly so often.
 */
const ROUNDS = 5;

/** Twice each: of two sessions that are given in turns, one look at each connection would find the same one again and again. */
const ORDER = [0, 0, 1, 1] as const;

/**
 * Asks two connections, in transactions of their own, which session of Postgres answers them. It takes milliseconds.
 *
 * @throws AtpError DATABASE_POOLED
 */
export async function requireOwnSessions(database: Database): Promise<void> {
  const answers: Answer[] = [];
  await database.session((first) =>
    database.session(async (second) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const connection of ORDER) {
          answers.push({ connection, session: await readSession([first, second][connection] ?? first) });
        }
      }
    }),
  );
  const reason = whyShared(answers);
  if (reason !== null) throw new AtpError('DATABASE_POOLED', { reason });
}

/** What shows that sessions are shared; null: nothing does. */
export function whyShared(answers: readonly Answer[]): string | null {
  const sessions = Map.groupBy(answers, ({ connection }) => connection);
  for (const of of sessions.values()) {
    if (new Set(of.map(({ session }) => session)).size > 1)
      return 'one connection was answered by several of them';
  }
  const connections = Map.groupBy(answers, ({ session }) => session);
  for (const of of connections.values()) {
    if (new Set(of.map(({ connection }) => connection)).size > 1)
      return 'one of them has answered two connections';
  }
  return null;
}

/** Process numbers are given again, so the time of its start belongs to its name. */
async function readSession(connection: Connection): Promise<string> {
  const { rows } = await connection.query<{ session: string }>(
    `SELECT pid || ' since ' || backend_start AS session FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  );
  return rows[0]?.session ?? 'unknown';
}
