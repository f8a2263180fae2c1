import { parseCredentialReference } from '../domain/credential-reference.ts';
import { AtpError } from '../domain/errors.ts';
import { OIDC_SECRET_BYTES_MAX } from '../domain/limits.ts';
import { readSecret, type Environment } from '../secrets/read-secret.ts';

/**
 * Reads the secret now, so that a renewed file counts at once. No error repeats it.
 *
 * @throws AtpError OIDC_SECRET_MISSING
 */
export function readClientSecret(reference: string, environment: Environment): string {
  const place = parseCredentialReference(reference)?.place;
  const value = (place && readSecret(place, environment, OIDC_SECRET_BYTES_MAX))?.trim() ?? '';
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new AtpError('OIDC_SECRET_MISSING', { reference });
}
