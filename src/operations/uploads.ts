/** A file that a caller has sent, for an operation that works with a file of its caller. */
import { createReadStream, createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { invalid } from '../domain/input-fields.ts';
import { API_REFUSED_ROWS_BYTES_MAX, FEED_SIZE_MAX_BYTES, SENT_NAME_BYTES_MAX } from '../domain/limits.ts';
import { withScratchFolder } from '../sftp/scratch-folder.ts';

/**
 * Puts what is sent into a folder of its own, as the file of that name, while `work` is done with its path. If the result
 * has an `errorFile` beside it, the answer has its name and its first rows (`refusedRows`, CSV): the file is gone then.
 *
 * @throws AtpError INPUT_INVALID: the name is none of a file, or more than FEED_SIZE_MAX_BYTES are sent
 */
export async function withSentFile(
  sent: { readonly name: string; readonly content: Readable },
  work: (path: string) => Promise<unknown>,
): Promise<unknown> {
  const { name, content } = sent;
  if (!isFileName(name)) {
    throw invalid(`a file’s name has no "/", no control characters and at most ${SENT_NAME_BYTES_MAX} bytes`);
  }
  return withScratchFolder(async (folder) => {
    const path = join(folder, name);
    await pipeline(content, refuseTooMuch, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    return withRefusedRows(await work(path));
  });
}

function isFileName(name: string): boolean {
  const isPlain = basename(name) === name && name !== '.' && name !== '..' && !/[\\\p{Cc}]/u.test(name);
  return isPlain && name !== '' && Buffer.byteLength(name) <= SENT_NAME_BYTES_MAX;
}

async function* refuseTooMuch(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > FEED_SIZE_MAX_BYTES) throw invalid(`the file has more than ${FEED_SIZE_MAX_BYTES} bytes`);
    yield chunk;
  }
}

async function withRefusedRows(result: unknown): Promise<unknown> {
  if (typeof result !== 'object' || result === null || !('errorFile' in result)) return result;
  const { errorFile } = result;
  if (typeof errorFile !== 'string') return result;
  return { ...result, errorFile: basename(errorFile), refusedRows: await readWholeLines(errorFile) };
}

/** The first lines, as many as fit into API_REFUSED_ROWS_BYTES_MAX, without the file's byte order mark: text in JSON needs none. */
async function readWholeLines(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: API_REFUSED_ROWS_BYTES_MAX })) {
    chunks.push(chunk as Buffer);
  }
  const read = Buffer.concat(chunks);
  const whole =
    read.length <= API_REFUSED_ROWS_BYTES_MAX ? read : read.subarray(0, read.lastIndexOf('\n') + 1);
  return new TextDecoder().decode(whole);
}
