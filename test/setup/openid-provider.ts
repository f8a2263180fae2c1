/** An OpenID provider of others: `oidc-provider` from npm, on a port of its own. It signs in whoever the test names. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { cleanUp } from './clean-up.ts';

export const CLIENT = { id: 'atp-sync', secret: 'the-secret-of-atp-sync' } as const;

export interface Person {
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface OpenIdProvider {
  readonly issuer: string;
  /** Who signs in next; null: a person who gives no consent. */
  person: Person | null;
  /** Changes the claims of ID tokens, which are signed again by the provider's own key. */
  changed: (claims: Record<string, unknown>) => object;
  /** Whose key signs changed tokens: its own by default. */
  signedBy: KeyObject;
  /** Paths that it was asked for. */
  readonly asked: string[];
  /** Takes the client whose browser comes back to this address. */
  open(redirectUri: string): void;
  stop(): Promise<void>;
}

/** It listens, and answers 503 until it is opened. */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = (_request: unknown, response: { writeHead(status: number): { end(): void } }) =>
    response.writeHead(503).end();
  server.on('request', closed);
  cleanUp(() => stop(server));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const own: OpenIdProvider = {
    ...{ issuer, person: null, asked: [], signedBy: privateKey },
    changed: (claims) => claims,
    open: (redirectUri) => {
      const provider = makeProvider(own, privateKey, redirectUri);
      const answer = provider.callback();
      server.off('request', closed);
      server.on('request', (request, response) => {
        own.asked.push(request.url?.split('?')[0] ?? '');
        void answer(request, response);
      });
    },
    stop: () => stop(server),
  };
  return own;
}

function makeProvider(own: OpenIdProvider, key: KeyObject, redirectUri: string): Provider {
  const provider = new Provider(own.issuer, {
    clients: [
      {
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] },
        ...{ response_types: ['code'], grant_types: ['authorization_code'] },
      },
    ],
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    cookies: { keys: ['of this test'] },
    claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email'], groups: ['groups'] },
    // Claims of scopes are in the ID token, as most providers have it; without the scope they are not.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ ...own.person?.claims, sub: accountId }),
    }),
    loadExistingGrant: async ({ oidc }) => {
      const accountId = oidc.session?.accountId ?? '';
      const grant = new oidc.provider.Grant({ clientId: CLIENT.id, accountId });
      grant.addOIDCScope('openid profile email groups');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    if (context.path.startsWith('/interaction/')) {
      const { person } = own;
      await provider.interactionFinished(
        ...[context.req, context.res],
        person === null
          ? { error: 'access_denied', error_description: 'no' }
          : { login: { accountId: person.subject, remember: false } },
      );
      context.respond = false;
      return;
    }
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path === '/token' && body?.id_token !== undefined) {
      context.body = { ...body, id_token: resigned(body.id_token, own) };
    }
  });
  return provider;
}

function resigned(token: string, { changed, signedBy }: OpenIdProvider): string {
  const [header = '', payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const text = `${header}.${Buffer.from(JSON.stringify(changed(claims))).toString('base64url')}`;
  return `${text}.${sign('sha256', Buffer.from(text), signedBy).toString('base64url')}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
