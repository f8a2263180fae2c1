import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { AtpError } from '../domain/errors.ts';

/**
 * The bytes of a feed, proven to be text while they pass.
 *
 * A NUL or bytes that are not UTF-8 mean another kind of file (a spreadsheet, UTF-16, an archive): refused, because
 * replacing what cannot be read would change ids without a word. A byte order mark is fine.
 *
 * @throws AtpError FEED_UNREADABLE
 */
export async function* feedText(localPath: string, fileName: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let offset = 0;
  for await (const chunk of createReadStream(localPath) as AsyncIterable<Buffer>) {
    const nul = chunk.indexOf(0);
    if (nul !== -1) throw unreadable(fileName, `a NUL byte at offset ${offset + nul}`);
    if (!isUtf8(decoder, chunk))
      throw unreadable(fileName, `bytes that are not UTF-8 after offset ${offset}`);
    offset += chunk.length;
    yield chunk;
  }
  if (!isUtf8(decoder)) throw unreadable(fileName, 'its last character is cut off');
}

function isUtf8(decoder: TextDecoder, chunk?: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}

export function unreadable(fileName: string, reason: string): AtpError {
  return new AtpError('FEED_UNREADABLE', { fileName, reason });
}
