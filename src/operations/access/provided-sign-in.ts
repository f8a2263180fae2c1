/** Signing in by an OpenID provider: it says who a person is, and its groups say what that person may do here. */
import { createHash, createHmac } from 'node:crypto';
import { AtpError } from '../../domain/errors.ts';
import {
  roleOfGroups,
  type IdentityProvider,
  type ProvidedIdentity,
  type SignInProofs,
} from '../../domain/identity-provider.ts';
import { beginProvidedSession } from '../../postgres/access/sessions.ts';
import { endSessionsOfProvided } from '../../postgres/access/users.ts';
import type { Application } from '../application.ts';
import { recordRefusal, recordSignIn } from './sign-in-records.ts';
import { hashOfSecret, makeSecret } from './secrets.ts';
import type { BegunSession } from './sessions.ts';
import { USER_NAME_PATTERN } from './users.ts';

export interface BegunSignIn {
  /** What the browser keeps until it comes back: only this browser can end the sign-in. */
  readonly cookie: string;
  readonly url: URL;
}

/** @throws AtpError OIDC_UNREACHABLE, OIDC_SECRET_MISSING */
export async function beginSignIn(provider: IdentityProvider, redirectUri: string): Promise<BegunSignIn> {
  const cookie = makeSecret('atp_');
  return { cookie, url: await provider.startUrl(proofsOf(cookie, redirectUri)) };
}

export interface ReturnedSignIn {
  /** Null: the browser has none, or none any more. */
  readonly cookie: string | null;
  readonly query: URLSearchParams;
  readonly redirectUri: string;
}

/**
 * Begins a session for whom the provider names. The first time the person gets an account, without a password.
 *
 * @throws AtpError OIDC_REFUSED, OIDC_ROLE_MISSING, OIDC_NAME_TAKEN, OIDC_UNREACHABLE, OIDC_SECRET_MISSING, INPUT_INVALID (there are
 *   USERS_MAX)
 */
export async function endSignIn(
  app: Application,
  provider: IdentityProvider,
  returned: ReturnedSignIn,
): Promise<BegunSession> {
  try {
    return await tryToEnd(app, provider, returned);
  } catch (error) {
    await recordRefusal(await app.database(), { error, by: provider.issuer });
    throw error;
  }
}

async function tryToEnd(
  app: Application,
  provider: IdentityProvider,
  { cookie, query, redirectUri }: ReturnedSignIn,
): Promise<BegunSession> {
  if (cookie === null) throw new AtpError('OIDC_REFUSED', { reason: 'this browser has begun no sign-in' });
  const identity = await provider.finish(query, proofsOf(cookie, redirectUri));
  const { issuer, roleClaim, roles } = provider;
  const { subject, groups } = identity;
  const database = await app.database();
  const role = roleOfGroups(groups, roles);
  if (role === null) {
    // Who may nothing any more is also signed out where a session is left.
    await endSessionsOfProvided(database, { issuer, subject });
    throw new AtpError('OIDC_ROLE_MISSING', { claim: roleClaim });
  }
  const secret = makeSecret('atp_');
  const hash = hashOfSecret(secret);
  const session = await beginProvidedSession(database, {
    ...{ issuer, subject, userName: nameOf(identity), role, hash },
  });
  await recordSignIn(database, session.userName, issuer);
  return { ...session, cookie: secret };
}

/** Made from the secret that only this browser has, so nothing is kept here, and none of them leads to another one. */
function proofsOf(cookie: string, redirectUri: string): SignInProofs {
  const proof = (use: string) => createHmac('sha256', cookie).update(`oidc ${use}`).digest('base64url');
  return { state: proof('state'), nonce: proof('nonce'), verifier: proof('verifier'), redirectUri };
}

/** The first of the person's names that may be a name here. */
function nameOf({ names, subject }: ProvidedIdentity): string {
  const fitting = names.find((name) => new RegExp(USER_NAME_PATTERN).test(name));
  return fitting ?? `oidc-${createHash('sha256').update(subject).digest('hex').slice(0, 12)}`;
}
