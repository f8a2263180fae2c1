import type { Knex } from 'knex';
import pg from 'pg';
import type { Protection } from '../domain/database-url.ts';
import { AtpError } from '../domain/errors.ts';
import {
  ACTIVITIES_AT_ONCE_MAX,
  DATABASE_CLOSE_TIMEOUT_MS,
  DATABASE_CONNECT_TIMEOUT_MS,
  DATABASE_POOL_IDLE_MS,
  SESSION_BEAT_MS,
} from '../domain/limits.ts';
import {
  clientConfig,
  readAddress,
  watchConnection,
  type Connection,
  type ConnectionContext,
  type ConnectionKind,
} from './connection.ts';
import { openLookout } from './lookout.ts';
import { withCodedErrors } from './sql-state.ts';
import { actAsOwner } from './table-owner.ts';
import { runInTransaction } from './transaction.ts';

export type { Connection } from './connection.ts';

/**
 * Connections of one process for short statements: more than it has activities at once, so that those that wait for a
 * lock leave some to the others.
 */
const POOL_MAX = ACTIVITIES_AT_ONCE_MAX + 4;

// Our bigints are sequences, counts and sums of units: far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** The master of inventory, through set-based SQL. */
export interface Database {
  /** How the way to the server is protected. */
  readonly protection: Protection;
  /** Runs one short statement with `$n` parameters and returns its rows. */
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /**
   * Runs `work` in one READ COMMITTED transaction: all of it or nothing. Short statements, unless the kind is `bulk`:
   * then it is in a session.
   */
  transaction<Result>(
    work: (connection: Connection) => Promise<Result>,
    kind?: 'statement' | 'bulk',
  ): Promise<Result>;
  /**
   * Runs `work` on a connection of its own, outside the pool: for session locks, for streams, and for statements of
   * minutes. While nothing runs on it, it tells the server that this process lives; a session of a process that stands
   * still ends with its locks.
   */
  session<Result>(
    work: (connection: Connection) => Promise<Result>,
    kind?: Exclude<ConnectionKind, 'statement'>,
  ): Promise<Result>;
  /**
   * Runs `work` with Knex, on one connection with the limits of a migration, as the owner of the tables: for its
   * migrator. Knex is loaded only then, since a command that does not migrate has no use for it.
   */
  withKnex<Result>(work: (knex: Knex) => Promise<Result>): Promise<Result>;
  /** The connections of the pool, and the statements that wait for one. */
  countConnections(): { readonly inUse: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /**
   * Asked for each statement: aborts when nobody waits for its result any more. The statement then ends on the server,
   * and fails with the signal's reason.
   */
  readonly signalOf?: () => AbortSignal | undefined;
  /** One more at once is refused (TOO_MANY_REQUESTS). Absent: as many as the process has work. */
  readonly sessionsMax?: number;
}

/**
 * Prepares the pool; the first statement connects. Each of its functions may throw DATABASE_UNREACHABLE,
 * DATABASE_TLS_FAILED, DATABASE_RIGHTS_MISSING, DATABASE_READ_ONLY, DATABASE_BUSY, DATABASE_TIMEOUT, DATABASE_EXHAUSTED and
 * DATABASE_ERROR.
 *
 * @throws AtpError CONFIG_INVALID when the address does not say how the connection is protected, and must;
 *   DATABASE_TLS_FAILED when it names a file that cannot be read
 */
export function openDatabase(
  databaseUrl: string,
  { signalOf = () => undefined, sessionsMax = Infinity }: DatabaseOptions = {},
): Database {
  const address = readAddress(databaseUrl);
  const config = clientConfig(address);
  const context: ConnectionContext = { lookout: openLookout(config), signalOf };
  const pool = new pg.Pool({
    ...config,
    max: POOL_MAX,
    idleTimeoutMillis: DATABASE_POOL_IDLE_MS,
  });
  // A connection that dies while it rests is removed from the pool; nobody waits for it.
  pool.on('error', () => undefined);

  const watched = new WeakSet<Connection>();
  let sessions = 0;

  async function withPooledConnection<Result>(
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    signalOf()?.throwIfAborted();
    const connection = await pool.connect();
    try {
      if (!watched.has(connection)) await watchConnection(connection, 'statement', context);
      watched.add(connection);
      return await work(connection);
    } finally {
      const isUsable =
        watched.has(connection) &&
        !connection.connection.stream.destroyed &&
        connection.getTransactionStatus() === 'I';
      connection.release(!isUsable);
    }
  }

  async function withSession<Result>(
    work: (connection: Connection) => Promise<Result>,
    kind: ConnectionKind,
  ): Promise<Result> {
    signalOf()?.throwIfAborted();
    if (sessions >= sessionsMax) {
      throw new AtpError('TOO_MANY_REQUESTS', {
        reason: `${sessions} of them need a long time of the database`,
      });
    }
    const connection = new pg.Client(config);
    let beat: NodeJS.Timeout | undefined;
    sessions += 1;
    try {
      await connection.connect();
      const { isBusy } = await watchConnection(connection, kind, context);
      beat = setInterval(() => {
        if (!isBusy() && connection.getTransactionStatus() === 'I')
          connection.query('SELECT').catch(() => undefined);
      }, SESSION_BEAT_MS);
      return await work(connection);
    } finally {
      clearInterval(beat);
      await closeConnection(connection).finally(() => (sessions -= 1));
    }
  }

  async function withKnex<Result>(work: (knex: Knex) => Promise<Result>): Promise<Result> {
    const { default: openKnex } = await import('knex');
    const knex = openKnex({
      client: 'pg',
      connection: config as Knex.PgConnectionConfig,
      acquireConnectionTimeout: DATABASE_CONNECT_TIMEOUT_MS,
      pool: {
        min: 0,
        max: 1,
        afterCreate: (client: pg.Client, done: (error: unknown) => void) => {
          watchConnection(client, 'migration', context)
            .then(() => actAsOwner(client))
            .then(() => done(null), done);
        },
      },
      // Knex would print on stdout, where only results belong. Whatever goes wrong is thrown anyway.
      log: { warn: ignore, error: ignore, deprecate: ignore, debug: ignore },
    });
    try {
      return await work(knex);
    } finally {
      await knex.destroy();
    }
  }

  return {
    protection: address.protection,
    query: <Row>(sql: string, values: readonly unknown[] = []) =>
      withCodedErrors(() =>
        withPooledConnection(async (connection) => (await connection.query(sql, [...values])).rows as Row[]),
      ),
    transaction: <Result>(
      work: (connection: Connection) => Promise<Result>,
      kind: 'statement' | 'bulk' = 'statement',
    ) => {
      const whole = (connection: Connection) => runInTransaction(connection, 'BEGIN', () => work(connection));
      return withCodedErrors(() =>
        kind === 'bulk' ? withSession(whole, kind) : withPooledConnection(whole),
      );
    },
    session: (work, kind = 'bulk') => withCodedErrors(() => withSession(work, kind)),
    withKnex: (work) => withCodedErrors(() => withKnex(work)),
    countConnections: () => ({
      inUse: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: () => pool.end(),
  };
}

function ignore(): void {
  // Nothing to do.
}

/** Says goodbye; a server that does not answer it is left. */
async function closeConnection(connection: pg.Client): Promise<void> {
  const leave = setTimeout(() => connection.connection.stream.destroy(), DATABASE_CLOSE_TIMEOUT_MS);
  await connection.end();
  clearTimeout(leave);
}
