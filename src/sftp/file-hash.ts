import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** The sha256 of a local file, in hexadecimal, read as a stream. */
export async function sha256OfFile(localPath: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(localPath), hash);
  return hash.digest('hex');
}

/** The sha256 of a text in UTF-8, or of bytes, in hexadecimal. */
export function sha256OfText(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
