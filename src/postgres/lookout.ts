/**
 * Looks at a backend of Postgres from another connection, and ends it. Each look has a connection of its own: the pool
 * may be full of connections that are dead as well.
 */
import pg from 'pg';
import { LOOK_TIMEOUT_MS } from '../domain/limits.ts';
import { readState } from './sql-state.ts';

/** A session of Postgres. Process numbers are given again, so the time of its start belongs to its name. */
export interface Backend {
  readonly pid: number;
  readonly startedAt: string;
}

/**
 * `working`: it executes a statement. `silent`: it does not, it is gone, or Postgres does not answer. `unknown`: Postgres
 * answers, but lets nobody in.
 */
export type Look = 'working' | 'silent' | 'unknown';

export interface Lookout {
  look(backend: Backend): Promise<Look>;
  /** Ends the backend with its statement, transaction and locks. Does nothing when it cannot be reached. */
  end(backend: Backend): Promise<void>;
}

const TOO_MANY_CONNECTIONS = '53300';

export function openLookout(config: pg.ClientConfig): Lookout {
  /** Runs one statement on a new connection, and takes LOOK_TIMEOUT_MS at most. */
  async function ask<Row extends object>(sql: string, { pid, startedAt }: Backend): Promise<Row[]> {
    const client = new pg.Client({ ...config, statement_timeout: LOOK_TIMEOUT_MS });
    client.on('error', () => undefined);
    const end = setTimeout(() => client.connection.stream.destroy(), LOOK_TIMEOUT_MS);
    try {
      await client.connect();
      return (await client.query<Row>(sql, [pid, startedAt])).rows;
    } finally {
      // The end of a connection may be lost like everything else: nobody waits for it.
      client.end().then(
        () => clearTimeout(end),
        () => undefined,
      );
    }
  }

  return {
    async look(backend) {
      try {
        const [found] = await ask<{ isAtWork: boolean }>(
          `SELECT state = 'active' AND wait_event_type IS DISTINCT FROM 'Client' AS "isAtWork"
           FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz`,
          backend,
        );
        return found?.isAtWork ? 'working' : 'silent';
      } catch (error) {
        return readState(error) === TOO_MANY_CONNECTIONS ? 'unknown' : 'silent';
      }
    },
    async end(backend) {
      await ask(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE pid = $1 AND backend_start = $2::timestamptz`,
        backend,
      ).catch(() => undefined);
    },
  };
}
