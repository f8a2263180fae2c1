/** A Postgres of a test's own, whose disk can be copied and put back, and to which a standby can be added. */
import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, cp, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { startOnPort } from '../../src/stand-ins/ports.ts';
import { ensureDatabase, startPostgres, type PostgresServer } from '../../src/stand-ins/postgres-server.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { openFolder } from '../setup/parts-desk.ts';
import { postgresUnderTest } from '../setup/postgres-under-test.ts';
import { until } from '../setup/until.ts';

const run = promisify(execFile);
const NAME = 'atp';

interface Standby {
  readonly stateDir: string;
  readonly data: string;
  server: PostgresServer;
}

export class OwnPostgres {
  #stateDir: string;
  /** Its data directory on this machine. */
  #data: string;
  #standby: Standby | null = null;
  #server: PostgresServer;
  #database: Database;

  /** Of all its servers; removed at the end. */
  readonly #folders: string[];

  private constructor(stateDir: string, data: string, server: PostgresServer, folders: string[]) {
    this.#folders = folders;
    this.#stateDir = stateDir;
    this.#data = data;
    this.#server = server;
    this.#database = openDatabase(server.urlOf(NAME));
  }

  static async start(): Promise<OwnPostgres> {
    const stateDir = await openFolder('atp-test-restore-');
    const folders = [stateDir];
    // Registered before all that stops a server, so it runs after that: a standby may have taken over its primary's place.
    cleanUp(async () => {
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    });
    const server = await startOnPort(undefined, (port) =>
      startPostgres({ stateDir, port, ...postgresUnderTest() }),
    );
    await ensureDatabase(server, NAME);
    const maintenance = openDatabase(server.urlOf(NAME));
    await migrate(maintenance);
    await maintenance.close();
    const own = new OwnPostgres(stateDir, await dataFolderOf(server), server, folders);
    cleanUp(() => own.stop());
    return own;
  }

  /** Of the database, for another process or a pool that outlives a restart. Holds the password. */
  get url(): string {
    return this.#server.urlOf(NAME);
  }

  /** Of the database on the standby, which lets everybody read. */
  get standbyUrl(): string {
    if (!this.#standby) throw new Error('There is no standby.');
    return this.#standby.server.urlOf(NAME);
  }

  /** On the server that runs now: a restart opens another one. */
  get database(): Database {
    return this.#database;
  }

  /** Takes this certificate and key, both PEM files, from the next connection on. */
  async switchTlsOn(cert: string, key: string): Promise<void> {
    // In its own folder: the server may run as another user than the test.
    await run('cp', [cert, key, this.#data]);
    for (const file of [cert, key]) {
      const path = join(this.#data, basename(file));
      const { uid, gid } = await stat(this.#data);
      await chmod(path, 0o600);
      await chown(path, uid, gid);
    }
    for (const [name, file] of [
      ['ssl_cert_file', cert],
      ['ssl_key_file', key],
    ] as const) {
      await this.#database.query(`ALTER SYSTEM SET ${name} = '${basename(file)}'`);
    }
    await this.#database.query(`ALTER SYSTEM SET ssl = on`);
    await this.#database.query('SELECT pg_reload_conf()');
    await until(async () => {
      const rows = await this.#database.query<{ ssl: string }>(`SELECT current_setting('ssl') AS ssl`);
      if (rows[0]?.ssl !== 'on') throw new Error('TLS is not switched on yet.');
    });
  }

  async stop(): Promise<void> {
    await this.#database.close();
    await this.#server.stop();
  }

  async startAgain(): Promise<void> {
    this.#server = await startPostgres({
      stateDir: this.#stateDir,
      port: this.#server.port,
      ...postgresUnderTest(),
    });
    this.#database = openDatabase(this.#server.urlOf(NAME));
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.startAgain();
  }

  /** Copies the whole disk. */
  async backUp(): Promise<void> {
    await this.stop();
    await run('cp', ['-a', this.#data, `${this.#data}.backup`]);
    await this.startAgain();
  }

  /** Puts the copy in the place of the disk. With `asStandby` the server starts as one that follows another. */
  async restore({ asStandby = false } = {}): Promise<void> {
    await this.stop();
    await run('rm', ['-r', this.#data]);
    await run('cp', ['-a', `${this.#data}.backup`, this.#data]);
    if (asStandby) await writeFile(`${this.#data}/standby.signal`, '');
    await this.startAgain();
  }

  /**
   * Starts a standby that streams from this server, and waits until it does.
   *
   * @param isSynchronous whether each commit waits until the standby has it on its disk
   */
  async addStandby({ isSynchronous }: { readonly isSynchronous: boolean }): Promise<void> {
    // The tests' servers do not wait for their own disk; a database's setting is stronger than a server's.
    await this.#database.query(`ALTER DATABASE ${NAME} SET synchronous_commit = on`);
    const stateDir = await openFolder('atp-test-standby-');
    this.#folders.push(stateDir);
    await cp(join(this.#stateDir, 'postgres-password'), join(stateDir, 'postgres-password'));
    const empty = await startOnPort(undefined, (port) =>
      startPostgres({ stateDir, port, ...postgresUnderTest() }),
    );
    const data = await dataFolderOf(empty);
    await empty.stop();
    await this.stop();
    await run('rm', ['-r', data]);
    await run('cp', ['-a', this.#data, data]);
    await this.startAgain();
    const { port, username, password } = new URL(this.url);
    await writeFile(`${data}/standby.signal`, '');
    await appendFile(
      `${data}/postgresql.auto.conf`,
      `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
    );
    const server = await startPostgres({ stateDir, port: empty.port, ...postgresUnderTest() });
    this.#standby = { stateDir, data, server };
    cleanUp(() => this.#standby?.server.stop());
    if (isSynchronous) {
      await this.#database.query(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
      await this.#database.query('SELECT pg_reload_conf()');
    }
    const wanted = isSynchronous ? 'sync' : 'async';
    await until(async () => {
      const streaming = await this.#database.query(
        `SELECT FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = $1`,
        [wanted],
      );
      if (streaming.length === 0) throw new Error('The standby does not stream.');
    });
  }

  /** The standby has everything until now and gets nothing more, as when it is cut off from the primary. */
  async cutOffStandby(): Promise<void> {
    await until(async () => {
      const upToDate = await this.#database.query(
        'SELECT FROM pg_stat_replication WHERE flush_lsn >= pg_current_wal_insert_lsn()',
      );
      if (upToDate.length === 0) throw new Error('The standby lags behind.');
    });
    await this.#standby?.server.stop();
  }

  /** The primary dies. The standby takes over its address and is promoted. */
  async failOver(): Promise<void> {
    const standby = this.#standby;
    if (!standby) throw new Error('There is no standby.');
    await this.#database.close();
    await this.#server.kill();
    await standby.server.stop();
    this.#stateDir = standby.stateDir;
    this.#data = standby.data;
    this.#standby = null;
    await this.startAgain();
    await this.#database.query('SELECT pg_promote()');
  }

  /** Copies the database within the server: the copy has another object id, as a loaded dump has. */
  async copyWithin(copy: string): Promise<void> {
    await this.#maintain(async (maintenance) => {
      await maintenance.query(`CREATE DATABASE ${copy} TEMPLATE ${NAME}`);
    });
  }

  /** Gives the copy the database's name. */
  async putInPlace(copy: string): Promise<void> {
    await this.#maintain(async (maintenance) => {
      await maintenance.query(`DROP DATABASE ${NAME} WITH (FORCE)`);
      await maintenance.query(`ALTER DATABASE ${copy} RENAME TO ${NAME}`);
    });
  }

  async #maintain(work: (maintenance: Database) => Promise<void>): Promise<void> {
    await this.#database.close();
    const maintenance = openDatabase(this.#server.urlOf('postgres'));
    try {
      await work(maintenance);
    } finally {
      await maintenance.close();
      this.#database = openDatabase(this.#server.urlOf(NAME));
    }
  }
}

async function dataFolderOf(server: PostgresServer): Promise<string> {
  const maintenance = openDatabase(server.urlOf('postgres'));
  try {
    const [row] = await maintenance.query<{ folder: string }>(
      `SELECT current_setting('data_directory') AS folder`,
    );
    return row?.folder ?? '';
  } finally {
    await maintenance.close();
  }
}
