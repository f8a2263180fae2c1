/** Where the names of a sender's files and their times disagree about which is the newer one. */
import { folderOf, readClaim } from './claim.ts';
import type { FeedType } from './feed-type.ts';
import { kindOf } from './feed-kind.ts';
import { FEED_TIMES_APART_MS } from './limits.ts';

interface FeedInTurn {
  readonly path: string;
  readonly modifiedAt: Date;
}

/**
 * Of feeds in the order in which they are taken, those that are older than one of their folder and type that is taken before them; with
 * the path of the newest of these. Differences add up in any order, and names of two types are not compared: their senders may be two.
 * Files that are sent together end in any order, so they must be FEED_TIMES_APART_MS apart.
 *
 * @param typeOf null: it is not known, or its source is ordered by time
 */
export function findDisorder(
  inTurn: readonly FeedInTurn[],
  typeOf: (path: string) => FeedType | null,
): ReadonlyMap<string, string> {
  const newest = new Map<string, FeedInTurn>();
  const found = new Map<string, string>();
  for (const feed of inTurn) {
    const type = readClaim(feed.path) === null ? typeOf(feed.path) : null;
    if (type === null || kindOf(type) === 'difference') continue;
    const group = `${folderOf(feed.path)} ${type}`;
    const before = newest.get(group);
    if (before && before.modifiedAt.getTime() - feed.modifiedAt.getTime() >= FEED_TIMES_APART_MS)
      found.set(feed.path, before.path);
    if (!before || before.modifiedAt < feed.modifiedAt) newest.set(group, feed);
  }
  return found;
}
