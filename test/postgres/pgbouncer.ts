/** A real PgBouncer before a database of the tests. It is Debian's package `pgbouncer`, which .ci/run installs. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../../src/postgres/database.ts';
import { onPath } from '../../src/stand-ins/on-path.ts';
import { startPart } from '../../src/stand-ins/part-process.ts';
import { startOnPort } from '../../src/stand-ins/ports.ts';
import { unprivilegedUser } from '../../src/stand-ins/unprivileged-user.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { openFolder } from '../setup/parts-desk.ts';

const PGBOUNCER = onPath('pgbouncer', ['/usr/sbin']);

/** Why a test with it is skipped; undefined: it is here. */
export const noPgbouncer =
  PGBOUNCER === undefined ? 'PgBouncer is not installed: apt-get install pgbouncer' : undefined;

export interface PoolerOptions {
  readonly mode: 'transaction' | 'session' | 'statement';
  /** How many sessions of Postgres it shares. */
  readonly size?: number;
  /** Gives sessions in turns, in place of the one that came back last. */
  readonly inTurns?: boolean;
}

/** Starts a pooler before the database of `url`. Returns the address that leads through it. */
export async function poolerBefore(
  url: string,
  { mode, size = 5, inTurns = false }: PoolerOptions,
): Promise<string> {
  const folder = await openFolder('atp-test-pgbouncer-');
  cleanUp(() => rm(folder, { recursive: true }));
  const { port: target, username, password, pathname } = new URL(url);
  const user = unprivilegedUser();
  return startOnPort(undefined, async (port) => {
    const configFile = join(folder, `pgbouncer-${port}.ini`);
    await writeFile(
      configFile,
      [
        '[databases]',
        `${pathname.slice(1)} = host=127.0.0.1 port=${target} user=${username} password=${password}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = any',
        `pool_mode = ${mode}`,
        `default_pool_size = ${size}`,
        `server_round_robin = ${inTurns ? 1 : 0}`,
        '',
      ].join('\n'),
    );
    const part = await startPart({
      name: 'PgBouncer',
      command: PGBOUNCER ?? 'pgbouncer',
      args: [configFile],
      logFile: join(folder, 'pgbouncer.log'),
      stopSignal: 'SIGINT',
      ...(user && { user: { uid: user.uid, gid: user.gid } }),
    });
    cleanUp(() => part.stop());
    const through = Object.assign(new URL(url), { port: String(port) }).href;
    await part.waitForAnswer(async () => {
      const database = openDatabase(through);
      try {
        await database.query('SELECT');
      } finally {
        await database.close();
      }
    });
    return through;
  });
}
