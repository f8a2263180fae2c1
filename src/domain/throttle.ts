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

import {
  CALLS_IN_FLIGHT,
  CALLS_IN_FLIGHT_MAX,
  PAGES_COMPARED_AT_ONCE,
  PAGES_COMPARED_AT_ONCE_MAX,
  POINTS_PER_CALL_IN_FLIGHT,
  POINTS_PER_PAGE_IN_FLIGHT,
  TAKEN_BY_OTHERS_HALVES_MS,
} from './limits.ts';

/** How much is left for others of what they have taken: they may begin at the same instant as we, and be as fast again. */
const HEADROOM_FACTOR = 2;
/** At most this part of the bucket is left to them. */
const HEADROOM_PART_MAX = 1 / 4;

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
  /**
   * The most points that somebody else has spent lately while a request of ours was on its way. Before an answer tells, they may do so
   * again, so as many are left in the bucket. It fades, so that whoever gets no answers waits no longer than the others.
   */
  readonly takenByOthers: number;
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
 * How many calls of a file are worth having on their way at once, by what the shop's plan restores. With fewer, points are left
 * unused while each waits for Shopify's answers; with more, they only wait for points.
 *
 * @param restoreRate points a second; null: not known yet
 */
export function callsInFlight(restoreRate: number | null): number {
  const paidFor = Math.floor((restoreRate ?? 0) / POINTS_PER_CALL_IN_FLIGHT);
  return Math.min(CALLS_IN_FLIGHT_MAX, Math.max(CALLS_IN_FLIGHT, paidFor));
}

/** The same for the pages of a verification, which are only read: they cost fewer points. */
export function pagesInFlight(restoreRate: number | null): number {
  const paidFor = Math.floor((restoreRate ?? 0) / POINTS_PER_PAGE_IN_FLIGHT);
  return Math.min(PAGES_COMPARED_AT_ONCE_MAX, Math.max(PAGES_COMPARED_AT_ONCE, paidFor));
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
  const headroom = Math.min(
    quotaAfter(quota, elapsedMs).takenByOthers * HEADROOM_FACTOR,
    maximumAvailable * HEADROOM_PART_MAX,
  );
  const needed = Math.min(cost + headroom, maximumAvailable);
  if (needed > ceilingOf(quota)) return Infinity;
  const missing = needed - currentlyAvailable;
  if (missing <= 0) return 0;
  return Math.max(0, Math.ceil((missing * 1000) / restoreRate - elapsedMs));
}

/** The quota after a time in which no request was sent and no answer came. */
export function quotaAfter(quota: KnownQuota, elapsedMs: number): KnownQuota {
  const { currentlyAvailable, restoreRate } = quota.status;
  const restored = currentlyAvailable + (restoreRate * elapsedMs) / 1000;
  const takenByOthers = quota.takenByOthers * 0.5 ** (elapsedMs / TAKEN_BY_OTHERS_HALVES_MS);
  return withAvailable({ ...quota, takenByOthers }, Math.min(ceilingOf(quota), restored));
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
    takenByOthers: Math.max(quota.takenByOthers, spentByOthers),
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
  return withAvailable({ status, onTheWay, takenByOthers: 0 }, available);
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
