/**
 * When a shop's quota allows the next request. Shopify keeps a bucket of points per app and shop: a request is charged
 * the points it asks for before it is executed, points come back at a steady rate up to the bucket's size, and each
 * answer tells the bucket's state (Shopify documentation, "Rate limits").
 *
 * As long as nobody else spends, we never assume more points than the bucket has: we subtract a request when we send it,
 * which is before Shopify charges it, and while it may still be charged, its points are not restored on our side.
 *
 * The state in an answer is older than its arrival, and answers overtake each other, so we do not simply take it over.
 * But when it tells fewer points than we have assumed at any time since its request was sent, somebody else has spent
 * the difference.
 */

import { CALLS_IN_FLIGHT, CALLS_IN_FLIGHT_MAX, POINTS_PER_CALL_IN_FLIGHT } from './limits.ts';

/** As Shopify answers it: `extensions.cost.throttleStatus`, in points and points a second. */
export interface ThrottleStatus {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** The bucket as we know it at one instant. */
export interface KnownQuota {
  /** `currentlyAvailable` is below zero when somebody else has spent points of a request that is on its way. */
  readonly status: ThrottleStatus;
  readonly onTheWay: readonly SentRequest[];
}

/** A request without an answer yet. Its points are subtracted from the quota already. */
export interface SentRequest {
  readonly id: number;
  readonly cost: number;
  /** The fewest points that we have assumed in the bucket since it was sent. */
  readonly fewestKnown: number;
}

/** What an answer tells of the quota. */
export interface ToldQuota {
  /** Points that Shopify has charged for the request in the end; null when it was throttled, and so not charged. */
  readonly charged: number | null;
  readonly status: ThrottleStatus;
}

/**
 * How many chunks of a file are worth having on their way at once, by what the shop's plan restores. With fewer, points are left
 * unused while each waits for Shopify's answers; with more, they only wait for points.
 *
 * @param restoreRate points a second; null: not known yet
 */
export function callsInFlight(restoreRate: number | null): number {
  const paidFor = Math.floor((restoreRate ?? 0) / POINTS_PER_CALL_IN_FLIGHT);
  return Math.min(CALLS_IN_FLIGHT_MAX, Math.max(CALLS_IN_FLIGHT, paidFor));
}

/**
 * Milliseconds until a request of so many points can be paid: 0 when it can be paid now. Infinity when time alone does
 * not help, because the requests on their way leave too little of the bucket: then the next answer decides.
 *
 * @param cost points; if it is more than the bucket's size, the request waits for a full bucket, and Shopify's answer
 *   says what is wrong with it
 * @param elapsedMs since `quota` was known
 */
export function waitBeforeRequest(cost: number, quota: KnownQuota, elapsedMs: number): number {
  const { maximumAvailable, currentlyAvailable, restoreRate } = quota.status;
  const needed = Math.min(cost, maximumAvailable);
  if (needed > ceilingOf(quota)) return Infinity;
  const missing = needed - currentlyAvailable;
  if (missing <= 0) return 0;
  return Math.max(0, Math.ceil((missing * 1000) / restoreRate - elapsedMs));
}

/** The quota after a time in which no request was sent and no answer came. */
export function quotaAfter(quota: KnownQuota, elapsedMs: number): KnownQuota {
  const { currentlyAvailable, restoreRate } = quota.status;
  const restored = currentlyAvailable + (restoreRate * elapsedMs) / 1000;
  return withAvailable(quota, Math.min(ceilingOf(quota), restored));
}

/** The quota once a request of so many points is on its way. */
export function quotaWhenSent(quota: KnownQuota, { id, cost }: { id: number; cost: number }): KnownQuota {
  const left = quota.status.currentlyAvailable - cost;
  const earlier = quota.onTheWay.map((sent) => ({ ...sent, fewestKnown: Math.min(sent.fewestKnown, left) }));
  return withAvailable({ ...quota, onTheWay: [...earlier, { id, cost, fewestKnown: left }] }, left);
}

/** The quota once the answer to a request is there. */
export function quotaWhenAnswered(quota: KnownQuota, id: number, told: ToldQuota): KnownQuota {
  const { request, others } = splitOff(quota, id);
  if (!request) return quota;
  const unused = request.cost - (told.charged ?? 0);
  const spentByOthers = Math.max(0, request.fewestKnown - told.status.currentlyAvailable);
  const known = quota.status.currentlyAvailable + unused - spentByOthers;
  const answered = {
    status: told.status,
    onTheWay: others.map((sent) => ({ ...sent, fewestKnown: sent.fewestKnown - spentByOthers })),
  };
  // Careful after a throttled request: those on their way may not be charged yet.
  const most =
    told.charged === null ? told.status.currentlyAvailable - pointsOf(others) : ceilingOf(answered);
  return withAvailable(answered, Math.min(known, most));
}

/**
 * The quota once the first answer is there. Until then `quota` was a guess; only its requests on their way are facts.
 */
export function quotaWhenFirstTold(quota: KnownQuota, id: number, { status }: ToldQuota): KnownQuota {
  const { others } = splitOff(quota, id);
  const available = status.currentlyAvailable - pointsOf(others);
  const onTheWay = others.map((sent) => ({ ...sent, fewestKnown: available }));
  return withAvailable({ status, onTheWay }, available);
}

/** The quota once a request has ended without an answer: it may have been charged, so its points are not given back. */
export function quotaWhenLost(quota: KnownQuota, id: number): KnownQuota {
  return { ...quota, onTheWay: splitOff(quota, id).others };
}

/** The most points that we may assume in the bucket. */
function ceilingOf({ status, onTheWay }: KnownQuota): number {
  return status.maximumAvailable - pointsOf(onTheWay);
}

function pointsOf(requests: readonly SentRequest[]): number {
  return requests.reduce((sum, { cost }) => sum + cost, 0);
}

function splitOff({ onTheWay }: KnownQuota, id: number) {
  return {
    request: onTheWay.find((sent) => sent.id === id),
    others: onTheWay.filter((sent) => sent.id !== id),
  };
}

function withAvailable(quota: KnownQuota, currentlyAvailable: number): KnownQuota {
  return { ...quota, status: { ...quota.status, currentlyAvailable } };
}
