import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { AtpError } from '../domain/errors.ts';
import { runInTransaction } from './transaction.ts';

/** Connections of one process. Producers and bulk streams hold one each; the rest are short statements. */
const POOL_MAX = 12;

const CONNECT_TIMEOUT_MS = 10_000;

// Our bigints are sequences, counts and sums of units: far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export type Connection = pg.ClientBase;

/** The master of inventory. Set-based SQL runs through `query`; single rows may use the knex builder. */
export interface Database {
  readonly knex: Knex;
  /** Runs one statement with `$n` parameters and returns its rows. */
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs `work` in one READ COMMITTED transaction: all of it or nothing. */
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** Runs `work` on a connection of its own, outside the pool: for session locks and for streams. */
  session<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

function ignore(): void {
  // Nothing to do.
}

/** Knex's pool of connections, which its types leave out. */
interface KnexPool {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
}

/** Prepares the pool; the first statement connects. Each of its functions may throw DATABASE_UNREACHABLE. */
export function openDatabase(databaseUrl: string): Database {
  const knex = knexFactory({
    client: 'pg',
    connection: { connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS },
    pool: { min: 0, max: POOL_MAX },
    acquireConnectionTimeout: CONNECT_TIMEOUT_MS,
    // Knex would print on stdout, where only results belong. Whatever goes wrong is thrown anyway.
    log: { warn: ignore, error: ignore, deprecate: ignore, debug: ignore },
  });
  const pool = knex.client as KnexPool;

  async function withPooledConnection<Result>(
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    const connection = await whileReachable(() => pool.acquireConnection());
    try {
      return await whileReachable(() => work(connection));
    } finally {
      await pool.releaseConnection(connection);
    }
  }

  return {
    knex,
    query: <Row>(sql: string, values: readonly unknown[] = []) =>
      withPooledConnection(async (connection) => (await connection.query(sql, [...values])).rows as Row[]),
    transaction: (work) =>
      withPooledConnection((connection) => runInTransaction(connection, 'BEGIN', () => work(connection))),
    session: (work) =>
      whileReachable(async () => {
        const connection = new pg.Client({
          connectionString: databaseUrl,
          connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        });
        // A connection that dies between two statements must fail the next statement, not the process.
        connection.on('error', () => undefined);
        await connection.connect();
        try {
          return await work(connection);
        } finally {
          await connection.end();
        }
      }),
    close: () => knex.destroy(),
  };
}

/** SQLSTATE classes and driver codes that mean "the database is away", not "the statement is wrong". */
const AWAY = /^(08|57P|53|28|3D000)|^(ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EHOSTUNREACH)/;
/** SQLSTATE of a write on a standby, or on a database that was set to read-only. */
const READ_ONLY = '25006';
const AWAY_MESSAGE = /Connection terminated|timeout expired|Timeout acquiring a connection|not queryable/;

/** Runs `work`; throws DATABASE_UNREACHABLE or DATABASE_READ_ONLY for what Postgres or its driver says then. */
async function whileReachable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AtpError) throw error;
    const { code, message } = error as { code?: string; message: string };
    if (code === READ_ONLY) throw new AtpError('DATABASE_READ_ONLY', {}, { cause: error });
    if (AWAY.test(code ?? '') || AWAY_MESSAGE.test(message)) {
      throw new AtpError('DATABASE_UNREACHABLE', { reason: message || code }, { cause: error });
    }
    throw error;
  }
}
