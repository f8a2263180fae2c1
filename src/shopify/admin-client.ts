/** One shop's client: an operation and its variables in, its data out, or one coded error. */
import { createAdminApiClient } from '@shopify/admin-api-client';
import type { z } from 'zod';
import { AtpError } from '../domain/errors.ts';
import { SEND_WITHIN_MS, SHOPIFY_CALL_TIMEOUT_MS } from '../domain/limits.ts';
import { sendableForMs, type SendDeadline } from '../domain/send-deadline.ts';
import { accessToken, type RefusedRenewal } from './access-token.ts';
import type { Environment } from '../secrets/read-secret.ts';
import { readCredential, type TokenReference } from './credential.ts';
import { answerTooLongError, beginSending, fetchFrom, type Sending } from './admin-endpoint.ts';
import { failureOf, type FailedCall, type TopLevelError } from './call-failure.ts';
import { callKind, DOCUMENTS, type OperationName } from './documents.ts';
import { reportedCost, type ReportedCost } from './reported-cost.ts';
import { readClocks } from './send-request.ts';
import { quotaOf } from './shop-quota.ts';
import { wordsOfShopify } from './words-of-shopify.ts';

export interface ShopConnection extends TokenReference {
  readonly domain: string;
  readonly locationId: string;
  /** The whole endpoint of a stand-in on the loopback; null: Shopify itself. */
  readonly adminUrl: string | null;
  readonly apiVersion: string;
}

export interface ClientOptions {
  /** Where `env:NAME` is looked up; default: the process's. */
  readonly environment?: Environment;
  /** Called once for each thing that still works but will end, such as an API version that Shopify has retired. */
  readonly onWarning?: (warning: string) => void;
  /** Called at the end of each call. */
  readonly onCall?: (call: EndedCall) => void;
}

export interface EndedCall {
  readonly shopId: string;
  /** When it began to wait for the shop's quota, by `performance.now()`. */
  readonly begunAt: number;
  /** What it failed with; undefined: it was answered, maybe with a refusal of its rows. */
  readonly error: unknown;
  /** Points of the shop's quota that are left; null: no answer has told yet. */
  readonly pointsLeft: number | null;
}

export interface AdminClient {
  /**
   * Waits until the shop's quota allows the call, and sends it once. Throws the codes of call-failure.ts, and
   * SHOPIFY_RESPONSE_UNEXPECTED when the data has an unknown shape or the answer is too long. With a deadline, also
   * CALL_NOT_SENT_IN_TIME.
   */
  request<Data>(
    operation: OperationName,
    variables: object,
    shape: z.ZodType<Data>,
    deadline?: SendDeadline,
  ): Promise<Data>;
  refusedRenewal(): RefusedRenewal | null;
  /** Points a second that the shop's plan restores; null: no answer has told yet. */
  restoreRate(): number | null;
}

/** @throws AtpError SHOPIFY_CREDENTIAL_MISSING, INPUT_INVALID (domain, adminUrl) */
export function adminClient(shop: ShopConnection, options: ClientOptions): AdminClient {
  // eslint-disable-next-line no-restricted-syntax -- a shop names its variable itself, so it cannot be in src/config
  const { environment = process.env } = options;
  const warn = warnOnce(options.onWarning ?? (() => undefined));
  const fetchBy = fetchFrom(shop);
  const access = accessToken(shop, readCredential(shop, environment));
  // One for each call: a client keeps its token and its `fetch` for good.
  const clientWith = (token: string, deadline: SendDeadline | null, sending: Sending) =>
    createAdminApiClient({
      storeDomain: shop.domain,
      apiVersion: shop.apiVersion,
      accessToken: token,
      userAgentPrefix: 'atp-sync',
      // The client's own retries wait milliseconds where Shopify asks for seconds, and do not retry THROTTLED.
      retries: 0,
      customFetchApi: fetchBy(deadline, sending),
      logger: warningsOf(shop, warn),
    });
  const quota = quotaOf(shop);
  return tellEnds(options.onCall, shop, {
    refusedRenewal: () => access.refusedRenewal(),
    restoreRate: () => quota.restoreRate,
    async request(operation, variables, shape, deadline) {
      const msLeft = () => (deadline ? sendableForMs(deadline, readClocks()) : Infinity);
      const admission = await quota.admit(operation, msLeft());
      const sending = beginSending();
      const signal = AbortSignal.timeout(SHOPIFY_CALL_TIMEOUT_MS);
      let cost: ReportedCost | null = null;
      let answer: Answer = {};
      try {
        const send = async (token: string) => {
          const client = clientWith(token, deadline ?? null, sending);
          answer = await client.request<unknown>(DOCUMENTS[operation], { variables, signal });
          return answer.errors?.networkStatusCode === UNAUTHORIZED && access.discard(token);
        };
        // A refused token means that nothing was executed, so a new one may try. Only once: a second refusal is real.
        if (await send(await access.get())) await send(await access.get());
        cost = reportedCost(answer.extensions);
      } finally {
        admission.settle(cost);
      }
      const servedVersion = answer.headers?.get('x-shopify-api-version') ?? shop.apiVersion;
      if (servedVersion !== shop.apiVersion) {
        warn(
          `Shopify answers ${shop.domain} with API version ${servedVersion} instead of ${shop.apiVersion}.`,
        );
      }
      if (answer.errors) {
        const { hasLeft: wasSent, isAnswerTooLong } = sending;
        if (isAnswerTooLong) throw answerTooLongError(shop.domain);
        if (!wasSent && msLeft() === 0) {
          throw new AtpError('CALL_NOT_SENT_IN_TIME', {
            domain: shop.domain,
            seconds: SEND_WITHIN_MS / 1000,
          });
        }
        const reason = signal.aborted
          ? `no complete answer within ${SHOPIFY_CALL_TIMEOUT_MS / 1000} s`
          : undefined;
        throw failureOf(shop.domain, {
          call: callKind(operation),
          wasSent,
          ...failedCall(answer.errors, cost, reason),
        });
      }
      return parseAnswer(operation, answer.data, shape);
    },
  });
}

function tellEnds(onCall: ClientOptions['onCall'], shop: ShopConnection, client: AdminClient): AdminClient {
  if (!onCall) return client;
  return {
    ...client,
    async request(...call) {
      const begunAt = performance.now();
      const tell = (error: unknown): void => {
        onCall({ shopId: shop.shopId, begunAt, error, pointsLeft: quotaOf(shop).pointsLeft });
      };
      try {
        const data = await client.request(...call);
        tell(undefined);
        return data;
      } catch (error) {
        tell(error);
        throw error;
      }
    },
  };
}

type AdminApiClientOptions = Parameters<typeof createAdminApiClient>[0];
type Answer = Awaited<ReturnType<ReturnType<typeof createAdminApiClient>['request']>>;

function failedCall(
  errors: NonNullable<Answer['errors']>,
  cost: ReportedCost | null,
  reason = (errors.message ?? '').replace(/^GraphQL Client: /, ''),
): Omit<FailedCall, 'call' | 'wasSent'> {
  const { response, networkStatusCode, graphQLErrors } = errors;
  return {
    status: networkStatusCode ?? null,
    reason,
    retryAfter: response?.headers.get('retry-after') ?? null,
    requestId: response?.headers.get('x-request-id') ?? null,
    errors: topLevelErrors(graphQLErrors),
    cost: cost && { requested: cost.requested, ...cost.throttleStatus },
  };
}

/**
 * Shopify sometimes answers with a text, or an object of texts, instead of the list that GraphQL prescribes.
 */
function topLevelErrors(errors: unknown): readonly TopLevelError[] {
  if (errors === undefined || errors === null) return [];
  if (!Array.isArray(errors)) {
    const message = typeof errors === 'string' ? errors : JSON.stringify(errors);
    return [{ message: wordsOfShopify(message), code: null }];
  }
  return errors.map((error: { message?: unknown; extensions?: { code?: unknown } }) => {
    const code = error.extensions?.code;
    return { message: wordsOfShopify(String(error.message)), code: typeof code === 'string' ? code : null };
  });
}

function parseAnswer<Data>(operation: OperationName, data: unknown, shape: z.ZodType<Data>): Data {
  const parsed = shape.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const reason = `${operation}: ${issue?.path.join('.') || 'the data'}: ${issue?.message ?? 'it has an unknown shape'}`;
  throw new AtpError('SHOPIFY_RESPONSE_UNEXPECTED', { reason });
}

/** The client's log entries contain the request with its token, so only these two facts are taken from them. */
function warningsOf(shop: ShopConnection, warn: (warning: string) => void) {
  const logger: NonNullable<AdminApiClientOptions['logger']> = (entry) => {
    if (entry.type === 'Unsupported_Api_Version') {
      warn(`Shopify may have retired API version ${shop.apiVersion} of ${shop.domain}.`);
    }
    if (entry.type === 'HTTP-Response-GraphQL-Deprecation-Notice') {
      warn(`Shopify will end something that we use in ${shop.domain} (a deprecation notice).`);
    }
  };
  return logger;
}

const UNAUTHORIZED = 401;

function warnOnce(tell: (warning: string) => void): (warning: string) => void {
  const told = new Set<string>();
  return (warning) => {
    if (told.has(warning)) return;
    told.add(warning);
    tell(warning);
  };
}
