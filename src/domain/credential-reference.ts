/** Where the credential of a shop is: a reference, never the value itself. */
export interface CredentialReference {
  /** The app of the client credentials grant, whose secret is at the place; null: an access token is at the place. */
  readonly clientId: string | null;
  readonly place: { readonly kind: 'env' | 'file'; readonly name: string };
}

const CLIENT_ID = '[A-Za-z0-9-]+';
/**
 * Variables with credentials of our own services. A shop's token is in none of them: who names the variable of a shop
 * could have them sent to that shop.
 */
const OF_SERVICES = 'DATABASE_URL$|SFTP_|TEMPORAL_|POSTGRES_|PGPASSWORD$';
const VARIABLE = `(?!${OF_SERVICES})[A-Za-z_][A-Za-z0-9_]*`;

export const CLIENT_ID_PATTERN = `^${CLIENT_ID}$`;
/** `env:NAME` or `file:PATH`. */
export const PLACE_PATTERN = `^(env:${VARIABLE}|file:.+)$`;

const REFERENCE = new RegExp(`^(?:client:(${CLIENT_ID}):)?(?:env:(${VARIABLE})|file:(.+))$`, 'u');

/** Reads `env:NAME`, `file:PATH`, `client:<id>:env:NAME` or `client:<id>:file:PATH`; null when the text is none of them. */
export function parseCredentialReference(text: string): CredentialReference | null {
  const found = REFERENCE.exec(text);
  if (!found) return null;
  const [, clientId = null, variable, path = ''] = found;
  return {
    clientId,
    place: variable === undefined ? { kind: 'file', name: path } : { kind: 'env', name: variable },
  };
}
