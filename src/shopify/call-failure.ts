/**
 * What a failed call to Shopify means for us: which of Shopify's signals becomes which of our codes.
 *
 * | signal | code |
 * |---|---|
 * | no answer, 408, 5xx, a 2xx that is no GraphQL answer, INTERNAL_SERVER_ERROR | SHOPIFY_UNREACHABLE: nobody knows whether it was executed |
 * | 429, THROTTLED | SHOPIFY_THROTTLED: not executed; try again after `detail.waitMs` |
 * | 401, 403, ACCESS_DENIED | SHOPIFY_ACCESS_DENIED |
 * | 3xx, 402 frozen, 404 no such shop, 423 locked, 430 security, other 4xx, other top-level errors | SHOPIFY_REQUEST_REFUSED |
 *
 * Sources: Shopify documentation "Response codes" and "Rate limits"; the shapes of errors as recorded on a development
 * store. When the status is not 2xx it alone decides, since the client does not read the body of such an answer.
 */
import { AtpError } from '../domain/errors.ts';
import { SHOPIFY_PAUSE_MAX_MS, SHOPIFY_PAUSE_MIN_MS } from '../domain/limits.ts';
import type { CallKind } from './documents.ts';

/** Of a write's SHOPIFY_UNREACHABLE, in `detail.call`: there was no connection, for example. */
const UNSENT_WRITE = 'unsent-write';

export interface FailedCall {
  readonly call: CallKind;
  /** False: it was not sent as a whole, so nothing of it was executed. */
  readonly wasSent: boolean;
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** What went wrong, in the words of whoever noticed it. Without headers, which contain the token. */
  readonly reason: string;
  /** Of the `Retry-After` header: seconds, at Shopify with a fraction. */
  readonly retryAfter: string | null;
  /** Of the `X-Request-Id` header, for Shopify's support. */
  readonly requestId: string | null;
  readonly errors: readonly TopLevelError[];
  readonly cost: QueryCost | null;
}

/** An element of the answer's `errors`. */
export interface TopLevelError {
  readonly message: string;
  readonly code: string | null;
}

/** Of `extensions.cost`, in points. */
export interface QueryCost {
  readonly requested: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

export function failureOf(domain: string, call: FailedCall): AtpError {
  const { status } = call;
  if (status === null) return unreachableError(domain, call.reason, call);
  if (status === 429) return throttledError(domain, secondsIn(call.retryAfter) * 1000);
  if (status === 401 || status === 403) return deniedError(domain, `it answers HTTP ${status}`);
  if (status === 408 || status >= 500) return unreachableError(domain, `it answers HTTP ${status}`, call);
  if (status < 200 || status >= 300) {
    return refusedError(domain, MEANING_OF_STATUS[status] ?? `it answers HTTP ${status}`);
  }
  return call.errors.length > 0 ? failureInAnswer(domain, call) : unreachableError(domain, call.reason, call);
}

const MEANING_OF_STATUS: Readonly<Record<number, string>> = {
  402: 'the shop is frozen (HTTP 402)',
  404: 'there is no such shop or API version (HTTP 404)',
  423: 'the shop is locked (HTTP 423)',
  430: 'Shopify’s security rules block this client (HTTP 430)',
};

/**
 * Of several errors, the one that leaves it open whether the call was executed counts first: such a call must be
 * repeated.
 */
function failureInAnswer(domain: string, call: FailedCall): AtpError {
  const withCode = (code: string) => call.errors.find((error) => error.code === code);
  const internal = withCode('INTERNAL_SERVER_ERROR');
  if (internal) return unreachableError(domain, internal.message, call);
  if (withCode('THROTTLED')) return throttledError(domain, msUntilAffordable(call.cost));
  const noAccess = withCode('ACCESS_DENIED');
  if (noAccess) return deniedError(domain, noAccess.message);
  const [first] = call.errors;
  return refusedError(domain, `${first?.message ?? ''}${first?.code ? ` (${first.code})` : ''}`);
}

function unreachableError(domain: string, reason: string, failed: FailedCall): AtpError {
  const { requestId, call, wasSent } = failed;
  const request = requestId === null ? '' : ` (request ${requestId})`;
  const kind = call === 'write' && !wasSent ? UNSENT_WRITE : call;
  return new AtpError('SHOPIFY_UNREACHABLE', { domain, reason: `${reason}${request}`, call: kind });
}

/** The call was not executed. It may be sent after the pause, kept within the bounds of a pause. */
export function throttledError(domain: string, pauseMs: number): AtpError {
  const waitMs = Math.min(SHOPIFY_PAUSE_MAX_MS, Math.max(SHOPIFY_PAUSE_MIN_MS, Math.ceil(pauseMs)));
  return new AtpError('SHOPIFY_THROTTLED', { domain, waitMs });
}

function deniedError(domain: string, reason: string): AtpError {
  return new AtpError('SHOPIFY_ACCESS_DENIED', { domain, reason });
}

function refusedError(domain: string, reason: string): AtpError {
  return new AtpError('SHOPIFY_REQUEST_REFUSED', { domain, reason });
}

/** Shopify sends seconds. A date, which HTTP allows, too, counts as 0. */
function secondsIn(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? '');
  return Number.isFinite(seconds) ? seconds : 0;
}

/** Until the bucket has the points that the call asks for. */
function msUntilAffordable(cost: QueryCost | null): number {
  if (!cost || cost.restoreRate <= 0) return 0;
  return ((cost.requested - cost.currentlyAvailable) * 1000) / cost.restoreRate;
}

/** Whether the failure of a write says that Shopify has executed nothing of it. */
export function wasNotExecuted(error: unknown): boolean {
  if (!(error instanceof AtpError)) return false;
  if (error.code === 'SHOPIFY_THROTTLED' || error.code === 'CALL_NOT_SENT_IN_TIME') return true;
  return error.code === 'SHOPIFY_UNREACHABLE' && error.detail['call'] === UNSENT_WRITE;
}
