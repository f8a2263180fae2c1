/**
 * Credentials are references, `env:NAME` or `file:PATH`; their values live in memory only, and no error or log line
 * repeats one.
 */
import { readFileSync, statSync } from 'node:fs';
import { AtpError } from '../domain/errors.ts';
import { TOKEN_FILE_BYTES_MAX } from '../domain/limits.ts';

export interface TokenReference {
  readonly shopId: string;
  readonly accessTokenRef: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The access token that a shop refers to. A file is read anew each time, so a renewed token is taken up.
 *
 * @throws AtpError SHOPIFY_CREDENTIAL_MISSING that names the reference: nothing is there, or no token is in it
 */
export function readAccessToken(
  { shopId, accessTokenRef }: TokenReference,
  environment: Environment,
): string {
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(accessTokenRef) ?? [];
  // What is no reference may be a token that someone put in its place: it is not repeated.
  if (kind === undefined) {
    throw missing(shopId, 'what is stored for it, which is neither env:NAME nor file:PATH');
  }
  const text = kind === 'env' ? environment[name] : textOf(name);
  const token = text?.trim() ?? '';
  // Anything else cannot be sent in a header, and the refusal of the HTTP client would quote it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw missing(shopId, accessTokenRef);
  return token;
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
