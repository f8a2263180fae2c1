/**
 * How a shop is opened, as the shop names it: `env:NAME` or `file:PATH` is where its access token lies;
 * `client:<id>:env:NAME` or `client:<id>:file:PATH` is an app of the client credentials grant, and where its secret
 * lies. Values live in memory only, and no error or log line repeats one.
 */
import { readFileSync, statSync } from 'node:fs';
import { AtpError } from '../domain/errors.ts';
import { TOKEN_FILE_BYTES_MAX } from '../domain/limits.ts';

export interface TokenReference {
  readonly shopId: string;
  readonly accessTokenRef: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type Credential =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: string };

/**
 * What the shop refers to, read now: a file is read anew each time, so a renewed value is taken up.
 *
 * @throws AtpError SHOPIFY_CREDENTIAL_MISSING that names the reference: nothing is there, or no token is in it
 */
export function readCredential(
  { shopId, accessTokenRef }: TokenReference,
  environment: Environment,
): Credential {
  const [, clientId, place = accessTokenRef] = /^client:([^:]+):(.+)$/s.exec(accessTokenRef) ?? [];
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(place) ?? [];
  // What is no reference may be a token that someone put in its place: it is not repeated.
  if (kind === undefined) {
    throw missing(shopId, 'what is stored for it, which is neither env:NAME nor file:PATH');
  }
  const text = kind === 'env' ? environment[name] : textOf(name);
  const value = text?.trim() ?? '';
  // Anything else cannot be sent in a header, and the refusal of the HTTP client would quote it.
  if (!/^[\x21-\x7e]+$/.test(value)) throw missing(shopId, place);
  return clientId === undefined
    ? { kind: 'token', token: value }
    : { kind: 'client', clientId, clientSecret: value };
}

function textOf(path: string): string | undefined {
  try {
    if (statSync(path).size > TOKEN_FILE_BYTES_MAX) return undefined;
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function missing(shopId: string, reference: string): AtpError {
  return new AtpError('SHOPIFY_CREDENTIAL_MISSING', { shopId, reference });
}
