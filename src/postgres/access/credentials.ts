import type { Database } from '../database.ts';
import { IS_SESSION_OVER } from './sessions.ts';

/**
 * Those of the hashes with which somebody is let in now, by a session or by a token. That they are looked at is no use of
 * them. By user_session_pkey and api_token_token_hash_key.
 */
export async function findGoodHashes(
  database: Database,
  hashes: readonly Buffer[],
): Promise<readonly Buffer[]> {
  const rows = await database.query<{ hash: Buffer }>(
    `SELECT session_hash AS hash FROM user_session WHERE session_hash = ANY ($1) AND NOT ${IS_SESSION_OVER}
     UNION ALL
     SELECT token_hash FROM api_token WHERE token_hash = ANY ($1) AND expires_at > clock_timestamp()`,
    [hashes],
  );
  return rows.map(({ hash }) => hash);
}
