/** Who asks: the token that a request carries. */
import type { FastifyRequest } from 'fastify';
import { AtpError } from '../domain/errors.ts';
import { callerOfToken } from '../operations/access/tokens.ts';
import type { Application } from '../operations/application.ts';
import type { Caller } from '../operations/operation.ts';

/** @throws AtpError SIGN_IN_NEEDED */
export async function callerOf(request: FastifyRequest, app: Application): Promise<Caller> {
  const { authorization } = request.headers;
  if (authorization === undefined)
    throw new AtpError('SIGN_IN_NEEDED', { reason: 'the request carries no token' });
  const [, token] = /^Bearer +(\S{1,255}) *$/i.exec(authorization) ?? [];
  if (token === undefined) {
    throw new AtpError('SIGN_IN_NEEDED', { reason: 'the header Authorization is not "Bearer <token>"' });
  }
  const caller = await callerOfToken(app, token);
  if (caller === null) {
    throw new AtpError('SIGN_IN_NEEDED', { reason: 'the token is unknown, was revoked, or has ended' });
  }
  return caller;
}
