import { readFileSync, statSync } from 'node:fs';
import { parseCredentialReference } from '../domain/credential-reference.ts';
import { AtpError } from '../domain/errors.ts';
import { OIDC_SECRET_BYTES_MAX } from '../domain/limits.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the secret now, so that a renewed file counts at once. No error repeats it.
 *
 * @throws AtpError OIDC_SECRET_MISSING
 */
export function readClientSecret(reference: string, environment: Environment): string {
  const place = parseCredentialReference(reference)?.place;
  const text = place?.kind === 'env' ? environment[place.name] : place && textOf(place.name);
  const value = text?.trim() ?? '';
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new AtpError('OIDC_SECRET_MISSING', { reference });
}

function textOf(path: string): string | undefined {
  try {
    return statSync(path).size > OIDC_SECRET_BYTES_MAX ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
