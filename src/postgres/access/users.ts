/** People who sign in to the HTTP API. What is returned has no hash, unless its name says so. */
import { AtpError } from '../../domain/errors.ts';
import { USERS_MAX } from '../../domain/limits.ts';
import type { Role } from '../../domain/role.ts';
import type { Database } from '../database.ts';
import { breaksUnique } from '../sql-state.ts';

export interface User {
  readonly userName: string;
  readonly role: Role;
  readonly createdAt: Date;
  /** Null: the person has no password of ours. */
  readonly passwordSetAt: Date | null;
  /** The OpenID provider by which the person signs in; null: by a password. */
  readonly issuer: string | null;
}

const USER = `user_name AS "userName", role, created_at AS "createdAt", issuer,
  CASE WHEN issuer IS NULL THEN password_set_at END AS "passwordSetAt"`;

/** @throws AtpError USER_EXISTS, INPUT_INVALID (there are USERS_MAX) */
export async function addUser(
  database: Database,
  user: { readonly userName: string; readonly role: Role; readonly passwordHash: string },
): Promise<User> {
  const { userName, role, passwordHash } = user;
  const [added] = await database
    .query<User>(
      `INSERT INTO user_account (user_name, role, password_hash)
       SELECT $1, $2, $3 WHERE (SELECT count(*) FROM user_account) < $4 RETURNING ${USER}`,
      [userName, role, passwordHash, USERS_MAX],
    )
    .catch((error: unknown) => {
      if (breaksUnique(error)) throw new AtpError('USER_EXISTS', { userName }, { cause: error });
      throw error;
    });
  if (added) return added;
  throw new AtpError('INPUT_INVALID', { reason: `there are ${USERS_MAX} users, and no more are taken` });
}

/** By name. */
export function listUsers(database: Database): Promise<readonly User[]> {
  return database.query<User>(`SELECT ${USER} FROM user_account ORDER BY lower(user_name)`);
}

/** Null: there is none. */
export async function findUser(database: Database, userName: string): Promise<User | null> {
  const [found] = await database.query<User>(
    `SELECT ${USER} FROM user_account WHERE lower(user_name) = lower($1)`,
    [userName],
  );
  return found ?? null;
}

/** What is needed to check a password; null: there is no such user. */
export interface PasswordOwner {
  readonly userName: string;
  /** Null: the OpenID provider has the password. */
  readonly passwordHash: string | null;
  readonly issuer: string | null;
}

export async function findPasswordOwner(database: Database, userName: string): Promise<PasswordOwner | null> {
  const [found] = await database.query<PasswordOwner>(
    `SELECT user_name AS "userName", password_hash AS "passwordHash", issuer FROM user_account
     WHERE lower(user_name) = lower($1)`,
    [userName],
  );
  return found ?? null;
}

/** From the next request on; who is signed in stays so. @throws AtpError USER_UNKNOWN, USER_OF_PROVIDER */
export async function setRole(database: Database, userName: string, role: Role): Promise<User> {
  const [user] = await database.query<User>(
    `UPDATE user_account SET role = $2 WHERE lower(user_name) = lower($1) AND issuer IS NULL RETURNING ${USER}`,
    [userName, role],
  );
  return user ?? refuseOther(database, userName);
}

/** Ends all sessions of whom the provider names. */
export async function endSessionsOfProvided(
  database: Database,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
): Promise<void> {
  await database.query(
    `DELETE FROM user_session USING user_account AS account
     WHERE account.user_name = user_session.user_name AND issuer = $1 AND subject = $2`,
    [issuer, subject],
  );
}

/** Ends all sessions of the user. @throws AtpError USER_UNKNOWN, USER_OF_PROVIDER */
export async function setPassword(database: Database, userName: string, passwordHash: string): Promise<User> {
  return database.transaction(async (connection) => {
    const { rows } = await connection.query<User>(
      `UPDATE user_account SET password_hash = $2, password_set_at = clock_timestamp()
       WHERE lower(user_name) = lower($1) AND issuer IS NULL RETURNING ${USER}`,
      [userName, passwordHash],
    );
    const user = rows[0] ?? (await refuseOther(database, userName));
    // A statement of its own: it sees the session of a sign-in that held the account until now.
    await connection.query('DELETE FROM user_session WHERE user_name = $1', [user.userName]);
    return user;
  });
}

export interface ChangedPassword {
  readonly userName: string;
  /** The one that was checked. */
  readonly passwordHash: string;
  readonly newPasswordHash: string;
  /** All others of the user end. */
  readonly keptSession: Buffer;
}

/** False: the user is gone, or has another password than the one that was checked. */
export async function changePassword(
  database: Database,
  { userName, passwordHash, newPasswordHash, keptSession }: ChangedPassword,
): Promise<boolean> {
  return database.transaction(async (connection) => {
    const { rowCount } = await connection.query(
      `UPDATE user_account SET password_hash = $3, password_set_at = clock_timestamp()
       WHERE user_name = $1 AND password_hash = $2`,
      [userName, passwordHash, newPasswordHash],
    );
    // A statement of its own, as above.
    await connection.query('DELETE FROM user_session WHERE user_name = $1 AND session_hash <> $2', [
      userName,
      keptSession,
    ]);
    return rowCount === 1;
  });
}

/** Ends all sessions of the user, too. @throws AtpError USER_UNKNOWN */
export async function removeUser(database: Database, userName: string): Promise<User> {
  const [user] = await database.query<User>(
    `DELETE FROM user_account WHERE lower(user_name) = lower($1) RETURNING ${USER}`,
    [userName],
  );
  if (!user) throw new AtpError('USER_UNKNOWN', { userName });
  return user;
}

/** Of an account that has no password of ours, and of one that is not there. */
async function refuseOther(database: Database, userName: string): Promise<never> {
  const user = await findUser(database, userName);
  if (!user) throw new AtpError('USER_UNKNOWN', { userName });
  throw new AtpError('USER_OF_PROVIDER', { userName: user.userName, issuer: user.issuer });
}
