/** Tokens by which programs use the HTTP API. The database has their hashes only. */
import { AtpError } from '../../domain/errors.ts';
import { API_TOKENS_MAX, LAST_USE_WRITTEN_EVERY_MS } from '../../domain/limits.ts';
import type { Role } from '../../domain/role.ts';
import type { Database } from '../database.ts';
import { breaksUnique } from '../sql-state.ts';

export interface ApiToken {
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** To about a minute; null: never. */
  readonly lastUsedAt: Date | null;
  readonly isExpired: boolean;
}

const TOKEN = `name, role, created_by AS "createdBy", created_at AS "createdAt", expires_at AS "expiresAt",
  last_used_at AS "lastUsedAt", expires_at <= clock_timestamp() AS "isExpired"`;

export interface NewApiToken {
  readonly name: string;
  readonly role: Role;
  readonly hash: Buffer;
  readonly createdBy: string;
  readonly days: number;
}

/** @throws AtpError API_TOKEN_EXISTS, INPUT_INVALID (there are API_TOKENS_MAX) */
export async function addToken(
  database: Database,
  { name, role, hash, createdBy, days }: NewApiToken,
): Promise<ApiToken> {
  const [added] = await database
    .query<ApiToken>(
      `INSERT INTO api_token (name, role, token_hash, created_by, expires_at)
       SELECT $1, $2, $3, $4, clock_timestamp() + make_interval(days => $5)
       WHERE (SELECT count(*) FROM api_token) < $6 RETURNING ${TOKEN}`,
      [name, role, hash, createdBy, days, API_TOKENS_MAX],
    )
    .catch((error: unknown) => {
      if (breaksUnique(error)) throw new AtpError('API_TOKEN_EXISTS', { name }, { cause: error });
      throw error;
    });
  if (added) return added;
  throw new AtpError('INPUT_INVALID', {
    reason: `there are ${API_TOKENS_MAX} tokens; \`atp token revoke\` makes room`,
  });
}

/** By name, those that have ended among them. */
export function listTokens(database: Database): Promise<readonly ApiToken[]> {
  return database.query<ApiToken>(`SELECT ${TOKEN} FROM api_token ORDER BY name`);
}

/** From the next request on it is worth nothing. @throws AtpError API_TOKEN_UNKNOWN */
export async function removeToken(database: Database, name: string): Promise<ApiToken> {
  const [removed] = await database.query<ApiToken>(
    `DELETE FROM api_token WHERE name = $1 RETURNING ${TOKEN}`,
    [name],
  );
  if (!removed) throw new AtpError('API_TOKEN_UNKNOWN', { name });
  return removed;
}

/** The token of this hash, unless it has ended. Its use is written down. By api_token_token_hash_key. */
export async function useToken(database: Database, hash: Buffer): Promise<ApiToken | null> {
  const [found] = await database.query<ApiToken>(
    `SELECT ${TOKEN} FROM api_token WHERE token_hash = $1 AND expires_at > clock_timestamp()`,
    [hash],
  );
  if (!found) return null;
  await database.query(
    `UPDATE api_token SET last_used_at = clock_timestamp() WHERE name = $1
       AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - make_interval(secs => $2::float8 / 1000))`,
    [found.name, LAST_USE_WRITTEN_EVERY_MS],
  );
  return found;
}
