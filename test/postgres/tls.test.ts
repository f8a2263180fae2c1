/** The way to a Postgres with TLS: what is verified, and what a person is told when it cannot be. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { atpWith } from '../cli/atp.ts';
import type { Check } from '../cli/doctor-fixture.ts';
import { makeCertificate } from '../setup/certificate.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';
import { OwnPostgres } from './own-postgres.ts';

let own: OwnPostgres;
let folder: string;

beforeAll(async () => {
  folder = await scratchFolder();
  own = await OwnPostgres.start();
  const { cert, key } = await makeCertificate(folder, 'localhost');
  await own.switchTlsOn(cert, key);
});

/** What comes of a statement, and of a migration, by this address. */
async function tryBoth(url: string): Promise<unknown[]> {
  const database = openDatabase(url);
  onTestFinished(() => database.close());
  const ways = await Promise.allSettled([
    database.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
    migrate(database),
  ]);
  return ways.map((way) => (way.status === 'fulfilled' ? 'done' : way.reason) as unknown);
}

function urlOf(host: string, said: Readonly<Record<string, string>>): string {
  const url = new URL(own.url);
  url.hostname = host;
  for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value);
  return url.href;
}

test('a server whose certificate is known and has its name is verified, and no warning is told', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  for (const sslmode of ['verify-full', 'require', 'verify-ca']) {
    const database = openDatabase(
      urlOf('localhost', { sslmode, sslrootcert: join(folder, 'localhost.pem') }),
    );
    onTestFinished(() => database.close());
    expect(database.protection).toBe('verified');
    expect(await database.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([
      { ssl: true },
    ]);
  }
  expect(warnings).toEqual([]);
});

test('a server whose authority nobody knows is refused with its code', async () => {
  for (const error of await tryBoth(urlOf('localhost', { sslmode: 'require' }))) {
    expect(error).toMatchObject({
      code: 'DATABASE_TLS_FAILED',
      detail: { fault: 'unknown-authority' },
      hint: expect.stringContaining('sslrootcert=<file>') as string,
    });
  }
});

test('a server with the certificate of another name is refused with its code', async () => {
  const said = { sslmode: 'verify-full', sslrootcert: join(folder, 'localhost.pem') };
  for (const error of await tryBoth(urlOf('127.0.0.1', said))) {
    expect(error).toMatchObject({ code: 'DATABASE_TLS_FAILED', detail: { fault: 'other-name' } });
  }
});

test('who says no-verify or disable gets it', async () => {
  for (const [sslmode, protection, ssl] of [
    ['no-verify', 'encrypted', true],
    ['disable', 'local', false],
  ] as const) {
    const database = openDatabase(urlOf('localhost', { sslmode }));
    onTestFinished(() => database.close());
    expect(database.protection).toBe(protection);
    expect(await database.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([
      { ssl },
    ]);
  }
});

test.each([
  ['verify-full', 'encrypted, and the server verified', null],
  ['no-verify', 'nobody knows who answers', 'sslmode=verify-full'],
])('doctor tells what %s means', async (sslmode, words, hint) => {
  const said = { sslmode, ...(hint === null && { sslrootcert: join(folder, 'localhost.pem') }) };
  const atp = await atpWith({ DATABASE_URL: urlOf('localhost', said), TEMPORAL_ADDRESS: '127.0.0.1:1' });
  const { checks } = await atp.json<{ checks: readonly Check[] }>(['doctor'], 1);
  const postgres = checks.find(({ name }) => name === 'Postgres');
  expect(postgres).toMatchObject({ ok: true, detail: expect.stringContaining(words) as string });
  if (hint === null) expect(postgres?.hint).toBeNull();
  else expect(postgres?.hint).toContain(hint);
});

test('a file that is not there is named', () => {
  const url = urlOf('localhost', { sslmode: 'verify-full', sslrootcert: '/nowhere/ca.pem' });
  expect(() => openDatabase(url)).toThrow(
    expect.objectContaining({
      code: 'DATABASE_TLS_FAILED',
      message: expect.stringContaining('/nowhere/ca.pem') as string,
    }),
  );
});

/** A server that reads what comes, and answers as told. Returns what it has read. */
async function serve(
  answer: (socket: Socket) => void,
): Promise<{ readonly url: string; read: () => string }> {
  const parts: Buffer[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).on('data', (part) => parts.push(part));
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = `postgres://atp:CANARY@127.0.0.1:${(server.address() as AddressInfo).port}/atp`;
  return { url, read: () => Buffer.concat(parts).toString('latin1') };
}

test('a server without TLS gets nothing but the question for it', async () => {
  const { url, read } = await serve((socket) => socket.once('data', () => socket.write('N')));
  for (const error of await tryBoth(`${url}?sslmode=verify-full`)) {
    expect(error).toMatchObject({
      code: 'DATABASE_TLS_FAILED',
      detail: { fault: 'no-tls' },
      hint: expect.stringContaining('?sslmode=disable') as string,
    });
  }
  expect(read()).not.toMatch(/atp|CANARY/);
});

test('a login that is never answered is a database that cannot be used, whoever asks', async () => {
  const { url } = await serve(() => undefined);
  for (const error of await tryBoth(url)) {
    expect(error).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining('does not answer a new connection') as string,
    });
  }
});

test('an address that does not say how its way is protected opens nothing', () => {
  expect(() => openDatabase('postgres://atp:CANARY@db.example.com/atp')).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/\?sslmode=verify-full(?!.*CANARY)/s) as string,
    }),
  );
});
