/**
 * Reading a remote file into a local one, with many requests under way.
 *
 * Our own because ssh2's `fastGet` asks again without end, reporting progress each time, once a file is shorter than it
 * was when it was opened (its `fastXfer` takes no bytes for a short read): a sender that truncates a file would hang us.
 */
import type { FileHandle } from 'node:fs/promises';
import type SftpClient from 'ssh2-sftp-client';
import { SFTP_REQUEST_BYTES, SFTP_REQUESTS_IN_FLIGHT } from '../domain/limits.ts';

/** A session’s SFTP requests, as ssh2 offers them. */
export type Wrapper = Awaited<ReturnType<SftpClient['connect']>>;

/** As many bytes as the file had when it was opened. @throws Error when it has become shorter meanwhile */
export async function readRemoteFile(
  wrapper: Wrapper,
  path: string,
  local: FileHandle,
  progress: () => void,
): Promise<void> {
  const remote = await asked<Buffer>((done) => {
    wrapper.open(path, 'r', done);
  });
  try {
    const { size } = await asked<{ size: number }>((done) => {
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
    await asked<null>((done) => {
      wrapper.close(remote, (error) => {
        done(error, null);
      });
    });
  }
}

/** Bytes read to the begin of the buffer; 0 at the end of the file. */
async function read(
  wrapper: Wrapper,
  remote: Buffer,
  { buffer, length, at }: { readonly buffer: Buffer; readonly length: number; readonly at: number },
): Promise<number> {
  return asked<number>((done) => {
    wrapper.read(remote, buffer, 0, length, at, done);
  });
}

async function asked<Answer>(
  ask: (done: (error: Error | null | undefined, answer: Answer) => void) => void,
): Promise<Answer> {
  const answer = Promise.withResolvers<Answer>();
  ask((error, value) => {
    if (error) answer.reject(error);
    else answer.resolve(value);
  });
  return answer.promise;
}
