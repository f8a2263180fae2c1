/** Folders that take long to list, on a server that answers with a batch of names at a time. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2, { type FileEntry, type SFTPWrapper } from 'ssh2';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { SFTP_ANSWER_TIMEOUT_MS, SFTP_FOLDER_ENTRIES_MAX } from '../../src/domain/limits.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { readRemoteFolder } from '../../src/sftp/listing.ts';
import type { Wrapper } from '../../src/sftp/reading.ts';
import type { SftpSettings } from '../../src/sftp/sftp-settings.ts';
import { expectCodedError } from './coded-error.ts';

const KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey;

/** A server with one folder. @param nextBatch the names of an answer; none: the folder has no more */
async function serverOf(nextBatch: () => readonly string[]): Promise<SftpSettings> {
  const server = new ssh2.Server({ hostKeys: [KEY] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (login) => login.accept());
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => serveFolder(acceptSftp(), nextBatch));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    ...{ host: '127.0.0.1', port: (server.address() as AddressInfo).port, root: '/inventory' },
    ...{ username: 'atp', password: 'none', privateKeyFile: null, hostKey: fingerprint() },
  };
}

function fingerprint(): string {
  const key = ssh2.utils.parseKey(KEY);
  if (key instanceof Error) throw key;
  const hash = createHash('sha256').update(key.getPublicSSH()).digest('base64');
  return `SHA256:${hash.replace(/=+$/, '')}`;
}

function serveFolder(sftp: SFTPWrapper, nextBatch: () => readonly string[]): void {
  const { OK, EOF } = ssh2.utils.sftp.STATUS_CODE;
  sftp.on('OPENDIR', (id) => sftp.handle(id, Buffer.from('folder')));
  sftp.on('READDIR', (id) => {
    const names = nextBatch().map(asEntry);
    if (names.length === 0) sftp.status(id, EOF);
    else sftp.name(id, names);
  });
  sftp.on('CLOSE', (id) => sftp.status(id, OK));
}

function asEntry(filename: string): FileEntry {
  const attrs = { mode: 0o100644, uid: 0, gid: 0, size: 5, atime: 1, mtime: 1 };
  return { filename, longname: `-rw-r--r-- 1 atp atp 5 Nov 25 21:10 ${filename}`, attrs };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
});

test('a folder that takes longer than one answer may take is listed whole', async () => {
  const left = [['a.csv', 'b.csv'], ['c.csv'], ['d.csv'], []];
  const settings = await serverOf(() => {
    vi.advanceTimersByTime(SFTP_ANSWER_TIMEOUT_MS * 0.8);
    return left.shift() ?? [];
  });
  const files = await fileDrop(settings)((drop) => drop.list('archive'));
  expect(files.map(({ name }) => name)).toEqual(['a.csv', 'b.csv', 'c.csv', 'd.csv']);
});

test('a server that stops in the middle of a folder is given up', async () => {
  let answers = 0;
  const settings = await serverOf(() => {
    answers += 1;
    if (answers === 2) vi.advanceTimersByTime(SFTP_ANSWER_TIMEOUT_MS);
    return ['a.csv'];
  });
  const error = await expectCodedError(() => fileDrop(settings)((drop) => drop.list('archive')));
  expect(error.message).toContain(`no answer within ${SFTP_ANSWER_TIMEOUT_MS / 1000} s`);
});

test('a folder that does not end is given up at its limit', async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => asEntry(`${index}.csv`));
  let listed = 0;
  const wrapper = {
    opendir: (_path: string, done: (error: undefined, folder: Buffer) => void) =>
      done(undefined, Buffer.from('folder')),
    readdir: (_folder: Buffer, done: (error: undefined, batch: FileEntry[]) => void) => {
      listed += names.length;
      done(undefined, names);
    },
    close: (_folder: Buffer, done: () => void) => done(),
  } as unknown as Wrapper;
  await expect(readRemoteFolder(wrapper, 'archive', () => undefined)).rejects.toThrow('too many entries');
  expect(listed).toBe(SFTP_FOLDER_ENTRIES_MAX + names.length);
});
