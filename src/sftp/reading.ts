/**
 * Reading a remote file into a local one, with many requests in flight.
 *
 * We do not use ssh2's `fastGet`: once a file is shorter than when it was opened, it asks for the missing bytes for ever
 * (its `fastXfer` takes "no bytes" for a short read) and reports progress each time. A sender that truncates a file would
 * make it hang.
 */
import type { FileHandle } from 'node:fs/promises';
import type SftpClient from 'ssh2-sftp-client';
import { SFTP_REQUEST_BYTES, SFTP_REQUESTS_IN_FLIGHT } from '../domain/limits.ts';

/** A session’s SFTP requests, as ssh2 offers them. */
export type Wrapper = Awaited<ReturnType<SftpClient['connect']>>;

/** Reads as many bytes as the file had when it was opened. @throws Error when it has become shorter meanwhile */
export async function readRemoteFile(
  wrapper: Wrapper,
  path: string,
  local: FileHandle,
  progress: () => void,
): Promise<void> {
  const remote = await ask<Buffer>((done) => {
    wrapper.open(path, 'r', done);
  });
  try {
    const { size } = await ask<{ size: number }>((done) => {
      wrapper.fstat(remote, done);
    });
    let next = 0;
    const reader = async (): Promise<void> => {
      const buffer = Buffer.alloc(Math.min(SFTP_REQUEST_BYTES, size));
      while (next < size) {
        const start = next;
        next += SFTP_REQUEST_BYTES;
        const end = Math.min(next, size);
        for (let at = start; at < end;) {
          const bytes = await read(wrapper, remote, { buffer, length: end - at, at });
          if (bytes === 0) throw new Error('the file became shorter');
          await local.write(buffer, 0, bytes, at);
          at += bytes;
          progress();
        }
      }
    };
    const readers = Math.min(SFTP_REQUESTS_IN_FLIGHT, Math.ceil(size / SFTP_REQUEST_BYTES));
    await Promise.all(Array.from({ length: readers }, reader));
  } finally {
    await close(wrapper, remote);
  }
}

/** `refused`: the server does not open the file for us. */
export type LastByte = number | 'empty' | 'refused' | 'gone';

export async function readLastByte(wrapper: Wrapper, path: string): Promise<LastByte> {
  let remote: Buffer;
  try {
    remote = await ask<Buffer>((done) => {
      wrapper.open(path, 'r', done);
    });
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === NO_SUCH_FILE) return 'gone';
    if (code === PERMISSION_DENIED || code === FAILURE) return 'refused';
    throw error;
  }
  try {
    const { size } = await ask<{ size: number }>((done) => {
      wrapper.fstat(remote, done);
    });
    if (size === 0) return 'empty';
    const buffer = Buffer.alloc(1);
    await read(wrapper, remote, { buffer, length: 1, at: size - 1 });
    return buffer[0] ?? 'empty';
  } finally {
    await close(wrapper, remote);
  }
}

/** SSH_FX codes of the SFTP protocol, draft 02, section 7. */
export const NO_SUCH_FILE = 2;
export const PERMISSION_DENIED = 3;
const FAILURE = 4;

async function close(wrapper: Wrapper, remote: Buffer): Promise<void> {
  await ask<null>((done) => {
    wrapper.close(remote, (error) => {
      done(error, null);
    });
  });
}

/** Reads to the start of the buffer; returns the number of bytes, 0 at the end of the file. */
async function read(
  wrapper: Wrapper,
  remote: Buffer,
  { buffer, length, at }: { readonly buffer: Buffer; readonly length: number; readonly at: number },
): Promise<number> {
  return ask<number>((done) => {
    wrapper.read(remote, buffer, 0, length, at, done);
  });
}

/** Makes one request that answers by a callback. */
export async function ask<Answer>(
  request: (done: (error: Error | null | undefined, answer: Answer) => void) => void,
): Promise<Answer> {
  const answer = Promise.withResolvers<Answer>();
  request((error, value) => {
    if (error) answer.reject(error);
    else answer.resolve(value);
  });
  return answer.promise;
}
