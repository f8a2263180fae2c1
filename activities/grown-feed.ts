/** A feed that grew after it was imported: how much of it was told then. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { withFeed, type FeedFile } from '../src/csv/feed-csv.ts';
import { isOfGrown, type Claim } from '../src/domain/claim.ts';
import { AtpError } from '../src/domain/errors.ts';
import type { TableRow } from '../src/domain/feed.ts';
import { kindOf } from '../src/domain/feed-kind.ts';
import type { FeedType } from '../src/domain/feed-type.ts';
import type { Database } from '../src/postgres/database.ts';
import {
  countRefusedFrom,
  findEarlierContent,
  type EarlierContent,
  type GrownFrom,
} from '../src/postgres/feeds/grown.ts';
import { isOvertaken } from '../src/postgres/feeds/import-records.ts';

interface ReadFeed extends FeedFile<FeedType> {
  readonly sha256: string;
}

/**
 * What a feed has told before it grew. Null: it has not grown; or it was written anew, and says how things are: then all of it is news.
 *
 * @param scratch a local folder, for what it was before
 * @throws AtpError FEED_GREW: of a difference, nobody can say which of its rows have happened already; a state would set back what a
 *   newer one of its folder has said
 */
export async function findWhatWasTold(
  database: Database,
  claim: Claim,
  feed: ReadFeed,
  scratch: string,
): Promise<GrownFrom | null> {
  const { fileName, type } = feed;
  const grew = (reason: string) => new AtpError('FEED_GREW', { fileName, reason });
  const isState = kindOf(type) === 'state';
  if (isState && isOfGrown(claim) && (await isOvertaken(database, claim)))
    throw grew('a newer feed of its folder was imported since');
  const earlier = await findEarlierContent(database, claim, feed.sha256);
  if (earlier === null) {
    if (isState || !isOfGrown(claim)) return null;
    throw grew('nobody knows any more what was applied of it');
  }
  const localPath = join(scratch, 'told.csv');
  const isBeginning = earlier.type === type && (await isBegunBy(feed, earlier, localPath));
  if (!isBeginning) {
    if (isState) return null;
    throw grew('it does not begin any more with what was applied');
  }
  const { lastEqual, others } = await compareRows({ ...feed, localPath }, feed);
  // Rows that were refused were not applied, such as half of one.
  if (!isState && others > (await countRefusedFrom(database, earlier.key, lastEqual + 1)))
    throw grew('the end of what was applied is another row now');
  return { key: earlier.key, lastToldRow: lastEqual };
}

/** Whether a file begins with what it was before, which is kept under `localPath` then. */
async function isBegunBy(feed: ReadFeed, earlier: EarlierContent, localPath: string): Promise<boolean> {
  const hash = createHash('sha256');
  const { sizeBytes } = earlier;
  if (sizeBytes === 0) return false;
  const read = createReadStream(feed.localPath, { start: 0, end: sizeBytes - 1 });
  read.on('data', (block) => hash.update(block));
  await pipeline(read, createWriteStream(localPath));
  return hash.digest('hex') === earlier.sha256;
}

/** The last row up to which all are the same, and how many rows the first one has behind it. */
function compareRows(
  before: FeedFile<FeedType>,
  after: FeedFile<FeedType>,
): Promise<{ readonly lastEqual: number; readonly others: number }> {
  return withFeed(before, ({ rows: rowsBefore }) =>
    withFeed(after, async ({ rows: rowsNow }) => {
      const next: AsyncIterator<TableRow<unknown>> = rowsNow[Symbol.asyncIterator]();
      let lastEqual = 0;
      let others = 0;
      for await (const row of rowsBefore) {
        const now = others > 0 ? null : await next.next();
        if (now !== null && now.done !== true && isSame(row, now.value)) lastEqual = row.rowNumber;
        else others += 1;
      }
      await next.return?.();
      return { lastEqual, others };
    }),
  );
}

function isSame(one: TableRow<unknown>, other: TableRow<unknown>): boolean {
  return one.rowNumber === other.rowNumber && JSON.stringify(one.values) === JSON.stringify(other.values);
}
