/** Looking for feeds on SFTP: which can be imported now, in their order, and which wait for what. */
import { claimOfGrown, sentPathOf, folderOf } from '../src/domain/claim.ts';
import { CLAIMED_FOLDER, INCOMING_FOLDER } from '../src/domain/drop-folders.ts';
import { missingInWords } from '../src/domain/expected-feed.ts';
import { feedTypeOrNull, isFeedName, isNameInUse, sourceOf } from '../src/domain/feed.ts';
import { isCount } from '../src/domain/feed-kind.ts';
import { NO_SETTINGS, type SourceSettings } from '../src/domain/feed-source.ts';
import {
  inOrder,
  isMarkerName,
  MARKER_ENDINGS,
  takeInTurn,
  whatFeedWaitsFor,
  type MarkerEnding,
  type Turn,
  type WaitingCode,
} from '../src/domain/feed-arrival.ts';
import { findDisorder } from '../src/domain/feed-disorder.ts';
import { parseFeedType, type FeedType } from '../src/domain/feed-type.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import {
  FEED_SETTLE_AWAITED_MS,
  FEED_SETTLE_MS,
  FEED_STALLED_AFTER_MS,
  FEEDS_PER_RUN,
  MISSING_FEEDS_TOLD_MAX,
  UNTAKEN_NAMES_TOLD_MAX,
  WAITING_FEEDS_RECORDED_MAX,
} from '../src/domain/limits.ts';
import { isForgotten } from '../src/domain/untaken.ts';
import { claimFile, removeClaim } from './claim-feed.ts';
import type { Database } from '../src/postgres/database.ts';
import {
  findLeft,
  forgetFeedsLeft,
  listFeedsLeft,
  type FeedOnDrop,
} from '../src/postgres/feeds/feeds-left.ts';
import { finishBrokenOff } from '../src/postgres/feeds/import-chunks.ts';
import { listExpectedFeeds } from '../src/postgres/feeds/expected-feeds.ts';
import { listHeldFeeds } from '../src/postgres/feeds/feed-imports.ts';
import { listSources, type FeedSource } from '../src/postgres/feeds/sources.ts';
import { forgetFiledAs, listFiledFeeds } from '../src/postgres/feeds/import-records.ts';
import { recordUntaken } from '../src/postgres/feeds/untaken-files.ts';
import {
  recordWaitingFeeds,
  recordWhatFeedsWaitFor,
  type FeedSeen,
} from '../src/postgres/feeds/waiting-feeds.ts';
import type { FileDrop, OpenFileDrop, RemoteFile } from '../src/sftp/file-drop.ts';
import { ImportProgress } from './import-progress.ts';
import { keepAlive } from './keep-alive.ts';

/** A feed on SFTP. */
export interface FeedRef {
  /** Below the SFTP root: `incoming/…`, or `claimed/…` when a run has begun with it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** ISO 8601, by the server's clock. */
  readonly modifiedAt: string;
  /** The marker beside it, by which it is complete. */
  readonly marker?: MarkerEnding;
  /** It comes after this one by name, though by time it is older; a name. */
  readonly olderThan?: string;
  /** It is done with, and only has to be moved: an earlier run could not move it. */
  readonly isLeft?: true;
  /** It is not imported now, and neither are those behind it. */
  readonly waits?: WaitingFeed;
  /** Nobody takes it: a name of another ending, a folder that is no source, a link, a name that nobody can ask for. */
  readonly isUntaken?: true;
  /** It is no file: `path` says in words which expected feed has not come. */
  readonly isMissing?: true;
  /** How long a run waits before it looks again. Runs of earlier releases do not know it. */
  readonly settlesInMs?: number;
}

export interface WaitingFeed {
  readonly code: WaitingCode;
  /** ISO 8601. */
  readonly since: string;
  /** It waits for so long that a person should look at it. */
  readonly isLong: boolean;
  /** Feeds of the same folder that wait behind it. */
  readonly behind: number;
}

export interface ListFeedsDeps {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
  readonly settleMs?: number;
}

export function createListFeeds({ database, fileDrop, settleMs = FEED_SETTLE_MS }: ListFeedsDeps) {
  /**
   * The feeds in incoming/, in those of its folders that are named after a feed type or are a source, and in claimed/, where earlier runs
   * have not finished theirs: ordered by name without the type, at most FEEDS_PER_RUN. Files that are hidden, still being
   * sent by their name, or not `.csv` are left alone. Then come, marked so, the feeds that wait, those that only have to be
   * moved, and what looks like a feed and is none.
   *
   * First it goes on with imports that were broken off while they were posted, such as one whose command was killed.
   *
   * @param source only this folder below incoming/
   */
  return async function listFeeds({ source }: JobInput<'import'> = {}): Promise<FeedRef[]> {
    const progress = new ImportProgress();
    const work = async () => {
      await finishBrokenOff(database, progress);
      return fileDrop(async (drop) => {
        await reclaimGrown(database, drop);
        const sources = await listSources(database);
        const { folders, feeds, markers, untaken } = await lookAround(drop, source, sources);
        if (source === undefined) await recordUntaken(database, untaken.slice(0, UNTAKEN_NAMES_TOLD_MAX));
        const left = await listFeedsLeft(database);
        await forgetFeedsLeft(database, pathsGone(left, folders, feeds));
        const old = feeds.filter((feed) => findLeft(left, feed) !== null);
        const fresh = feeds.filter((feed) => findLeft(left, feed) === null);
        // The folder of a type may have been removed since.
        const seen = await recordWaitingFeeds(
          database,
          source === undefined ? null : folders,
          fresh.slice(0, WAITING_FEEDS_RECORDED_MAX),
        );
        const now = new Date();
        const held = await listHeldFeeds(database);
        const turn = await takeInTurn(
          fresh,
          (feed) => findLeft(held, feed) !== null,
          ({ path }) => isCountFeed(path, sources),
          async (feed) => {
            const end = await drop.endOf(feed.path);
            // Somebody has taken it away since: whoever imports it will see.
            if (end === null) return null;
            const stillForMs = seen.get(feed.path)?.stillForMs ?? 0;
            const { modifiedAt } = feed;
            const isMarked = markerOf(markers, feed) !== undefined;
            const settles = settingsOf(feed.path, sources).settleMs ?? settleMs;
            return whatFeedWaitsFor({ modifiedAt, stillForMs, end, isMarked }, now, settles);
          },
          FEEDS_PER_RUN,
        );
        await recordWhatFeedsWaitFor(database, turn.waiting);
        const disorder = findDisorder(turn.taken, (path) => typeByName(path, sources));
        return [
          ...turn.taken.map((feed) => {
            const marker = markerOf(markers, feed);
            const newer = disorder.get(feed.path);
            const olderThan = newer && { olderThan: newer.slice(newer.lastIndexOf('/') + 1) };
            return { ...toFeedRef(feed), ...(marker && { marker }), ...olderThan, settlesInMs: 0 };
          }),
          ...turn.waiting.map((feed) => toWaiting(feed, seen.get(feed.path), now)),
          ...old
            .slice(0, FEEDS_PER_RUN)
            .map((feed) => ({ ...toFeedRef(feed), isLeft: true as const, settlesInMs: 0 })),
          ...untaken.slice(0, UNTAKEN_NAMES_TOLD_MAX).map(toUntaken),
          ...(await listMissing(database, source)),
        ];
      });
    };
    return keepAlive(work, progress.told);
  };
}

function isCountFeed(path: string, sources: readonly FeedSource[]): boolean {
  const type = feedTypeOrNull(sentPathOf(path), settingsOf(path, sources).type);
  return type !== null && isCount(type);
}

function settingsOf(path: string, sources: readonly FeedSource[]): SourceSettings {
  const folder = sourceOf(sentPathOf(path));
  return sources.find(({ source }) => source === folder)?.settings ?? NO_SETTINGS;
}

/** The type of a feed whose source is ordered by name; null: it is ordered by time, or of no known type. */
function typeByName(path: string, sources: readonly FeedSource[]): FeedType | null {
  const { order, type } = settingsOf(path, sources);
  return order === 'time' ? null : feedTypeOrNull(path, type);
}

/** Whoever still has a file open writes on into it wherever it lies. A feed that grew after it was filed is taken again. */
async function reclaimGrown(database: Database, drop: FileDrop): Promise<void> {
  for (const { key, claimedPath: earlier, filedAs, sizeBytes, modifiedAt } of await listFiledFeeds(
    database,
  )) {
    const found = await drop.find(filedAs);
    if (found && found.sizeBytes === sizeBytes && found.modifiedAt.getTime() === modifiedAt.getTime())
      continue;
    const claim = claimOfGrown(sentPathOf(earlier), key);
    if (found && found.sizeBytes > sizeBytes) await claimFile(drop, filedAs, claim);
    await forgetFiledAs(database, key);
  }
}

interface Found {
  /** Those in which feeds are looked for, below incoming/. */
  readonly folders: readonly string[];
  /** In their order. */
  readonly feeds: readonly FeedOnDrop[];
  /** By path. */
  readonly markers: ReadonlyMap<string, RemoteFile>;
  readonly untaken: readonly string[];
}

async function lookAround(
  drop: FileDrop,
  source: string | undefined,
  sources: readonly FeedSource[],
): Promise<Found> {
  const top = `${INCOMING_FOLDER}${source === undefined ? '' : `/${source}`}`;
  const first = await drop.survey(top);
  const known = new Set(sources.map((each) => each.source));
  const below =
    source === undefined
      ? first.folders.filter((folder) => parseFeedType(folder) !== null || known.has(folder))
      : [];
  const folders = [top, ...below.map((folder) => `${top}/${folder}`)];
  const feeds: FeedOnDrop[] = [];
  const markers = new Map<string, RemoteFile>();
  const untaken: string[] = [];
  const now = new Date();
  const keep = (path: string, file: RemoteFile): void => {
    if (isFeedName(file.name)) feeds.push(toFeed(path, file));
    else if (isMarkerName(file.name)) markers.set(path, file);
    else if (!isNameInUse(file.name) || isForgotten(file, now)) untaken.push(path);
  };
  for (const folder of folders) {
    const { files, folders: deeper, others } = folder === top ? first : await drop.survey(folder);
    for (const file of files) keep(`${folder}/${file.name}`, file);
    const unread = deeper.map((name) => `${folder}/${name}`).filter((path) => !folders.includes(path));
    untaken.push(...(await withFiles(drop, unread)));
    untaken.push(...others.filter((name) => !isNameInUse(name)).map((name) => `${folder}/${name}`));
  }
  for await (const { path, file } of claimedFiles(drop)) {
    // A run without a source takes those of folders that are there no more, too.
    if (source === undefined || folderOf(path) === top) keep(path, file);
  }
  const isByTime = ({ path }: FeedOnDrop) => settingsOf(path, sources).order === 'time';
  return { folders, feeds: inOrder(feeds, isByTime), markers, untaken };
}

/** Those of the folders in which something lies that somebody may have sent; of the first ones, since each is a request. */
async function withFiles(drop: FileDrop, folders: readonly string[]): Promise<readonly string[]> {
  const used: string[] = [];
  for (const folder of folders.slice(0, UNTAKEN_NAMES_TOLD_MAX)) {
    if (isFeedName(folder) || (await drop.names(folder)).some((name) => !isNameInUse(name)))
      used.push(folder);
  }
  return used;
}

/** Feeds that runs have begun with: mostly none. */
async function* claimedFiles(drop: FileDrop): AsyncGenerator<{ path: string; file: RemoteFile }> {
  for (const id of await drop.folders(CLAIMED_FOLDER)) {
    const claim = `${CLAIMED_FOLDER}/${id}`;
    const { files, folders } = await drop.survey(claim);
    const below = await Promise.all(
      folders.map(async (folder) =>
        (await drop.list(`${claim}/${folder}`)).map((file) => ({ folder, file })),
      ),
    );
    // Its run died after it had moved the feed. If one is about to move a feed there, it makes the folder again.
    if (![...files, ...below.flat().map(({ file }) => file)].some(({ name }) => !isMarkerName(name))) {
      await removeClaim(drop, { id });
      continue;
    }
    for (const file of files) yield { path: `${claim}/${file.name}`, file };
    for (const { folder, file } of below.flat()) yield { path: `${claim}/${folder}/${file.name}`, file };
  }
}

/** A marker of an earlier feed of the name may have been left behind: it must not be older than the feed. */
function markerOf(
  markers: ReadonlyMap<string, RemoteFile>,
  { path, modifiedAt }: FeedOnDrop,
): MarkerEnding | undefined {
  return MARKER_ENDINGS.find((ending) => {
    const marker = markers.get(`${path}${ending}`);
    return marker !== undefined && marker.modifiedAt.getTime() >= modifiedAt.getTime();
  });
}

function toFeed(path: string, { sizeBytes, modifiedAt }: RemoteFile): FeedOnDrop {
  return { path, sizeBytes, modifiedAt };
}

function toFeedRef({ path, sizeBytes, modifiedAt }: FeedOnDrop): FeedRef {
  return { path, sizeBytes, modifiedAt: modifiedAt.toISOString() };
}

function toWaiting(
  { code, settlesInMs, behind, ...feed }: Turn<FeedOnDrop>['waiting'][number],
  seen: FeedSeen | undefined,
  now: Date,
): FeedRef {
  const since = seen?.seenSince ?? now;
  const isLong = code === 'FEED_NOT_READABLE' || now.getTime() - since.getTime() > FEED_STALLED_AFTER_MS;
  return {
    ...toFeedRef(feed),
    waits: { code, since: since.toISOString(), isLong, behind },
    // What takes longer is left to the next run, so that it keeps nobody else waiting.
    settlesInMs: settlesInMs <= FEED_SETTLE_AWAITED_MS ? settlesInMs : 0,
  };
}

const NO_FILE = { sizeBytes: 0, modifiedAt: new Date(0).toISOString(), settlesInMs: 0 };

function toUntaken(path: string): FeedRef {
  return { ...NO_FILE, path, isUntaken: true };
}

/** What is expected and has not come, of all that a run looks after. */
async function listMissing(database: Database, source: string | undefined): Promise<readonly FeedRef[]> {
  const expected = await listExpectedFeeds(database);
  return expected
    .filter((feed) => feed.isLate && (source === undefined || feed.source === source))
    .slice(0, MISSING_FEEDS_TOLD_MAX)
    .map((feed) => ({ ...NO_FILE, path: missingInWords(feed), isMissing: true }));
}

/** Paths of feeds that were left in one of the folders, and were moved since by somebody else. */
function pathsGone(
  left: readonly FeedOnDrop[],
  folders: readonly string[],
  found: readonly FeedOnDrop[],
): readonly string[] {
  const paths = new Set(found.map(({ path }) => path));
  return left.map(({ path }) => path).filter((path) => folders.includes(folderOf(path)) && !paths.has(path));
}
