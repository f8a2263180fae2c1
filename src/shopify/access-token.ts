/**
 * The access token of a shop: the token of its credential itself, or one that Shopify grants to its app for a day
 * (Shopify documentation, "Client credentials grant"). All clients of the process share granted tokens, and renew them from
 * half of their life on, beside the calls: so there is half a day to mend an app to which Shopify grants none any more.
 */
import { z } from 'zod';
import { AtpError, isCoded } from '../domain/errors.ts';
import { SHOPIFY_CALL_TIMEOUT_MS, TOKEN_RENEWAL_APART_MS, TOKEN_RENEWED_EARLY_MS } from '../domain/limits.ts';
import { answerTooLongError, beginSending, fetchFrom, type Endpoint } from './admin-endpoint.ts';
import { failureOf } from './call-failure.ts';
import type { Credential } from './credential.ts';

export interface AccessToken {
  /** Throws SHOPIFY_UNREACHABLE, SHOPIFY_ACCESS_DENIED, SHOPIFY_RESPONSE_UNEXPECTED when it has to be granted. */
  get(): Promise<string>;
  /** Tells that Shopify has refused this token. True when `get` may give another one. */
  discard(token: string): boolean;
  /** That Shopify has refused to renew the token that is still used; null: it has not. */
  refusedRenewal(): RefusedRenewal | null;
}

export interface RefusedRenewal {
  /** When the token is used no longer. */
  readonly endsAt: Date;
  /** Without the credential. */
  readonly reason: string;
}

interface GrantedToken {
  readonly token: string;
  readonly endsAt: number;
  renewAt: number;
  refusal: string | null;
}

/** By shop and app. Promises, so that many calls at once ask for a token only once. */
const granted = new Map<string, Promise<GrantedToken>>();

export function accessToken(source: Endpoint, credential: Credential): AccessToken {
  if (credential.kind === 'token') {
    return { get: () => Promise.resolve(credential.token), discard: () => false, refusedRenewal: () => null };
  }
  const name = JSON.stringify([
    source.adminUrl ?? source.domain,
    credential.clientId,
    credential.clientSecret,
  ]);
  let last: GrantedToken | null = null;
  const ask = (): Promise<GrantedToken> => {
    const asked = grant(source, credential);
    granted.set(name, asked);
    // A failure is not remembered: the secret may be corrected meanwhile.
    asked.catch(() => granted.delete(name));
    return asked;
  };
  return {
    async get() {
      const asked = granted.get(name) ?? ask();
      const current = await asked;
      if (Date.now() >= current.endsAt && granted.get(name) === asked) granted.delete(name);
      else if (Date.now() >= current.renewAt) renew(current);
      last = await (granted.get(name) ?? ask());
      return last.token;
    },
    discard(token) {
      if (token === last?.token) granted.delete(name);
      return true;
    },
    refusedRenewal: () =>
      last?.refusal == null ? null : { endsAt: new Date(last.endsAt), reason: last.refusal },
  };

  /** Beside the calls, which go on with the token that is there. */
  function renew(current: GrantedToken): void {
    current.renewAt = Date.now() + TOKEN_RENEWAL_APART_MS;
    const asked = grant(source, credential as ClientCredential);
    asked.then(
      () => granted.set(name, asked),
      (error: unknown) => {
        // Of a Shopify that is away others tell.
        if (isCoded(error, 'SHOPIFY_ACCESS_DENIED')) current.refusal = error.message;
      },
    );
  }
}

type ClientCredential = Extract<Credential, { kind: 'client' }>;

const ANSWER = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

async function grant(
  { shopId, domain, adminUrl }: Endpoint,
  { clientId, clientSecret }: ClientCredential,
): Promise<GrantedToken> {
  const endpoint =
    adminUrl === null
      ? `https://${domain}/admin/oauth/access_token`
      : adminUrl.replace(/\/admin\/api\/[^/]+\/graphql\.json$/, '/admin/oauth/access_token');
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const failure = (status: number | null, reason: string): AtpError =>
    failureOf(domain, {
      call: 'read',
      wasSent: true,
      status,
      reason,
      retryAfter: null,
      requestId: null,
      errors: [],
      cost: null,
    });
  const askedAt = Date.now();
  let response: Response;
  const sending = beginSending();
  try {
    const place = { shopId, domain, adminUrl: adminUrl === null ? null : endpoint };
    response = await fetchFrom(place)(null, sending)(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      signal: AbortSignal.timeout(SHOPIFY_CALL_TIMEOUT_MS),
    });
  } catch (error) {
    if (sending.isAnswerTooLong) throw answerTooLongError(domain);
    throw failure(null, (error as Error).message);
  }
  // Shopify answers 400 when it does not know the app, or the secret is not the app's.
  if (response.status === 400) {
    throw new AtpError('SHOPIFY_ACCESS_DENIED', {
      domain,
      reason: `it grants no token to app ${clientId}; check its id and secret, and that it is installed in this shop`,
    });
  }
  if (!response.ok) throw failure(response.status, `it answers HTTP ${response.status}`);
  const parsed = ANSWER.safeParse(await response.json().catch(() => null));
  if (!parsed.success) {
    throw new AtpError('SHOPIFY_RESPONSE_UNEXPECTED', {
      reason: `the answer of ${domain} has no access token in it`,
    });
  }
  const { access_token: token, expires_in: seconds } = parsed.data;
  const lifeMs = seconds * 1000;
  const endsAt = askedAt + lifeMs - TOKEN_RENEWED_EARLY_MS;
  return { token, endsAt, renewAt: askedAt + lifeMs / 2, refusal: null };
}
