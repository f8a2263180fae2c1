/**
 * When is a feed there? SFTP has no word for "done". A feed is complete when a marker beside it says so, or when it has
 * stood still for a time. The first feed of a source that is not complete holds back those behind it: a variance of nine
 * o'clock must not be imported before the count of eight.
 */
import { folderOf, isOfGrown, readClaim } from './claim.ts';
import { CLOCKS_APART_MS, FEED_INSIDE_LINE_FACTOR } from './limits.ts';
import { compareNames } from './name-order.ts';
import { feedOrderKey } from './feed.ts';

/** How a feed ends now, or that the server does not open it for us. */
export type FeedEnd = 'whole-line' | 'inside-line' | 'unreadable';

/** Why a feed is not taken yet, by the code that a person is told. */
export type WaitingCode = 'FEED_UNSETTLED' | 'FEED_NOT_READABLE' | 'FEED_HELD';

/** What was seen of a feed, in this look and in those before it. */
export interface SeenFeed {
  readonly modifiedAt: Date;
  /** How long its size and time have not changed, as far as our looks tell. */
  readonly stillForMs: number;
  readonly end: FeedEnd;
  /** Whether its sender has put a marker beside it that says that it is complete. */
  readonly isMarked: boolean;
}

/** Endings by which a sender says that a file is complete. A checksum is compared, too, once the feed is read. */
export const MARKER_ENDINGS = ['.done', '.ok', '.sha256'] as const;
export type MarkerEnding = (typeof MARKER_ENDINGS)[number];

export function isMarkerName(name: string): boolean {
  return MARKER_ENDINGS.some((ending) => name.endsWith(ending));
}

/** What keeps a feed waiting, and for how long at the least; null: it is complete. */
export function whatFeedWaitsFor(
  { modifiedAt, stillForMs, end, isMarked }: SeenFeed,
  now: Date,
  settleMs: number,
): { readonly code: WaitingCode; readonly settlesInMs: number } | null {
  if (end === 'unreadable') return { code: 'FEED_NOT_READABLE', settlesInMs: 0 };
  if (isMarked) return null;
  const needed = end === 'inside-line' ? settleMs * FEED_INSIDE_LINE_FACTOR : settleMs;
  // The server's clock may be ahead of ours, or behind it. By either, this much has passed.
  const byItsTimeMs = now.getTime() - modifiedAt.getTime() - CLOCKS_APART_MS;
  const settlesInMs = Math.ceil(needed - Math.max(stillForMs, byItsTimeMs));
  return settlesInMs > 0 ? { code: 'FEED_UNSETTLED', settlesInMs } : null;
}

interface FeedInOrder {
  readonly path: string;
  readonly modifiedAt: Date;
}

/**
 * Orders feeds by name without the type. Of one name, a feed that grew after it was filed was sent first, then those that are
 * claimed; of two of these the one that was written first.
 */
function compareFeeds(one: FeedInOrder, other: FeedInOrder): number {
  const [nameOfOne, nameOfOther] = [one, other].map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return (
    compareNames(feedOrderKey(nameOfOne ?? ''), feedOrderKey(nameOfOther ?? '')) ||
    stageOf(one.path) - stageOf(other.path) ||
    (stageOf(one.path) === STAGES.claimed ? one.modifiedAt.getTime() - other.modifiedAt.getTime() : 0) ||
    compareNames(one.path, other.path)
  );
}

/**
 * All feeds in their order: by name, and where their source says so, by time among themselves.
 *
 * @param isByTime whether it is of such a source
 */
export function inOrder<Feed extends FeedInOrder>(
  feeds: readonly Feed[],
  isByTime: (feed: Feed) => boolean,
): readonly Feed[] {
  const byName = feeds.toSorted(compareFeeds);
  const byTime = Map.groupBy(
    byName.filter(isByTime).toSorted((one, other) => one.modifiedAt.getTime() - other.modifiedAt.getTime()),
    ({ path }) => folderOf(path),
  );
  return byName.map((feed) => (isByTime(feed) ? (byTime.get(folderOf(feed.path))?.shift() ?? feed) : feed));
}

const STAGES = { grown: 0, claimed: 1, sent: 2 } as const;

function stageOf(path: string): number {
  const claim = readClaim(path);
  if (claim === null) return STAGES.sent;
  return isOfGrown(claim) ? STAGES.grown : STAGES.claimed;
}

/** What is taken now, and what waits: of each source the first feed that is not complete, with how many wait behind it. */
export interface Turn<Feed> {
  readonly taken: readonly Feed[];
  readonly waiting: readonly (Feed & {
    readonly code: WaitingCode;
    readonly settlesInMs: number;
    readonly behind: number;
  })[];
}

/**
 * Goes through feeds in their order, and takes those that nothing holds back.
 *
 * @param isHeld whether a gate holds it until a person decides
 * @param mayReplace whether it may take the place of feeds before it that are held, if these are of its kind, too
 * @param look what a feed waits for; asked for those feeds only that nothing before them holds back
 * @param takenMax at most so many are taken
 */
export async function takeInTurn<Feed extends { readonly path: string }>(
  feeds: readonly Feed[],
  isHeld: (feed: Feed) => boolean,
  mayReplace: (feed: Feed) => boolean,
  look: (feed: Feed) => Promise<ReturnType<typeof whatFeedWaitsFor>>,
  takenMax: number,
): Promise<Turn<Feed>> {
  const taken: Feed[] = [];
  const waiting = new Map<string, Turn<Feed>['waiting'][number]>();
  // Sources of which all feeds so far are held ones that a later one may replace.
  const replaceable = new Set<string>();
  for (const feed of feeds) {
    const source = folderOf(feed.path);
    const first = waiting.get(source);
    if (first) {
      // The next count may say all that held ones say: it is tried, and nothing behind it.
      const isNext = first.code === 'FEED_HELD' && replaceable.has(source) && mayReplace(feed);
      if (!(isNext && isHeld(feed))) replaceable.delete(source);
      if (isNext && !isHeld(feed) && taken.length < takenMax && (await look(feed)) === null) taken.push(feed);
      else waiting.set(source, { ...first, behind: first.behind + 1 });
    } else if (isHeld(feed)) {
      waiting.set(source, { ...feed, code: 'FEED_HELD', settlesInMs: 0, behind: 0 });
      if (mayReplace(feed)) replaceable.add(source);
    } else if (taken.length < takenMax) {
      const wait = await look(feed);
      if (wait) waiting.set(source, { ...feed, ...wait, behind: 0 });
      else taken.push(feed);
    }
  }
  return { taken, waiting: [...waiting.values()] };
}
