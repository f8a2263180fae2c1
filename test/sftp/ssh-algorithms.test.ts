/** A connection on weak cryptography is refused, and says why. The servers here are set up badly on purpose. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ssh2, { type Connection, type ServerConfig } from 'ssh2';
import { expect, onTestFinished, test } from 'vitest';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import type { SftpSettings } from '../../src/sftp/sftp-settings.ts';
import { opensshServer } from '../../src/stand-ins/programs.ts';
import { expectCodedError } from './coded-error.ts';
import { fingerprintOf, opensshWith, rsaKey } from './openssh.ts';
import { scratchFolder } from './scratch-folder.ts';

const HOST = '127.0.0.1';
const GOOD_KEY = rsaKey(2048);

const FROM_THE_SERVER = { host: HOST, username: 'atp', privateKeyFile: null, root: '/inventory' };

function refuseEverybody(client: Connection): void {
  client.on('authentication', (login) => login.reject());
}

/** A server that lets nobody in: a login that gets so far has agreed on everything. */
async function serverWith(
  hostKey: string,
  algorithms: ServerConfig['algorithms'] = {},
  onClient = refuseEverybody,
): Promise<SftpSettings> {
  const server = new ssh2.Server({ hostKeys: [hostKey], algorithms }, (client) => {
    client.on('error', () => undefined);
    onClient(client);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { ...FROM_THE_SERVER, port, password: 'none', hostKey: fingerprintOf(hostKey) };
}

function listIncoming(settings: SftpSettings) {
  return expectCodedError(() => fileDrop(settings)((drop) => drop.list('incoming')));
}

test.each([
  [
    'a host key signed with SHA-1',
    rsaKey(2048),
    { serverHostKey: ['ssh-rsa'] },
    'no common algorithm for the host key; it offers ssh-rsa',
  ],
  [
    'SHA-1 for the check of packets',
    GOOD_KEY,
    { hmac: ['hmac-sha1', 'hmac-sha1-etm@openssh.com'], cipher: ['aes128-ctr'] },
    'no common algorithm for the message check; it offers hmac-sha1, hmac-sha1-etm@openssh.com',
  ],
  [
    'SHA-1 in the key exchange',
    GOOD_KEY,
    { kex: ['diffie-hellman-group14-sha1'] },
    'no common algorithm for the key exchange; it offers diffie-hellman-group14-sha1',
  ],
  [
    'an old cipher',
    GOOD_KEY,
    { cipher: ['aes128-cbc'] },
    'no common algorithm for the encryption; it offers aes128-cbc',
  ],
] as const)(
  'a server that has only %s is refused, with what it offers',
  async (_what, key, algorithms, reason) => {
    const error = await listIncoming(
      await serverWith(key, algorithms as unknown as ServerConfig['algorithms']),
    );

    expect(error).toMatchObject({ code: 'SFTP_NOT_SAFE', class: 'not-now' });
    expect(error.message).toContain(reason);
  },
);

test('a host key of RSA with 1024 bits is refused although it is the pinned one, and one with 2048 bits is taken', async () => {
  const short = await listIncoming(await serverWith(rsaKey(1024)));
  expect(short).toMatchObject({ code: 'SFTP_NOT_SAFE' });
  expect(short.message).toContain('its RSA host key has 1024 bits only');

  const long = await listIncoming(await serverWith(rsaKey(2048)));
  expect(long.message).toContain('it refuses the login');
});

test('our own key of RSA with 1024 bits is refused', async () => {
  const privateKeyFile = join(await scratchFolder(), 'key');
  await writeFile(privateKeyFile, rsaKey(1024), { mode: 0o600 });

  const error = await listIncoming({ ...(await serverWith(GOOD_KEY)), password: null, privateKeyFile });

  expect(error).toMatchObject({ code: 'SFTP_NOT_SAFE' });
  expect(error.message).toContain('our RSA key in SFTP_PRIVATE_KEY_FILE has 1024 bits only');
});

test('a server that knows RSA signatures with SHA-1 only gets none', async () => {
  const privateKeyFile = join(await scratchFolder(), 'key');
  await writeFile(privateKeyFile, rsaKey(2048), { mode: 0o600 });
  const settings = await serverWith(GOOD_KEY, {}, (client) => {
    announceNothing(client);
    client.on('authentication', (login) => {
      if (login.method === 'publickey') login.accept();
      else login.reject(['publickey']);
    });
  });

  const error = await listIncoming({ ...settings, password: null, privateKeyFile });

  expect(error).toMatchObject({ code: 'SFTP_NOT_SAFE' });
  expect(error.message).toContain('it takes RSA signatures with SHA-1 only');
});

/** As OpenSSH before 7.2: the server does not say which signatures it takes, so the client must think of SHA-1. */
function announceNothing(client: Connection): void {
  const protocol = (client as unknown as { _protocol: object })._protocol;
  let exchange: object | undefined;
  Object.defineProperty(protocol, '_kex', {
    get: () => exchange,
    set: (next: object | undefined) => {
      if (next)
        Object.defineProperty(next, 'remoteExtInfoEnabled', { get: () => false, set: () => undefined });
      exchange = next;
    },
  });
}

const sshd = opensshServer();

test.skipIf(sshd === null)('our RSA key of 2048 bits signs with SHA-2 for OpenSSH', async () => {
  const { settings } = await opensshWith({ setting: 'PubkeyAcceptedAlgorithms rsa-sha2-256' });

  expect(await fileDrop(settings)((drop) => drop.list('incoming'))).toEqual([]);
});
