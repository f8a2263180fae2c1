import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * Returns the path of a program that is the released one.
 *
 * @param sha256 of the released programs, by `<platform>-<architecture>` as Node names them
 * @throws Error otherwise, with both checksums
 */
export async function checkProgram(path: string, sha256: Readonly<Record<string, string>>): Promise<string> {
  const expected = sha256[`${process.platform}-${process.arch}`] ?? 'none that is known';
  const found = await sha256Of(path);
  if (found === expected) return path;
  throw new Error(`it is not the released program (sha256 ${found}, expected ${expected})`);
}
