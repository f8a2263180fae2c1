/** Who asks: a program by its token, or a person by the cookie of a session. */
import type { FastifyRequest } from 'fastify';
import { AtpError } from '../domain/errors.ts';
import { hashOfSecret } from '../operations/access/secrets.ts';
import { callerOfSession, isCsrfToken, sessionOfCookie } from '../operations/access/sessions.ts';
import { callerOfToken } from '../operations/access/tokens.ts';
import type { Application } from '../operations/application.ts';
import type { Caller } from '../operations/operation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the token or the session by which the caller was let in. */
    credentialHash: Buffer;
  }
}

export const CSRF_HEADER = 'atp-csrf-token';

/** `__Host-`: a browser takes it over TLS only, and from no other host of the domain. */
export function cookieName(isSecure: boolean): string {
  return isSecure ? '__Host-atp-session' : 'atp-session';
}

/** @throws AtpError SIGN_IN_NEEDED, FOREIGN_REQUEST */
export async function callerOf(
  request: FastifyRequest,
  app: Application,
  isSecure: boolean,
): Promise<Caller> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return callerOfHeader(request, authorization, app);
  const cookie = request.cookies[cookieName(isSecure)];
  if (cookie === undefined) {
    throw new AtpError('SIGN_IN_NEEDED', { reason: 'the request carries no session and no token' });
  }
  const session = await sessionOfCookie(app, cookie);
  if (session === null) throw new AtpError('SIGN_IN_NEEDED', { reason: 'the session is over' });
  if (request.method !== 'GET' && request.method !== 'HEAD') requireOwnPage(request, cookie);
  request.credentialHash = hashOfSecret(cookie);
  return callerOfSession(session);
}

async function callerOfHeader(
  request: FastifyRequest,
  authorization: string,
  app: Application,
): Promise<Caller> {
  const [, token] = /^Bearer +(\S{1,255}) *$/i.exec(authorization) ?? [];
  if (token === undefined) {
    throw new AtpError('SIGN_IN_NEEDED', { reason: 'the header Authorization is not "Bearer <token>"' });
  }
  const caller = await callerOfToken(app, token);
  if (caller === null) {
    throw new AtpError('SIGN_IN_NEEDED', { reason: 'the token is unknown, was revoked, or has ended' });
  }
  request.credentialHash = hashOfSecret(token);
  return caller;
}

/**
 * A browser sends the cookie whichever page asks it to (SameSite keeps pages of other sites from that, but not those of
 * another port or another name of our domain). So an act needs what only our own pages can know.
 *
 * @throws AtpError FOREIGN_REQUEST
 */
function requireOwnPage(request: FastifyRequest, cookie: string): void {
  requireOwnOrigin(request);
  const given = request.headers[CSRF_HEADER];
  if (typeof given === 'string' && isCsrfToken(given, cookie)) return;
  throw new AtpError('FOREIGN_REQUEST', { reason: `the header ${CSRF_HEADER} is not that of the session` });
}

/** What browsers say of where a request comes from, when they say it. @throws AtpError FOREIGN_REQUEST */
export function requireOwnOrigin({ headers, host, protocol }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new AtpError('FOREIGN_REQUEST', { reason: `the browser says that it is ${String(site)}` });
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `${protocol}://${host}`) {
    throw new AtpError('FOREIGN_REQUEST', { reason: `it comes from ${origin}` });
  }
}
