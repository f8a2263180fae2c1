/** Secrets of what atp-sync signs in to, by where they are: a variable of the environment, or a file. */
import { readFileSync, statSync } from 'node:fs';
import type { CredentialReference } from '../domain/credential-reference.ts';

/** What an `env:NAME` is looked up in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the secret now, so that a renewed file counts at once. Undefined: there is none, it cannot be read, or the file is too large for
 * one. No error repeats it.
 *
 * @param fileBytesMax a longer file is the wrong one
 */
export function readSecret(
  place: CredentialReference['place'],
  environment: Environment,
  fileBytesMax: number,
): string | undefined {
  return place.kind === 'env' ? environment[place.name] : textOf(place.name, fileBytesMax);
}

function textOf(path: string, bytesMax: number): string | undefined {
  try {
    return statSync(path).size > bytesMax ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
