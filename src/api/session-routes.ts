/** `/api/session`: a person signs in, sees who is signed in, and signs out. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AtpError } from '../domain/errors.ts';
import type { IdentityProvider } from '../domain/identity-provider.ts';
import { SIGN_IN_WINDOW_MS, SIGN_INS_OF_ADDRESS_MAX, SIGN_INS_OF_NAME_MAX } from '../domain/limits.ts';
import { changeOwnPassword } from '../operations/access/own-password.ts';
import { csrfTokenOf, sessionOfCookie, signIn, signOut } from '../operations/access/sessions.ts';
import type { Application } from '../operations/application.ts';
import { cookieName, requireOwnOrigin } from './caller.ts';
import { httpError } from './problem.ts';

const PATH = '/api/session';

export function addSessionRoutes(
  server: FastifyInstance,
  app: Application,
  provider: IdentityProvider | null,
  isSecure: boolean,
): void {
  const name = cookieName(isSecure);
  const cookieOptions = sessionCookie(isSecure);
  const countOfAddress = server.createRateLimit({
    max: SIGN_INS_OF_ADDRESS_MAX,
    timeWindow: SIGN_IN_WINDOW_MS,
  });
  const countOfName = server.createRateLimit({
    max: SIGN_INS_OF_NAME_MAX,
    timeWindow: SIGN_IN_WINDOW_MS,
    keyGenerator: ({ body }) => nameIn(body),
  });
  const countOfCaller = server.createRateLimit({
    max: SIGN_INS_OF_NAME_MAX,
    timeWindow: SIGN_IN_WINDOW_MS,
    keyGenerator: ({ caller }) => `password of ${caller.name}`,
  });

  server.post(PATH, { config: { isOpen: true } }, async (request, reply) => {
    requireOwnOrigin(request);
    await requireFew(countOfAddress, request, reply, 'of this address');
    await requireFew(countOfName, request, reply, 'with this name');
    request.told.act = 'session.begin';
    const { cookie, userName, role, expiresAt } = await signIn(app, request.body);
    request.caller = { name: userName, role, via: 'api' };
    void reply.setCookie(name, cookie, { ...cookieOptions, expires: expiresAt });
    return { name: userName, role, expiresAt, csrfToken: csrfTokenOf(cookie) };
  });

  server.get(PATH, async (request) => {
    const { role, name: callerName } = request.caller;
    const cookie = request.headers.authorization === undefined ? request.cookies[name] : undefined;
    const session = cookie === undefined ? null : await sessionOfCookie(app, cookie);
    return {
      name: callerName,
      role,
      expiresAt: session?.expiresAt ?? null,
      csrfToken: session && cookie !== undefined ? csrfTokenOf(cookie) : null,
    };
  });

  server.post(`${PATH}/password`, async (request, reply) => {
    const cookie = request.headers.authorization === undefined ? request.cookies[name] : undefined;
    if (cookie === undefined) throw httpError(400, 'a program has a token and no password');
    await requireFew(countOfCaller, request, reply, 'as this person');
    request.told.act = 'session.password';
    await changeOwnPassword(app, { caller: request.caller, cookie, given: request.body });
    return reply.code(204).send();
  });

  server.delete(PATH, async (request, reply) => {
    request.told.act = 'session.end';
    // By a token the caller is a program, and the session of a person is not its own to end.
    const cookie = request.headers.authorization === undefined ? request.cookies[name] : undefined;
    if (cookie === undefined) throw httpError(400, 'a program has a token and no session');
    const { issuer } = await signOut(app, cookie, request.caller);
    void reply.clearCookie(name, cookieOptions);
    const continueAt = issuer !== null && issuer === provider?.issuer ? await provider.signOutUrl() : null;
    return continueAt === null ? reply.code(204).send() : { continueAt: continueAt.href };
  });
}

/** No script reads it, and no other site makes a browser send it. */
export function sessionCookie(isSecure: boolean) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure } as const;
}

type Count = ReturnType<FastifyInstance['createRateLimit']>;

/** @throws AtpError TOO_MANY_REQUESTS */
export async function requireFew(
  count: Count,
  request: FastifyRequest,
  reply: FastifyReply,
  whose: string,
): Promise<void> {
  const counted = await count(request);
  if (counted.isAllowed || !counted.isExceeded) return;
  void reply.header('retry-after', counted.ttlInSeconds);
  throw new AtpError('TOO_MANY_REQUESTS', { reason: `too many tries to sign in ${whose}` });
}

/**
 * The same for all spellings that sign in the same person. What can be nobody's name is counted as one: a name of a
 * whole body would be kept as it is, and there are letters whose small ones Postgres takes for those of ASCII.
 */
function nameIn(body: unknown): string {
  const isNamed = typeof body === 'object' && body !== null && 'userName' in body;
  if (!isNamed || typeof body.userName !== 'string') return '';
  return /^[\x21-\x7e]{1,63}$/.test(body.userName) ? body.userName.toLowerCase() : '';
}
