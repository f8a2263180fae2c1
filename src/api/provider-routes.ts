/** `/api/session/oidc`: a person signs in at the OpenID provider, and comes back signed in here. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IdentityProvider } from '../domain/identity-provider.ts';
import { OIDC_SIGN_IN_MS, SIGN_IN_WINDOW_MS, SIGN_INS_OF_ADDRESS_MAX } from '../domain/limits.ts';
import { beginSignIn, endSignIn } from '../operations/access/provided-sign-in.ts';
import type { Application } from '../operations/application.ts';
import { cookieName } from './caller.ts';
import { answerWithProblem, httpError } from './problem.ts';
import { queryOf } from './query.ts';
import { requireFew, sessionCookie } from './session-routes.ts';
import { refusedPage, signedInPage } from './sign-in-pages.ts';

const START = '/api/session/oidc';
const CALLBACK = `${START}/callback`;

export function addProviderRoutes(
  server: FastifyInstance,
  app: Application,
  provider: IdentityProvider | null,
  isSecure: boolean,
): void {
  const pending = isSecure ? '__Host-atp-oidc' : 'atp-oidc';
  // The browser comes back by a link of another site, and a cookie that is "strict" would stay at home.
  const pendingCookie = { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure } as const;
  const countOfAddress = server.createRateLimit({
    max: SIGN_INS_OF_ADDRESS_MAX,
    timeWindow: SIGN_IN_WINDOW_MS,
  });
  const config = { isOpen: true };
  const errorHandler = answerForPeople;

  server.get('/api/session/ways', { config }, async () => ({
    password: true,
    oidc: provider === null ? null : { issuer: provider.issuer, start: START },
  }));

  server.get(START, { config, errorHandler }, async (request, reply) => {
    request.told.act = 'session.ask';
    const { cookie, url } = await beginSignIn(requireProvider(provider), redirectUriOf(request));
    const expires = new Date(Date.now() + OIDC_SIGN_IN_MS);
    return reply.setCookie(pending, cookie, { ...pendingCookie, expires }).redirect(url.href);
  });

  server.get(CALLBACK, { config, errorHandler }, async (request, reply) => {
    await requireFew(countOfAddress, request, reply, 'of this address');
    request.told.act = 'session.begin';
    // It is good for one try.
    void reply.clearCookie(pending, pendingCookie);
    const { cookie, userName, role, expiresAt } = await endSignIn(app, requireProvider(provider), {
      cookie: request.cookies[pending] ?? null,
      query: queryOf(request),
      redirectUri: redirectUriOf(request),
    });
    request.caller = { name: userName, role, via: 'api' };
    void reply.setCookie(cookieName(isSecure), cookie, { ...sessionCookie(isSecure), expires: expiresAt });
    return reply.type('text/html; charset=utf-8').send(signedInPage());
  });
}

/** Where the provider sends the browser back to: the host is one of ours, which was checked before. */
function redirectUriOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${host}${CALLBACK}`;
}

/** @throws HTTP 404 */
function requireProvider(provider: IdentityProvider | null): IdentityProvider {
  if (provider !== null) return provider;
  throw httpError(404, 'people sign in by a password only: ATP_OIDC_ISSUER is not set');
}

/** These addresses are opened by browsers: a person reads what happened. */
function answerForPeople(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const asPage = /\btext\/html\b/i.test(request.headers.accept ?? '');
  answerWithProblem(error, request, reply, asPage ? refusedPage : undefined);
}
