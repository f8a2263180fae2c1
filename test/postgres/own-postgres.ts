/** A Postgres of a test's own, whose disk can be copied and put back, as a backup and its restore do. */
import { execFile } from 'node:child_process';
import { chmod, chown, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { writeFile } from 'node:fs/promises';
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

export class OwnPostgres {
  readonly #stateDir: string;
  /** Its data directory on this machine. */
  readonly #data: string;
  #server: PostgresServer;
  #database: Database;

  private constructor(stateDir: string, data: string, server: PostgresServer) {
    this.#stateDir = stateDir;
    this.#data = data;
    this.#server = server;
    this.#database = openDatabase(server.urlOf(NAME));
  }

  static async start(): Promise<OwnPostgres> {
    const stateDir = await openFolder('atp-test-restore-');
    cleanUp(() => rm(stateDir, { recursive: true, force: true }));
    const server = await startOnPort(undefined, (port) =>
      startPostgres({ stateDir, port, ...postgresUnderTest() }),
    );
    await ensureDatabase(server, NAME);
    const maintenance = openDatabase(server.urlOf(NAME));
    const [row] = await maintenance.query<{ folder: string }>(
      `SELECT current_setting('data_directory') AS folder`,
    );
    await migrate(maintenance);
    await maintenance.close();
    const own = new OwnPostgres(stateDir, row?.folder ?? '', server);
    cleanUp(() => own.stop());
    return own;
  }

  /** Of the database, for another process or a pool that outlives a restart. Holds the password. */
  get url(): string {
    return this.#server.urlOf(NAME);
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
