/** A feed that grew after it was imported, where it lies or by another upload: how much of it was told then. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { withFeed, type FeedFile } from '../src/csv/feed-csv.ts';
import { claimedPath, isOfGrown, type Claim } from '../src/domain/claim.ts';
import { AtpError } from '../src/domain/errors.ts';
import { sourceOf, type TableRow } from '../src/domain/feed.ts';
import { kindOf } from '../src/domain/feed-kind.ts';
import type { FeedType } from '../src/domain/feed-type.ts';
import { FEED_DUPLICATE_DAYS } from '../src/domain/limits.ts';
import type { Database } from '../src/postgres/database.ts';
import {
  countRefusedFrom,
  findEarlierContent,
  listEarlierUploads,
  type EarlierContent,
  type EarlierUpload,
  type GrownFrom,
} from '../src/postgres/feeds/grown.ts';
import { importKeyOf, isOvertaken } from '../src/postgres/feeds/import-records.ts';

interface ReadFeed extends FeedFile<FeedType> {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * What a feed has told before it grew. Null: it has not grown; or it was written anew, and says how things are: then all of it is news. A
 * difference has grown, too, when it is another upload that begins with what was applied under its name.
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
    if (isState) return null;
    if (!isOfGrown(claim)) return findToldByUpload(database, claim, feed, scratch);
    throw grew('nobody knows any more what was applied of it');
  }
  const localPath = join(scratch, TOLD_FILE);
  const isBeginning = earlier.type === type && (await isBegunBy(feed, earlier, localPath));
  if (!isBeginning) {
    if (isState) return null;
    throw grew('it does not begin any more with what was applied');
  }
  const { lastEqual, isOther } = await compareEnd(database, earlier, localPath, feed);
  if (!isState && isOther) throw grew('the end of what was applied is another row now');
  return { key: earlier.key, lastToldRow: lastEqual };
}

/**
 * What the last one of the uploads before has told that a difference begins with, such as the part of it that came before its sender
 * stalled. Null: none; or the whole was applied before, which another gate asks about.
 *
 * @throws AtpError FEED_GREW: a row that was applied is another one now
 */
async function findToldByUpload(
  database: Database,
  claim: Claim,
  feed: ReadFeed,
  scratch: string,
): Promise<GrownFrom | null> {
  const { fileName, settings, sha256 } = feed;
  const own = {
    key: importKeyOf({ claimed: { path: claimedPath(claim) }, sha256 }),
    source: sourceOf(claim.sentPath),
  };
  const days = settings?.duplicateDays ?? FEED_DUPLICATE_DAYS;
  const uploads = await listEarlierUploads(database, { ...feed, ...own }, days);
  if (uploads.some((upload) => upload.sha256 === sha256)) return null;
  const earlier = await findBeginning(feed, uploads);
  if (earlier === null) return null;
  const localPath = join(scratch, TOLD_FILE);
  if (!(await isBegunBy(feed, earlier, localPath))) return null;
  const { key, importId } = earlier;
  const { lastEqual, isOther } = await compareEnd(database, earlier, localPath, feed);
  if (isOther) {
    const reason = `the end of what import ${importId} has applied under its name is another row now`;
    throw new AtpError('FEED_GREW', { fileName, reason, importId });
  }
  return { key, lastToldRow: lastEqual, importId };
}

/** The longest of the uploads that a file begins with, of equal ones the first; null: none. The file is read once, up to the longest. */
async function findBeginning(
  feed: ReadFeed,
  uploads: readonly EarlierUpload[],
): Promise<EarlierUpload | null> {
  const bySize = Map.groupBy(uploads, ({ sizeBytes }) => sizeBytes);
  const sizes = [...bySize.keys()].filter((size) => size > 0).toSorted((one, other) => one - other);
  const longest = sizes.at(-1);
  if (longest === undefined) return null;
  const hash = createHash('sha256');
  let found: EarlierUpload | null = null;
  let read = 0;
  let next = 0;
  for await (const block of createReadStream(feed.localPath, { end: longest - 1 }) as AsyncIterable<Buffer>) {
    let hashed = 0;
    for (let size = sizes[next]; size !== undefined && size <= read + block.length; size = sizes[next]) {
      hash.update(block.subarray(hashed, size - read));
      hashed = size - read;
      const sha256 = hash.copy().digest('hex');
      found = bySize.get(size)?.find((upload) => upload.sha256 === sha256) ?? found;
      next += 1;
    }
    hash.update(block.subarray(hashed));
    read += block.length;
  }
  return found;
}

const TOLD_FILE = 'told.csv';

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

/** The last row up to which all are as they were, and whether one behind it was applied as it was. */
async function compareEnd(
  database: Database,
  { key }: EarlierContent,
  localPath: string,
  feed: ReadFeed,
): Promise<{ readonly lastEqual: number; readonly isOther: boolean }> {
  const { lastEqual, others } = await compareRows({ ...feed, localPath }, feed);
  // Rows that were refused were not applied, such as half of one.
  return {
    lastEqual,
    isOther: others > 0 && others > (await countRefusedFrom(database, key, lastEqual + 1)),
  };
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
