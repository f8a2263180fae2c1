import { readFileSync, statSync } from 'node:fs';
import { parseCredentialReference } from '../domain/credential-reference.ts';
import { AtpError } from '../domain/errors.ts';
import { ALERT_SECRET_BYTES_MAX } from '../domain/limits.ts';

/** What an `env:NAME` is looked up in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the secret of a target now, so that a renewed file counts at once. No error repeats it.
 *
 * @throws AtpError ALERT_SECRET_MISSING, which names the reference
 */
export function readSecret(name: string, reference: string, environment: Environment): string {
  const place = parseCredentialReference(reference)?.place;
  const text = place?.kind === 'env' ? environment[place.name] : place && textOf(place.name);
  const value = text?.trim() ?? '';
  // Of other characters a header cannot be made, and an error of a library might quote them.
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new AtpError('ALERT_SECRET_MISSING', {
    name,
    reference: place ? reference : 'what is stored for it',
  });
}

function textOf(path: string): string | undefined {
  try {
    return statSync(path).size > ALERT_SECRET_BYTES_MAX ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
