/** Who is signed in. The database has the hashes of what their cookies hold. */
import {
  LAST_USE_WRITTEN_EVERY_MS,
  SESSION_IDLE_MS,
  SESSION_MS,
  SESSIONS_PER_USER_MAX,
} from '../../domain/limits.ts';
import type { Role } from '../../domain/role.ts';
import type { Database } from '../database.ts';

export interface Session {
  readonly userName: string;
  readonly role: Role;
  readonly expiresAt: Date;
}

const IS_OVER = `(expires_at <= clock_timestamp()
  OR last_used_at <= clock_timestamp() - make_interval(secs => ${SESSION_IDLE_MS / 1000}))`;

/**
 * Begins a session, unless the password is no longer the one that was checked. Sessions that are over go, and the oldest
 * ones of the user above SESSIONS_PER_USER_MAX. Null: the user is gone, or has another password.
 */
export async function beginSession(
  database: Database,
  {
    userName,
    passwordHash,
    hash,
  }: { readonly userName: string; readonly passwordHash: string; readonly hash: Buffer },
): Promise<Session | null> {
  return database.transaction(async (connection) => {
    const { rows } = await connection.query<{ userName: string; role: Role }>(
      `SELECT user_name AS "userName", role FROM user_account
       WHERE lower(user_name) = lower($1) AND password_hash = $2 FOR UPDATE`,
      [userName, passwordHash],
    );
    const [user] = rows;
    if (!user) return null;
    await connection.query(
      `DELETE FROM user_session WHERE ${IS_OVER} OR session_hash IN (
         SELECT session_hash FROM user_session WHERE user_name = $1 ORDER BY created_at DESC OFFSET $2)`,
      [user.userName, SESSIONS_PER_USER_MAX - 1],
    );
    const { rows: begun } = await connection.query<{ expiresAt: Date }>(
      `INSERT INTO user_session (session_hash, user_name, expires_at)
       VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3)) RETURNING expires_at AS "expiresAt"`,
      [hash, user.userName, SESSION_MS / 1000],
    );
    return begun[0] ? { ...user, expiresAt: begun[0].expiresAt } : null;
  });
}

/** The session of this hash, unless it is over. Its use is written down. By user_session_pkey. */
export async function useSession(database: Database, hash: Buffer): Promise<Session | null> {
  const [session] = await database.query<Session>(
    `SELECT user_name AS "userName", role, expires_at AS "expiresAt"
     FROM user_session JOIN user_account USING (user_name) WHERE session_hash = $1 AND NOT ${IS_OVER}`,
    [hash],
  );
  if (!session) return null;
  await database.query(
    `UPDATE user_session SET last_used_at = clock_timestamp() WHERE session_hash = $1
       AND last_used_at < clock_timestamp() - make_interval(secs => $2::float8 / 1000)`,
    [hash, LAST_USE_WRITTEN_EVERY_MS],
  );
  return session;
}

export async function endSession(database: Database, hash: Buffer): Promise<void> {
  await database.query('DELETE FROM user_session WHERE session_hash = $1', [hash]);
}
