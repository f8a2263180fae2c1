/** Signing in at an OpenID provider: authorization code, PKCE, state and nonce, and an ID token whose signature is checked. */
import * as client from 'openid-client';
import { AtpError } from '../domain/errors.ts';
import type { IdentityProvider, ProvidedIdentity, ProviderSettings } from '../domain/identity-provider.ts';
import { OIDC_DISCOVERY_KEPT_MS, OIDC_GROUPS_MAX, OIDC_TIMEOUT_MS } from '../domain/limits.ts';
import { isLoopbackHost } from '../domain/loopback.ts';
import { refusalOf, unreachable } from './provider-errors.ts';
import type { Environment } from '../secrets/read-secret.ts';
import { readClientSecret } from './client-secret.ts';

interface Known {
  readonly config: client.Configuration;
  readonly secret: string;
  readonly at: number;
}

export interface ProviderOptions {
  /** What an `env:NAME` reference is looked up in. */
  readonly environment: Environment;
  /** How long one request to the provider may take. */
  readonly timeoutMs?: number;
}

/** Nothing is asked before somebody signs in. What the provider says of itself is kept for OIDC_DISCOVERY_KEPT_MS. */
export function openProvider(
  settings: ProviderSettings,
  { environment, timeoutMs = OIDC_TIMEOUT_MS }: ProviderOptions,
): IdentityProvider {
  const { issuer, clientId, scopes, roleClaim, roles } = settings;
  let known: Known | null = null;
  let asking: Promise<Known> | null = null;

  const discover = async (secret: string): Promise<Known> => {
    const server = new URL(issuer);
    const config = await client
      .discovery(server, clientId, undefined, client.ClientSecretBasic(secret), {
        timeout: timeoutMs / 1000,
        execute: [
          client.enableNonRepudiationChecks,
          // The configuration has http:// on this machine only.
          ...(isLoopbackHost(server.hostname) ? [client.allowInsecureRequests] : []),
        ],
      })
      .catch((error: unknown) => {
        throw unreachable(issuer, error);
      });
    return (known = { config, secret, at: performance.now() });
  };

  /** All who sign in at once wait for one answer. What failed is asked again by whoever comes next. */
  const configNow = async (): Promise<client.Configuration> => {
    const secret = readClientSecret(settings.clientSecretRef, environment);
    const last = known?.secret === secret ? known : null;
    if (last && performance.now() - last.at < OIDC_DISCOVERY_KEPT_MS) return last.config;
    asking ??= discover(secret).finally(() => (asking = null));
    return asking.then(
      ({ config }) => config,
      (error: unknown) => {
        // What it said of itself hardly ever changes: the old word is better than none.
        if (last) return last.config;
        throw error;
      },
    );
  };

  return {
    issuer,
    roleClaim,
    roles,
    startUrl: async ({ state, nonce, verifier, redirectUri }) =>
      client.buildAuthorizationUrl(await configNow(), {
        ...{ redirect_uri: redirectUri, scope: scopes, state, nonce },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
    finish: async (query, { state, nonce, verifier, redirectUri }) => {
      const config = await configNow();
      const current = Object.assign(new URL(redirectUri), { search: query.toString() });
      try {
        const tokens = await client.authorizationCodeGrant(config, current, {
          ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
          idTokenExpected: true,
        });
        const idToken = tokens.claims() as Claims;
        return identityOf(
          { ...(await moreClaims(config, tokens.access_token, idToken)), ...idToken },
          roleClaim,
        );
      } catch (error) {
        throw refusalOf(issuer, error);
      }
    },
    signOutUrl: async () => {
      // Whoever is signed out here is so, whatever the provider can do about its own session.
      const config = await configNow().catch(() => null);
      if (config?.serverMetadata().end_session_endpoint === undefined) return null;
      return client.buildEndSessionUrl(config);
    },
  };

  /** Some providers keep groups out of the ID token, and tell them to whoever asks with the access token. */
  async function moreClaims(
    config: client.Configuration,
    accessToken: string,
    idToken: Claims,
  ): Promise<Readonly<Record<string, unknown>>> {
    const hasAll = roleClaim in idToken;
    if (hasAll || config.serverMetadata().userinfo_endpoint === undefined) return {};
    return client.fetchUserInfo(config, accessToken, idToken.sub);
  }
}

type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

function identityOf(claims: Claims, roleClaim: string): ProvidedIdentity {
  const names = [claims['preferred_username'], claims['email']].filter(isText);
  const groups = claims[roleClaim];
  const named = (Array.isArray(groups) ? groups : [groups]).filter(isText);
  // Nobody is let in by a part of the groups: a later one may give less, but never more than a person has.
  if (named.length > OIDC_GROUPS_MAX)
    throw new AtpError('OIDC_REFUSED', { reason: 'it names too many groups' });
  return { subject: claims.sub, names, groups: named };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
