import { randomBytes } from 'node:crypto';
import { createHash } from 'node:crypto';
import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { SFTP_KEEPALIVE_COUNT_MAX, SFTP_KEEPALIVE_INTERVAL_MS } from '../../src/domain/limits.ts';
import { fileDrop, type SftpSettings } from '../../src/sftp/file-drop.ts';
import { freshSftpRoot, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { codedError } from './coded.ts';
import { scratchFolder } from './scratch-folder.ts';
import { tcpProxy } from './tcp-proxy.ts';

let root: FreshSftpRoot;

beforeEach(async () => {
  root = await freshSftpRoot();
});

function listing(settings: SftpSettings): Promise<unknown> {
  return fileDrop(settings)((drop) => drop.list('incoming'));
}

test('a server with another host key than the pinned one gets no login', async () => {
  const hostKey = `SHA256:${'A'.repeat(43)}`;
  const error = await codedError(() => listing({ ...root.settings, hostKey }));
  expect(error).toMatchObject({ code: 'SFTP_HOST_KEY_MISMATCH', detail: { found: root.settings.hostKey } });
});

test('nobody behind the port is a failure that a retry may mend', async () => {
  const error = await codedError(() => listing({ ...root.settings, port: 1 }));
  expect(error).toMatchObject({ code: 'SFTP_UNREACHABLE', class: 'retry' });
  expect(error.message).toContain('it refuses the connection');
});

test('a refused login is told without the password', async () => {
  const password = 'hunter2-is-secret';
  const error = await codedError(() => listing({ ...root.settings, privateKeyFile: null, password }));
  expect(error.message).toContain('it refuses the login');
  expect(JSON.stringify([error.message, error.hint, error.detail, String(error.cause)])).not.toContain(
    password,
  );
});

test('a key file that cannot be read is told', async () => {
  const error = await codedError(() => listing({ ...root.settings, privateKeyFile: '/nowhere/key' }));
  expect(error).toMatchObject({ code: 'SFTP_UNREACHABLE' });
  expect(error.message).toContain('the private key file cannot be used');
});

test('the result and the error of the work pass through, and the connection is closed', async () => {
  const proxy = await tcpProxy(root.settings);
  const drop = fileDrop({ ...root.settings, host: '127.0.0.1', port: proxy.port });
  expect(await drop(() => Promise.resolve(42))).toBe(42);
  await expect(drop(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
});

const CONTENT = randomBytes(4 * 1024 * 1024);
const FILE = {
  folder: 'outgoing/blue-shirts',
  name: '000000000001-hard-sync-20261124T101500Z.csv',
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
};

test('a connection that is reset in the middle leaves nothing visible, and the next attempt succeeds', async () => {
  const localPath = join(await scratchFolder(), 'file');
  await writeFile(localPath, CONTENT);
  const proxy = await tcpProxy(root.settings);
  const drop = fileDrop({ ...root.settings, port: proxy.port });
  proxy.breakAfter(2 * 1024 * 1024, 'reset');

  const error = await codedError(() => drop((files) => files.publish(localPath, FILE)));

  expect(error.code).toBe('SFTP_UNREACHABLE');
  expect(await readdir(join(root.folder, FILE.folder))).not.toContain(FILE.name);

  proxy.mend();
  await drop((files) => files.publish(localPath, FILE));
  expect((await readdir(join(root.folder, FILE.folder))).toSorted()).toEqual([
    FILE.name,
    `${FILE.name}.sha256`,
  ]);
});

test('a connection that goes dead in the middle is given up within the keepalives', async () => {
  const localPath = join(await scratchFolder(), 'file');
  await writeFile(localPath, CONTENT);
  const proxy = await tcpProxy(root.settings);
  const drop = fileDrop({ ...root.settings, port: proxy.port });
  proxy.breakAfter(2 * 1024 * 1024, 'hole');
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());

  const publishing = codedError(() => drop((files) => files.publish(localPath, FILE)));
  while (proxy.broken() === 0) await setImmediate();
  vi.advanceTimersByTime(SFTP_KEEPALIVE_INTERVAL_MS * (SFTP_KEEPALIVE_COUNT_MAX + 1));

  const error = await publishing;
  expect(error.code).toBe('SFTP_UNREACHABLE');
  expect(error.message).toContain('the connection is dead');
  expect(await readdir(join(root.folder, FILE.folder))).not.toContain(FILE.name);
});

test('a file that a sender cuts short while it is read is told, and the connection goes on', async () => {
  const localPath = join(await scratchFolder(), 'file');
  const remote = join(root.folder, 'incoming/big.csv');
  await writeFile(remote, randomBytes(8 * 1024 * 1024));
  const proxy = await tcpProxy(root.settings);
  // Long before its end: a transfer asks for no more than a megabyte ahead.
  proxy.breakAfter(1024 * 1024, 'pause', 'received');

  await fileDrop({ ...root.settings, port: proxy.port })(async (drop) => {
    const reading = codedError(() => drop.download('incoming/big.csv', localPath));
    await expect.poll(() => proxy.broken()).toBe(1);
    await truncate(remote, 1000);
    proxy.mend();

    const error = await reading;
    expect(error).toMatchObject({ code: 'SFTP_UNREACHABLE', class: 'retry' });
    expect(error.message).toContain('the file became shorter');
    expect(await drop.list('incoming')).toMatchObject([{ name: 'big.csv', sizeBytes: 1000 }]);
  });
});
