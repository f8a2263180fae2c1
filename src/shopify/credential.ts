/**
 * The credential of a shop, by its reference: `env:NAME` or `file:PATH` says where its access token is;
 * `client:<id>:env:NAME` or `client:<id>:file:PATH` names an app of the client credentials grant, and where the app's
 * secret is. The values stay in memory, and no error or log line repeats one.
 */
import { parseCredentialReference } from '../domain/credential-reference.ts';
import { AtpError } from '../domain/errors.ts';
import { TOKEN_FILE_BYTES_MAX } from '../domain/limits.ts';
import { readSecret, type Environment } from '../secrets/read-secret.ts';

export interface TokenReference {
  readonly shopId: string;
  readonly accessTokenRef: string;
}

export type Credential =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: string };

/**
 * Reads the credential now. A file is read anew each time, so a renewed value counts at once.
 *
 * @throws AtpError SHOPIFY_CREDENTIAL_MISSING names the reference: nothing is there, or it is not a token
 */
export function readCredential(
  { shopId, accessTokenRef }: TokenReference,
  environment: Environment,
): Credential {
  const reference = parseCredentialReference(accessTokenRef);
  // The text may be a token that somebody stored instead of a reference, so no message repeats it.
  if (reference === null) {
    throw missingError(
      shopId,
      'what is stored for it, which is neither file:PATH nor env:NAME with a variable of its own',
    );
  }
  const { clientId, place } = reference;
  const value = readSecret(place, environment, TOKEN_FILE_BYTES_MAX)?.trim() ?? '';
  // Other characters cannot be sent in a header, and the HTTP client's error message would quote them.
  if (!/^[\x21-\x7e]+$/.test(value)) throw missingError(shopId, `${place.kind}:${place.name}`);
  return clientId === null
    ? { kind: 'token', token: value }
    : { kind: 'client', clientId, clientSecret: value };
}

/** Whether something is there that may be a credential. Nobody asks Shopify whether it is the right one. */
export function canReadCredential(reference: TokenReference, environment: Environment): boolean {
  try {
    readCredential(reference, environment);
    return true;
  } catch {
    return false;
  }
}

function missingError(shopId: string, reference: string): AtpError {
  return new AtpError('SHOPIFY_CREDENTIAL_MISSING', { shopId, reference });
}
