/** The parts one by one: an error code says what is missing or in the way, and a part that crashed starts again. */
import { createServer } from 'node:net';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import SftpClient from 'ssh2-sftp-client';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { isPortTaken } from '../../src/stand-ins/part-process.ts';
import { freePort, startOnPort } from '../../src/stand-ins/ports.ts';
import { startPostgres } from '../../src/stand-ins/postgres-server.ts';
import { rememberedKey } from '../../src/stand-ins/ssh-keys.ts';
import { startTemporal } from '../../src/stand-ins/temporal-server.ts';
import { openFolder, PARTS_DIR } from '../setup/parts-desk.ts';
import { script } from './script.ts';
import { freshSftpRoot, sftpServers } from '../setup/fresh-sftp-root.ts';
import type { AddressInfo } from 'node:net';
import type { PostgresServer } from '../../src/stand-ins/postgres-server.ts';

afterEach(() => vi.unstubAllEnvs());

describe('a part', () => {
  test('that ends at once is STACK_PART_FAILED, with its last words', async () => {
    const folder = await freshFolder();
    await script(
      folder,
      'temporal',
      '[ "$1" = --version ] && echo 1.9.1 && exit; echo "unknown flag: --headless" >&2; exit 1',
    );
    vi.stubEnv('PATH', folder);
    const starting = startTemporal({ stateDir: folder, partsDir: PARTS_DIR, port: await freePort() });
    await expect(starting).rejects.toMatchObject({
      code: 'STACK_PART_FAILED',
      message: expect.stringMatching(/exit code 1 \(unknown flag: --headless\); its log is/) as unknown,
    });
  });
});

describe('Postgres', () => {
  test('keeps what was committed when it is killed, and comes back on the same port', async () => {
    const stateDir = await freshFolder();
    const first = await startHere(stateDir, await freePort());
    await query(first, 'CREATE TABLE kept AS SELECT 7 AS number');
    await first.kill();

    const second = await startHere(stateDir, first.port);
    expect(await query(second, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
    expect(await query(second, "SELECT current_setting('fsync') AS fsync")).toEqual([{ fsync: 'on' }]);
  });

  test('lets nobody in without the password', async () => {
    const server = await startHere(await freshFolder(), await freePort());
    const url = Object.assign(new URL(server.urlOf('postgres')), { password: 'postgres' }).href;
    const database = openDatabase(url);
    onTestFinished(() => database.close());
    await expect(database.query('SELECT')).rejects.toThrow('password authentication failed');
  });

  test('goes to another port when its own is taken', async () => {
    const stateDir = await freshFolder();
    const taken = await takePort();
    await expect(startHere(stateDir, taken)).rejects.toSatisfy(isPortTaken);
    const server = await startOnPort(taken, (port) => startHere(stateDir, port));
    expect(server.port).not.toBe(taken);
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe.each(await sftpServers())('the SFTP server (%s)', (choice) => {
  test('lets in its own key, and no other and no password', async () => {
    const { settings } = await freshSftpRoot(choice);
    const { host, port, username, root } = settings;
    const list = async (credentials: { privateKey?: Buffer; password?: string }) => {
      const client = new SftpClient();
      client.on('error', () => undefined);
      try {
        await client.connect({ host, port, username, ...credentials });
        return (await client.list(root)).map(({ name }) => name);
      } finally {
        await client.end();
      }
    };
    const foreign = rememberedKey(join(await freshFolder(), 'foreign'));
    expect(await list({ privateKey: await readFile(settings.privateKeyFile!) })).toEqual(['incoming']);
    await expect(list({ privateKey: await readFile(foreign.privateKeyFile) })).rejects.toThrow(
      'authentication',
    );
    await expect(list({ password: '' })).rejects.toThrow('authentication');
  });
});

async function freshFolder(): Promise<string> {
  const folder = await openFolder('atp-test-parts-');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function startHere(stateDir: string, port: number): Promise<PostgresServer> {
  const server = await startPostgres({ stateDir, port });
  onTestFinished(() => server.stop());
  return server;
}

async function query(server: PostgresServer, sql: string): Promise<unknown[]> {
  const database = openDatabase(server.urlOf('postgres'));
  try {
    return await database.query(sql);
  } finally {
    await database.close();
  }
}

async function takePort(): Promise<number> {
  const server = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}
