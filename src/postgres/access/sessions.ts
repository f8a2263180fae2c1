/** Who is signed in. The database has the hashes of what their cookies hold. */
import { AtpError } from '../../domain/errors.ts';
import {
  LAST_USE_WRITTEN_EVERY_MS,
  SESSION_IDLE_MS,
  SESSION_MS,
  SESSIONS_PER_USER_MAX,
  USERS_MAX,
} from '../../domain/limits.ts';
import type { Role } from '../../domain/role.ts';
import type { Connection, Database } from '../database.ts';
import { breaksUnique } from '../sql-state.ts';

export interface Session {
  readonly userName: string;
  readonly role: Role;
  readonly expiresAt: Date;
}

/** Of a row of user_session. */
export const IS_SESSION_OVER = `(expires_at <= clock_timestamp()
  OR last_used_at <= clock_timestamp() - make_interval(secs => ${SESSION_IDLE_MS / 1000}))`;

/**
 * Begins a session, unless the password is no longer the one that was checked. Null: the user is gone, or has another
 * password.
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
    return user ? addSession(connection, user, hash) : null;
  });
}

export interface ProvidedUser {
  readonly issuer: string;
  readonly subject: string;
  /** That of a new account; one that is there keeps its name. */
  readonly userName: string;
  readonly role: Role;
}

/**
 * Begins a session for a person whom an OpenID provider vouches for, and gives the account the role that follows from
 * its groups now. Sessions go as in `beginSession`.
 *
 * @throws AtpError OIDC_NAME_TAKEN, INPUT_INVALID (there are USERS_MAX)
 */
export async function beginProvidedSession(
  database: Database,
  { hash, ...user }: ProvidedUser & { readonly hash: Buffer },
): Promise<Session> {
  const { issuer, subject, userName, role } = user;
  return database
    .transaction(async (connection) => {
      const { rows } = await connection.query<{ userName: string; role: Role }>(
        `INSERT INTO user_account (issuer, subject, user_name, role)
         SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM user_account) < $5
           OR EXISTS (SELECT FROM user_account WHERE issuer = $1 AND subject = $2)
         ON CONFLICT (issuer, subject) DO UPDATE SET role = excluded.role
         RETURNING user_name AS "userName", role`,
        [issuer, subject, userName, role, USERS_MAX],
      );
      if (rows[0]) return addSession(connection, rows[0], hash);
      throw new AtpError('INPUT_INVALID', { reason: `there are ${USERS_MAX} users, and no more are taken` });
    })
    .catch((error: unknown) => {
      if (breaksUnique(error)) throw new AtpError('OIDC_NAME_TAKEN', { userName }, { cause: error });
      throw error;
    });
}

/** Sessions that are over go, and the oldest ones of the user above SESSIONS_PER_USER_MAX. */
async function addSession(
  connection: Connection,
  user: { readonly userName: string; readonly role: Role },
  hash: Buffer,
): Promise<Session> {
  await connection.query(
    `DELETE FROM user_session WHERE ${IS_SESSION_OVER} OR session_hash IN (
       SELECT session_hash FROM user_session WHERE user_name = $1 ORDER BY created_at DESC OFFSET $2)`,
    [user.userName, SESSIONS_PER_USER_MAX - 1],
  );
  const { rows } = await connection.query<{ expiresAt: Date }>(
    `INSERT INTO user_session (session_hash, user_name, expires_at)
     VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3)) RETURNING expires_at AS "expiresAt"`,
    [hash, user.userName, SESSION_MS / 1000],
  );
  if (!rows[0]) throw new Error('The database did not return the end of the session.');
  return { ...user, expiresAt: rows[0].expiresAt };
}

/** The session of this hash, unless it is over. Its use is written down. By user_session_pkey. */
export async function useSession(database: Database, hash: Buffer): Promise<Session | null> {
  const [session] = await database.query<Session>(
    `SELECT user_name AS "userName", role, expires_at AS "expiresAt"
     FROM user_session JOIN user_account USING (user_name) WHERE session_hash = $1 AND NOT ${IS_SESSION_OVER}`,
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

/** @returns the issuer of its user; null: the user has a password, or there was no such session */
export async function endSession(
  database: Database,
  hash: Buffer,
): Promise<{ readonly issuer: string | null }> {
  const [ended] = await database.query<{ issuer: string | null }>(
    `DELETE FROM user_session USING user_account
     WHERE user_session.user_name = user_account.user_name AND session_hash = $1 RETURNING issuer`,
    [hash],
  );
  return ended ?? { issuer: null };
}
