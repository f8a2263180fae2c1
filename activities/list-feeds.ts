/** Looking for feeds on SFTP: which can be imported now, in their order, and which wait for what. */
import { claimOfGrown, folderOf, sentPathOf } from '../src/domain/claim.ts';
import { INCOMING_FOLDER } from '../src/domain/drop-folders.ts';
import { AtpError } from '../src/domain/errors.ts';
import { missingInWords } from '../src/domain/expected-feed.ts';
import { feedTypeOrNull, sourceOf } from '../src/domain/feed.ts';
import {
  MARKER_ENDINGS,
  takeInTurn,
  whatFeedWaitsFor,
  type MarkerEnding,
  type Turn,
  type WaitingCode,
} from '../src/domain/feed-arrival.ts';
import { findDisorder } from '../src/domain/feed-disorder.ts';
import { isCount } from '../src/domain/feed-kind.ts';
import type { FeedType } from '../src/domain/feed-type.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import {
  FEED_SETTLE_AWAITED_MS,
  FEED_SETTLE_MS,
  FEED_STALLED_AFTER_MS,
  FEEDS_PER_RUN,
  MISSING_FEEDS_TOLD_MAX,
  SOURCE_SERVERS_AT_ONCE,
  UNTAKEN_NAMES_TOLD_MAX,
  WAITING_FEEDS_RECORDED_MAX,
} from '../src/domain/limits.ts';
import { isServerFault, serverFaultInWords, type ServerFault } from '../src/domain/source-server.ts';
import type { Database } from '../src/postgres/database.ts';
import { listExpectedFeeds } from '../src/postgres/feeds/expected-feeds.ts';
import { listHeldFeeds } from '../src/postgres/feeds/feed-imports.ts';
import {
  findLeft,
  forgetFeedsLeft,
  listFeedsLeft,
  type FeedOnDrop,
} from '../src/postgres/feeds/feeds-left.ts';
import { finishBrokenOff } from '../src/postgres/feeds/import-chunks.ts';
import { forgetFiledAs, listFiledFeeds } from '../src/postgres/feeds/import-records.ts';
import { recordServerLook } from '../src/postgres/feeds/source-servers.ts';
import { listSources, type FeedSource } from '../src/postgres/feeds/sources.ts';
import { recordUntaken } from '../src/postgres/feeds/untaken-files.ts';
import { recordWaitingFeeds, recordWhatFeedsWaitFor } from '../src/postgres/feeds/waiting-feeds.ts';
import type { FileDrop, RemoteFile } from '../src/sftp/file-drop.ts';
import { claimFile } from './claim-feed.ts';
import type { FeedDrops } from './feed-drops.ts';
import { forEachAtMost } from './for-each-at-most.ts';
import { ImportProgress } from './import-progress.ts';
import { keepAlive } from './keep-alive.ts';
import { lookAround, settingsOf } from './look-around.ts';

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
  /** It is no file: the server of a source could not be used. */
  readonly lost?: ServerFault;
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

export interface ListFeedsDeps extends FeedDrops {
  readonly settleMs?: number;
}

export function createListFeeds({
  database,
  fileDrop,
  sourceDrop,
  settleMs = FEED_SETTLE_MS,
}: ListFeedsDeps) {
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
      const sources = await listSources(database);
      const { looks, faults } = await lookEverywhere(sources, source);
      const untaken = looks.flatMap((look) => look.untaken);
      if (source === undefined) await recordUntaken(database, untaken.slice(0, UNTAKEN_NAMES_TOLD_MAX));
      await recordWhatFeedsWaitFor(
        database,
        looks.flatMap(({ turn }) => turn.waiting),
      );
      const taken = looks.flatMap((look) => look.turn.taken.map((feed) => ({ ...feed, look })));
      const disorder = findDisorder(taken, (path) => typeByName(path, sources));
      return [
        ...taken.slice(0, FEEDS_PER_RUN).map(({ look, ...feed }) => {
          const marker = markerOf(look.markers, feed);
          const newer = disorder.get(feed.path);
          const olderThan = newer && { olderThan: newer.slice(newer.lastIndexOf('/') + 1) };
          return { ...toFeedRef(feed), ...(marker && { marker }), ...olderThan, settlesInMs: 0 };
        }),
        ...looks.flatMap(({ turn, since, now }) =>
          turn.waiting.map((feed) => toWaiting(feed, since(feed), now)),
        ),
        ...looks
          .flatMap(({ old }) => old)
          .slice(0, FEEDS_PER_RUN)
          .map((feed) => ({ ...toFeedRef(feed), isLeft: true as const, settlesInMs: 0 })),
        ...untaken.slice(0, UNTAKEN_NAMES_TOLD_MAX).map(toUntaken),
        ...faults.map(toLost),
        ...(await listMissing(database, source)),
      ];
    };
    return keepAlive(work, progress.told);
  };

  /** On the server of all sources, and then on those of sources that have one of their own: what is wrong with one is told, and the others go on. */
  async function lookEverywhere(
    sources: readonly FeedSource[],
    only: string | undefined,
  ): Promise<{ readonly looks: readonly Look[]; readonly faults: readonly ServerFault[] }> {
    const own = sources.filter(({ server }) => server !== null);
    const elsewhere = own.map((each) => each.source);
    const looks: Look[] = [];
    const faults: ServerFault[] = [];
    if (only === undefined || !elsewhere.includes(only))
      looks.push(await fileDrop((drop) => look(drop, { only, elsewhere, sources })));
    const asked = own.filter((each) => only === undefined || each.source === only);
    await forEachAtMost(asked, SOURCE_SERVERS_AT_ONCE, async ({ source, server }) => {
      if (server === null) return;
      try {
        const found = await sourceDrop(
          source,
          server,
        )((drop) =>
          look(drop, { only: source, elsewhere: elsewhere.filter((other) => other !== source), sources }),
        );
        await recordServerLook(database, source, null);
        looks.push(found);
      } catch (error) {
        if (!(error instanceof AtpError) || !isServerFault(error.code)) throw error;
        const { code, message } = error;
        await recordServerLook(database, source, { code, message });
        faults.push({ source, code, message });
      }
    });
    return { looks, faults };
  }

  /** @param only this folder below incoming/; undefined: all but those that lie elsewhere */
  async function look(drop: FileDrop, { only, elsewhere, sources }: Scope): Promise<Look> {
    await reclaimGrown(database, drop, (source) => !elsewhere.includes(source) && isIn(source, only));
    const here = sources.filter((each) => !elsewhere.includes(each.source));
    const { folders, feeds, markers, untaken } = await lookAround(drop, only, here, elsewhere);
    const left = await listFeedsLeft(database);
    await forgetFeedsLeft(database, pathsGone(left, folders, feeds));
    const old = feeds.filter((feed) => findLeft(left, feed) !== null);
    const fresh = feeds.filter((feed) => findLeft(left, feed) === null);
    // The folder of a type may have been removed since.
    const seen = await recordWaitingFeeds(
      database,
      only === undefined ? null : folders,
      fresh.slice(0, WAITING_FEEDS_RECORDED_MAX),
      elsewhere.map((source) => `${INCOMING_FOLDER}/${source}`),
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
    // Of a held feed, all say when it came: by its claim it was seen later.
    const since = (feed: FeedOnDrop): Date =>
      findLeft(held, feed)?.cameAt ?? seen.get(feed.path)?.seenSince ?? now;
    return { turn, since, now, old, markers, untaken };
  }
}

/** What a run looks at on one server. */
interface Scope {
  readonly only: string | undefined;
  /** Sources whose feeds lie on other servers. */
  readonly elsewhere: readonly string[];
  readonly sources: readonly FeedSource[];
}

interface Look {
  readonly turn: Turn<FeedOnDrop>;
  /** Since when a feed waits. */
  readonly since: (feed: FeedOnDrop) => Date;
  readonly now: Date;
  /** Done with; they only have to be moved. */
  readonly old: readonly FeedOnDrop[];
  readonly markers: ReadonlyMap<string, RemoteFile>;
  readonly untaken: readonly string[];
}

function isIn(source: string, only: string | undefined): boolean {
  return only === undefined || source === only;
}

function isCountFeed(path: string, sources: readonly FeedSource[]): boolean {
  const type = feedTypeOrNull(sentPathOf(path), settingsOf(path, sources).type);
  return type !== null && isCount(type);
}

/** The type of a feed whose source is ordered by name; null: it is ordered by time, or of no known type. */
function typeByName(path: string, sources: readonly FeedSource[]): FeedType | null {
  const { order, type } = settingsOf(path, sources);
  return order === 'time' ? null : feedTypeOrNull(path, type);
}

/**
 * Whoever still has a file open writes on into it wherever it lies. A feed that grew after it was filed is taken again. Best effort: where
 * we may not look any more, such as into archive/, no other feed waits for it.
 */
async function reclaimGrown(
  database: Database,
  drop: FileDrop,
  isHere: (source: string) => boolean,
): Promise<void> {
  for (const { key, claimedPath: earlier, filedAs, sizeBytes, modifiedAt } of await listFiledFeeds(
    database,
  )) {
    if (!isHere(sourceOf(sentPathOf(earlier)))) continue;
    try {
      const found = await drop.find(filedAs);
      if (found && found.sizeBytes === sizeBytes && found.modifiedAt.getTime() === modifiedAt.getTime())
        continue;
      const claim = claimOfGrown(sentPathOf(earlier), key);
      if (found && found.sizeBytes > sizeBytes) await claimFile(drop, filedAs, claim);
    } catch (error) {
      // A server that is away refuses the listing, too, which comes next.
      if (error instanceof AtpError && error.code === 'SFTP_UNREACHABLE') return;
      throw error;
    }
    await forgetFiledAs(database, key);
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

function toFeedRef({ path, sizeBytes, modifiedAt }: FeedOnDrop): FeedRef {
  return { path, sizeBytes, modifiedAt: modifiedAt.toISOString() };
}

function toWaiting(
  { code, settlesInMs, behind, ...feed }: Turn<FeedOnDrop>['waiting'][number],
  since: Date,
  now: Date,
): FeedRef {
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

function toLost(fault: ServerFault): FeedRef {
  return { ...NO_FILE, path: serverFaultInWords(fault), lost: fault };
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
