import { parseCredentialReference } from '../domain/credential-reference.ts';
import { AtpError } from '../domain/errors.ts';
import { ALERT_SECRET_BYTES_MAX } from '../domain/limits.ts';
import { readSecret, type Environment } from '../secrets/read-secret.ts';

/**
 * Reads the secret of a target now, so that a renewed file counts at once. No error repeats it.
 *
 * @throws AtpError ALERT_SECRET_MISSING, which names the reference
 */
export function readTargetSecret(name: string, reference: string, environment: Environment): string {
  const place = parseCredentialReference(reference)?.place;
  const value = (place && readSecret(place, environment, ALERT_SECRET_BYTES_MAX))?.trim() ?? '';
  // Of other characters a header cannot be made, and an error of a library might quote them.
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new AtpError('ALERT_SECRET_MISSING', {
    name,
    reference: place ? reference : 'what is stored for it',
  });
}
