/** Files of the state folder: only their owner can read them, and nobody sees one half-written. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export function writeStateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

/** Null when there is no such file. */
export function readStateFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A secret that is made once and stays the same over restarts. */
export function rememberedSecret(path: string, prefix = ''): string {
  return rememberedText(path, () => `${prefix}${randomBytes(24).toString('hex')}`);
}

/** A line that is made once and stays the same over restarts. */
export function rememberedText(path: string, make: () => string): string {
  const known = readStateFile(path);
  if (known !== null) return known.trim();
  const text = make();
  writeStateFile(path, `${text}\n`);
  return text;
}
