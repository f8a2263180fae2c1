/** Signing in and out: a password for a session, whose secret the browser keeps in a cookie. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { AtpError } from '../../domain/errors.ts';
import { acceptInput, label, secret } from '../../domain/input-fields.ts';
import { beginSession, endSession, useSession, type Session } from '../../postgres/access/sessions.ts';
import { findPasswordOwner } from '../../postgres/access/users.ts';
import type { Application } from '../application.ts';
import type { Caller } from '../operation.ts';
import { isPassword } from './passwords.ts';
import { hashOfSecret, makeSecret } from './secrets.ts';
import { recordRefusal, recordSignIn, recordSignOut } from './sign-in-records.ts';

/** As wide as may be: what is no name or password of ours is refused as a wrong one. */
export const SIGN_IN_FIELDS = { userName: label('who it is', 'name'), password: secret('the password', 1) };

export interface BegunSession extends Session {
  /** What the browser keeps. Nobody else may see it. */
  readonly cookie: string;
}

/**
 * Checks a name and a password, and begins a session. The audit log has both ends of it.
 *
 * @throws AtpError INPUT_INVALID, SIGN_IN_REFUSED, TOO_MANY_REQUESTS
 */
export async function signIn(app: Application, given: unknown): Promise<BegunSession> {
  const { userName, password } = acceptInput(SIGN_IN_FIELDS, given);
  const database = await app.database();
  const owner = await findPasswordOwner(database, userName);
  const passwordHash = owner?.passwordHash ?? null;
  const isRight = await isPassword(password, passwordHash);
  const cookie = makeSecret('atp_');
  const session =
    isRight && passwordHash !== null
      ? await beginSession(database, { userName, passwordHash, hash: hashOfSecret(cookie) })
      : null;
  if (session === null) {
    const error = new AtpError('SIGN_IN_REFUSED', {});
    await recordRefusal(database, { error, ...(owner && { userName: owner.userName }) });
    throw error;
  }
  await recordSignIn(database, session.userName);
  return { ...session, cookie };
}

/** Who is signed in with the cookie, and until when; null: nobody, or no more. */
export async function sessionOfCookie(app: Application, cookie: string): Promise<Session | null> {
  return useSession(await app.database(), hashOfSecret(cookie));
}

export function callerOfSession({ userName, role }: Session): Caller {
  return { name: userName, role, via: 'api' };
}

/** Answers by whom the person had signed in: an OpenID provider, or null, a password. */
export async function signOut(
  app: Application,
  cookie: string,
  caller: Caller,
): Promise<{ readonly issuer: string | null }> {
  const database = await app.database();
  const ended = await endSession(database, hashOfSecret(cookie));
  await recordSignOut(database, caller.name);
  return ended;
}

/**
 * What a page of ours sends with every act, and no other page knows: only ours can read it from an answer. Made from the
 * cookie, so nothing is kept.
 */
export function csrfTokenOf(cookie: string): string {
  return createHmac('sha256', cookie).update('csrf').digest('base64url');
}

export function isCsrfToken(given: string, cookie: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(csrfTokenOf(cookie))];
  return one.length === other.length && timingSafeEqual(one, other);
}
