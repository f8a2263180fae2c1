/** What lies in the folders of feeds, whether it is a feed or not. */
import { folderOf, sentPathOf } from '../src/domain/claim.ts';
import { CLAIMED_FOLDER, INCOMING_FOLDER } from '../src/domain/drop-folders.ts';
import { isFeedName, isNameInUse, sourceOf } from '../src/domain/feed.ts';
import { inOrder, isMarkerName } from '../src/domain/feed-arrival.ts';
import { NO_SETTINGS, type SourceSettings } from '../src/domain/feed-source.ts';
import { parseFeedType } from '../src/domain/feed-type.ts';
import { UNTAKEN_NAMES_TOLD_MAX } from '../src/domain/limits.ts';
import { asUnlisted, isForgotten } from '../src/domain/untaken.ts';
import type { FeedOnDrop } from '../src/postgres/feeds/feeds-left.ts';
import type { FeedSource } from '../src/postgres/feeds/sources.ts';
import type { FileDrop, FolderContents, RemoteFile } from '../src/sftp/file-drop.ts';
import { removeClaim } from './claim-feed.ts';

export interface Found {
  /** Those in which feeds are looked for, incoming/ and below it, and that the server lets us list. */
  readonly folders: readonly string[];
  /** In their order. */
  readonly feeds: readonly FeedOnDrop[];
  /** By path. */
  readonly markers: ReadonlyMap<string, RemoteFile>;
  readonly untaken: readonly string[];
}

/**
 * What lies in the folders of feeds on one server, and in claimed/ there.
 *
 * @param sources those whose feeds lie on it
 * @param elsewhere those whose feeds lie on others: what is found of them here is read by nobody
 */
export async function lookAround(
  drop: FileDrop,
  source: string | undefined,
  sources: readonly FeedSource[],
  elsewhere: readonly string[],
): Promise<Found> {
  const top = `${INCOMING_FOLDER}${source === undefined ? '' : `/${source}`}`;
  const first = await drop.survey(top);
  const known = new Set(sources.map((each) => each.source));
  const below =
    source === undefined
      ? first.folders.filter(
          (folder) => known.has(folder) || (parseFeedType(folder) !== null && !elsewhere.includes(folder)),
        )
      : [];
  const folders = [top, ...below.map((folder) => `${top}/${folder}`)];
  const listed: string[] = [];
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
    const found = folder === top ? first : await drop.surveyIfAllowed(folder);
    if (found === null) {
      untaken.push(asUnlisted(folder));
      continue;
    }
    listed.push(folder);
    const { files, folders: deeper, others } = found;
    for (const file of files) keep(`${folder}/${file.name}`, file);
    const unread = deeper.map((name) => `${folder}/${name}`).filter((path) => !folders.includes(path));
    untaken.push(...(await withFiles(drop, unread)));
    untaken.push(...others.filter((name) => !isNameInUse(name)).map((name) => `${folder}/${name}`));
  }
  for await (const { path, file } of claimedFiles(drop)) {
    // Their source has another server since, on which they are not.
    if (elsewhere.includes(sourceOf(sentPathOf(path)))) untaken.push(path);
    // A run without a source takes those of folders that are there no more, too.
    else if (source === undefined || folderOf(path) === top) keep(path, file);
  }
  const isByTime = ({ path }: FeedOnDrop) => settingsOf(path, sources).order === 'time';
  return { folders: listed, feeds: inOrder(feeds, isByTime), markers, untaken };
}

function namesIn({ files, folders, others }: FolderContents): readonly string[] {
  return [...files.map(({ name }) => name), ...folders, ...others];
}

/** Where a volume is mounted, its file system has a folder that nobody else may look into. */
function isOfFileSystem(folder: string): boolean {
  return folder.endsWith('/lost+found');
}

/**
 * Those of the folders in which something lies that somebody may have sent, or that we may not look into; of the first ones, since each
 * is a request.
 */
async function withFiles(drop: FileDrop, folders: readonly string[]): Promise<readonly string[]> {
  const used: string[] = [];
  for (const folder of folders.slice(0, UNTAKEN_NAMES_TOLD_MAX)) {
    if (isFeedName(folder)) {
      used.push(folder);
      continue;
    }
    const found = await drop.surveyIfAllowed(folder);
    if (found === null) used.push(...(isOfFileSystem(folder) ? [] : [asUnlisted(folder)]));
    else if (namesIn(found).some((name) => !isNameInUse(name))) used.push(folder);
  }
  return used;
}

/** Feeds that runs have begun with: mostly none. */
async function* claimedFiles(drop: FileDrop): AsyncGenerator<{ path: string; file: RemoteFile }> {
  for (const id of await drop.folders(CLAIMED_FOLDER)) {
    const claim = `${CLAIMED_FOLDER}/${id}`;
    // Any other that we may not list fails the run: what lies in it must not be taken for gone.
    if (isOfFileSystem(claim)) continue;
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

function toFeed(path: string, { sizeBytes, modifiedAt }: RemoteFile): FeedOnDrop {
  return { path, sizeBytes, modifiedAt };
}

/** What was said of the source of a feed; where nothing was, NO_SETTINGS. */
export function settingsOf(path: string, sources: readonly FeedSource[]): SourceSettings {
  const folder = sourceOf(sentPathOf(path));
  return sources.find(({ source }) => source === folder)?.settings ?? NO_SETTINGS;
}
