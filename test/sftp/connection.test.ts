import { randomBytes } from 'node:crypto';
import { createHash } from 'node:crypto';
import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { SFTP_KEEPALIVE_COUNT_MAX, SFTP_KEEPALIVE_INTERVAL_MS } from '../../src/domain/limits.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import type { SftpSettings } from '../../src/sftp/sftp-settings.ts';
import { freshSftpRoot, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { expectCodedError } from './coded-error.ts';
import { scratchFolder } from './scratch-folder.ts';
import { tcpProxy } from './tcp-proxy.ts';

let root: FreshSftpRoot;

beforeEach(async () => {
  root = await freshSftpRoot();
});

function listIncoming(settings: SftpSettings): Promise<unknown> {
  return fileDrop(settings)((drop) => drop.list('incoming'));
}

test('a server with another host key than the pinned one is refused', async () => {
  const hostKey = `SHA256:${'A'.repeat(43)}`;
  const error = await expectCodedError(() => listIncoming({ ...root.settings, hostKey }));
  expect(error).toMatchObject({ code: 'SFTP_HOST_KEY_MISMATCH', detail: { found: root.settings.hostKey } });
});

test('a port on which nobody listens is an error that a retry may mend', async () => {
  const error = await expectCodedError(() => listIncoming({ ...root.settings, port: 1 }));
  expect(error).toMatchObject({ code: 'SFTP_UNREACHABLE', class: 'retry' });
  expect(error.message).toContain('it refuses the connection');
});

test('the error of a refused login does not contain the password', async () => {
  const password = 'hunter2-is-secret';
  const error = await expectCodedError(() =>
    listIncoming({ ...root.settings, privateKeyFile: null, password }),
  );
  expect(error.message).toContain('it refuses the login');
  expect(JSON.stringify([error.message, error.hint, error.detail, String(error.cause)])).not.toContain(
    password,
  );
});

test('the error of a private key file that cannot be read names it as the cause', async () => {
  const error = await expectCodedError(() =>
    listIncoming({ ...root.settings, privateKeyFile: '/nowhere/key' }),
  );
  expect(error).toMatchObject({ code: 'SFTP_UNREACHABLE' });
  expect(error.message).toContain('the private key file cannot be used');
});

test('the result and the error of the work pass through, and the connection is closed', async () => {
  const proxy = await tcpProxy(root.settings);
  const drop = fileDrop({ ...root.settings, host: '127.0.0.1', port: proxy.port });
  const countOpen = () => Promise.resolve(proxy.countOpen());
  expect(await drop(countOpen)).toBe(1);
  await expect(drop(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  await expect.poll(countOpen).toBe(0);
});

const CONTENT = randomBytes(4 * 1024 * 1024);
const FILE = {
  folder: 'outgoing/blue-shirts',
  name: '000000000001-hard-sync-20261124T101500Z.csv',
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
};

test('a connection that is reset in the middle of a file leaves no visible file, and the next attempt succeeds', async () => {
  const localPath = join(await scratchFolder(), 'file');
  await writeFile(localPath, CONTENT);
  const proxy = await tcpProxy(root.settings);
  const drop = fileDrop({ ...root.settings, port: proxy.port });
  proxy.breakAfter(2 * 1024 * 1024, 'reset');

  const error = await expectCodedError(() => drop((files) => files.publish(localPath, FILE)));

  expect(error.code).toBe('SFTP_UNREACHABLE');
  expect(await readdir(join(root.folder, FILE.folder))).not.toContain(FILE.name);

  proxy.mend();
  await drop((files) => files.publish(localPath, FILE));
  expect((await readdir(join(root.folder, FILE.folder))).toSorted()).toEqual([
    FILE.name,
    `${FILE.name}.sha256`,
  ]);
});

test('a connection that goes dead in the middle of a file is given up after its keepalives', async () => {
  const localPath = join(await scratchFolder(), 'file');
  await writeFile(localPath, CONTENT);
  const proxy = await tcpProxy(root.settings);
  const drop = fileDrop({ ...root.settings, port: proxy.port });
  proxy.breakAfter(2 * 1024 * 1024, 'hole');
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());

  const publishing = expectCodedError(() => drop((files) => files.publish(localPath, FILE)));
  while (proxy.countBroken() === 0) await setImmediate();
  vi.advanceTimersByTime(SFTP_KEEPALIVE_INTERVAL_MS * (SFTP_KEEPALIVE_COUNT_MAX + 1));

  const error = await publishing;
  expect(error.code).toBe('SFTP_UNREACHABLE');
  expect(error.message).toContain('the connection is dead');
  expect(await readdir(join(root.folder, FILE.folder))).not.toContain(FILE.name);
});

test('a transfer for which nobody waits any more ends at once, and its connection is closed', async () => {
  const localPath = join(await scratchFolder(), 'file');
  await writeFile(localPath, CONTENT);
  const proxy = await tcpProxy(root.settings);
  proxy.breakAfter(2 * 1024 * 1024, 'pause');
  const cancelled = new AbortController();
  const drop = fileDrop({ ...root.settings, port: proxy.port }, { signalOf: () => cancelled.signal });

  const publishing = drop((files) => files.publish(localPath, FILE));
  publishing.catch(() => undefined);
  await expect.poll(() => proxy.countBroken()).toBe(1);
  cancelled.abort(new Error('cancelled'));

  await expect(publishing).rejects.toThrow('cancelled');
  // A proxy that stands still does not see that a connection has ended.
  proxy.mend();
  await expect.poll(() => proxy.countOpen()).toBe(0);
  await expect(drop((files) => files.list('incoming'))).rejects.toThrow('cancelled');
});

test('a file that becomes shorter while it is read is an error for a retry, and the connection goes on', async () => {
  const localPath = join(await scratchFolder(), 'file');
  const remote = join(root.folder, 'incoming/big.csv');
  await writeFile(remote, randomBytes(8 * 1024 * 1024));
  const proxy = await tcpProxy(root.settings);
  // Pauses long before the end of the file: a transfer requests at most 1 MB ahead.
  proxy.breakAfter(1024 * 1024, 'pause', 'received');

  await fileDrop({ ...root.settings, port: proxy.port })(async (drop) => {
    const reading = expectCodedError(() => drop.download('incoming/big.csv', localPath));
    await expect.poll(() => proxy.countBroken()).toBe(1);
    await truncate(remote, 1000);
    proxy.mend();

    const error = await reading;
    expect(error).toMatchObject({ code: 'SFTP_UNREACHABLE', class: 'retry' });
    expect(error.message).toContain('the file became shorter');
    expect(await drop.list('incoming')).toMatchObject([{ name: 'big.csv', sizeBytes: 1000 }]);
  });
});
