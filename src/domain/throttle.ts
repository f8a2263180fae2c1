/**
 * When a shop's quota allows the next request. Shopify keeps a bucket of points per app and shop: each request is
 * charged what it asks for before it is executed, points come back at a steady rate up to the bucket's size, and each
 * answer tells the bucket's state (Shopify documentation, "Rate limits").
 *
 * What we know of the bucket is never more than what is in it, as long as nobody else spends: a request is taken off
 * when it is sent, which is before Shopify charges it, and while it may still be charged, its points cannot come back
 * on our side either. An answer is older than its arrival and overtakes others, so it is no new truth; but when it
 * tells less than we have known at any time since its request was sent, somebody else has spent the difference.
 */

/** As Shopify answers it: `extensions.cost.throttleStatus`, in points and points a second. */
export interface ThrottleStatus {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** The bucket as we know it at one instant. */
export interface KnownQuota {
  /** Below zero when somebody else has spent what was promised to a request that is on its way. */
  readonly status: ThrottleStatus;
  readonly onTheWay: readonly SentRequest[];
}

/** A request without an answer yet. Its points are taken off the quota already. */
export interface SentRequest {
  readonly id: number;
  readonly cost: number;
  /** The fewest points that we have known in the bucket since it was sent. */
  readonly fewestKnown: number;
}

/** What an answer says of the quota. */
export interface ToldQuota {
  /** What Shopify has charged for the request in the end; null: nothing, since it was throttled. */
  readonly charged: number | null;
  readonly status: ThrottleStatus;
}

/**
 * Milliseconds until a request of so many points can be paid: 0 for now, and Infinity when time alone does not help,
 * because what is on its way leaves too little of the bucket; then the next answer decides.
 *
 * @param cost more than the bucket holds waits for a full one: Shopify then says what is wrong with it
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

/** The quota after a while in which nothing was sent and no answer came. */
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
  const { request, others } = takenOut(quota, id);
  if (!request) return quota;
  const unused = request.cost - (told.charged ?? 0);
  const spentByOthers = Math.max(0, request.fewestKnown - told.status.currentlyAvailable);
  const known = quota.status.currentlyAvailable + unused - spentByOthers;
  const answered = {
    status: told.status,
    onTheWay: others.map((sent) => ({ ...sent, fewestKnown: sent.fewestKnown - spentByOthers })),
  };
  // After a throttled request we are careful: what is on its way may not be charged yet.
  const most =
    told.charged === null ? told.status.currentlyAvailable - pointsOf(others) : ceilingOf(answered);
  return withAvailable(answered, Math.min(known, most));
}

/** The quota once the first answer is there: before it, `quota` was a guess, of which only what is on its way counts. */
export function quotaWhenFirstTold(quota: KnownQuota, id: number, { status }: ToldQuota): KnownQuota {
  const { others } = takenOut(quota, id);
  const available = status.currentlyAvailable - pointsOf(others);
  const onTheWay = others.map((sent) => ({ ...sent, fewestKnown: available }));
  return withAvailable({ status, onTheWay }, available);
}

/** The quota once a request has ended without saying what became of it: it may have been charged. */
export function quotaWhenLost(quota: KnownQuota, id: number): KnownQuota {
  return { ...quota, onTheWay: takenOut(quota, id).others };
}

/** What the bucket can be known to hold at most. */
function ceilingOf({ status, onTheWay }: KnownQuota): number {
  return status.maximumAvailable - pointsOf(onTheWay);
}

function pointsOf(requests: readonly SentRequest[]): number {
  return requests.reduce((sum, { cost }) => sum + cost, 0);
}

function takenOut({ onTheWay }: KnownQuota, id: number) {
  return {
    request: onTheWay.find((sent) => sent.id === id),
    others: onTheWay.filter((sent) => sent.id !== id),
  };
}

function withAvailable(quota: KnownQuota, currentlyAvailable: number): KnownQuota {
  return { ...quota, status: { ...quota.status, currentlyAvailable } };
}
