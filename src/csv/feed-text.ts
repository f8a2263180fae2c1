import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { AtpError } from '../domain/errors.ts';
import { FEED_SIZE_MAX_BYTES } from '../domain/limits.ts';

/**
 * Reads the bytes of a feed, and checks on the way that they are text.
 *
 * A NUL byte, or bytes that are not UTF-8, mean another kind of file (a spreadsheet, UTF-16, an archive). It is refused,
 * because to replace such bytes would silently change ids. A byte order mark is fine.
 *
 * @throws AtpError FEED_UNREADABLE
 */
export async function* feedText(localPath: string, fileName: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let offset = 0;
  for await (const chunk of createReadStream(localPath) as AsyncIterable<Buffer>) {
    const nul = chunk.indexOf(0);
    if (nul !== -1) throw unreadableFeedError(fileName, `a NUL byte at offset ${offset + nul}`);
    if (!isUtf8(decoder, chunk))
      throw unreadableFeedError(fileName, `bytes that are not UTF-8 after offset ${offset}`);
    offset += chunk.length;
    yield chunk;
  }
  if (!isUtf8(decoder)) throw unreadableFeedError(fileName, 'its last character is cut off');
}

function isUtf8(decoder: TextDecoder, chunk?: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}

export function unreadableFeedError(fileName: string, reason: string): AtpError {
  return new AtpError('FEED_UNREADABLE', { fileName, reason });
}

export function feedTooLargeError(fileName: string): AtpError {
  return unreadableFeedError(fileName, `it has more than ${FEED_SIZE_MAX_BYTES} bytes`);
}
