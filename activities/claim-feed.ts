/** Taking a feed: it is moved to a name of ours, read from there, and proved to be the file that was found complete. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claimedPath, type Claim } from '../src/domain/claim.ts';
import { CLAIMED_FOLDER } from '../src/domain/drop-folders.ts';
import { AtpError, isCoded } from '../src/domain/errors.ts';
import { isMarkerName, type MarkerEnding } from '../src/domain/feed-arrival.ts';
import { FEED_SIZE_MAX_BYTES } from '../src/domain/limits.ts';
import type { FileDrop, RemoteFile } from '../src/sftp/file-drop.ts';

export interface TakenFeed {
  readonly localPath: string;
  /** Null when the file is too large to be taken. */
  readonly sha256: string | null;
  readonly sizeBytes: number;
  readonly sentAt: Date;
  /** The checksum beside it is that of another content; null: it is right, or there is none. */
  readonly wrongChecksum: AtpError | null;
}

/** How the feed was when it was found complete; absent in runs of earlier releases. */
export interface FeedAsFound {
  readonly sizeBytes?: number;
  /** ISO 8601. */
  readonly modifiedAt?: string;
  /** The marker beside it. */
  readonly marker?: MarkerEnding;
}

/**
 * Takes the feed of a claim; an earlier attempt may have moved it already. `gone`: it is in neither place. `unsettled`: it
 * is not as it was found, or changed while it was read; a later run takes it from where it lies now.
 */
export async function takeFeed(
  drop: FileDrop,
  claim: Claim,
  found: FeedAsFound,
  scratch: string,
): Promise<TakenFeed | 'gone' | 'unsettled'> {
  const path = claimedPath(claim);
  if ((await drop.find(path)) === null) {
    const waiting = await drop.find(claim.sentPath);
    if (waiting === null) return 'gone';
    if (!isAsFound(waiting, found)) return 'unsettled';
    await claimFile(drop, claim.sentPath, claim);
  }
  if (found.marker) await claimMarker(drop, claim, found.marker);
  const taken = await readFeed(drop, path, scratch);
  if (typeof taken === 'string') return taken;
  if (!isAsFound({ sizeBytes: taken.sizeBytes, modifiedAt: taken.sentAt }, found)) return 'unsettled';
  const isToldSum = found.marker === '.sha256' && taken.sha256 !== null;
  return {
    ...taken,
    wrongChecksum: isToldSum ? await compareChecksum(drop, path, taken.sha256, scratch) : null,
  };
}

/** Moves a file to the name of its claim. */
export async function claimFile(drop: FileDrop, from: string, claim: Claim): Promise<void> {
  await drop.take(from, claimedPath(claim));
}

/** Downloads a feed, and proves that it did not change while it was read. */
async function readFeed(
  drop: FileDrop,
  path: string,
  scratch: string,
): Promise<Omit<TakenFeed, 'wrongChecksum'> | 'gone' | 'unsettled'> {
  const localPath = join(scratch, 'feed.csv');
  const before = await drop.find(path);
  if (before === null) return 'gone';
  const { modifiedAt: sentAt } = before;
  if (before.sizeBytes > FEED_SIZE_MAX_BYTES) {
    return { localPath, sha256: null, sizeBytes: before.sizeBytes, sentAt };
  }
  try {
    const { sha256, sizeBytes } = await drop.download(path, localPath);
    const isSettled = await isUnchanged(drop, path, { sizeBytes, sentAt });
    return isSettled ? { localPath, sha256, sizeBytes, sentAt } : 'unsettled';
  } catch (error) {
    if (isCoded(error, 'FILE_MISSING')) return 'gone';
    throw error;
  }
}

/** Whether the file still has the size and the time with which it was read. */
export async function isUnchanged(
  drop: FileDrop,
  path: string,
  { sizeBytes, sentAt }: Pick<TakenFeed, 'sizeBytes' | 'sentAt'>,
): Promise<boolean> {
  const now = await drop.find(path);
  return now?.sizeBytes === sizeBytes && now.modifiedAt.getTime() === sentAt.getTime();
}

function isAsFound(
  { sizeBytes, modifiedAt }: Pick<RemoteFile, 'sizeBytes' | 'modifiedAt'>,
  found: FeedAsFound,
): boolean {
  if (found.sizeBytes === undefined || found.modifiedAt === undefined) return true;
  return sizeBytes === found.sizeBytes && modifiedAt.getTime() === Date.parse(found.modifiedAt);
}

/**
 * A marker goes with its feed. One that stayed behind, because an attempt died in between, is older than the next feed of
 * the name, and means nothing for it.
 */
async function claimMarker(drop: FileDrop, claim: Claim, ending: MarkerEnding): Promise<void> {
  const [from, to] = [`${claim.sentPath}${ending}`, `${claimedPath(claim)}${ending}`];
  const marker = await drop.find(from);
  if (marker === null || (await drop.find(to)) !== null) return;
  const next = await drop.find(claim.sentPath);
  if (next === null || marker.modifiedAt.getTime() < next.modifiedAt.getTime()) await drop.take(from, to);
}

/**
 * Removes what is left of a claim whose feed is filed: its marker, and its folders. Best effort: whatever stays there is
 * in nobody's way, and goes with the next look.
 */
export async function removeClaim(drop: FileDrop, { id }: Pick<Claim, 'id'>): Promise<void> {
  const top = `${CLAIMED_FOLDER}/${id}`;
  try {
    for (const name of await drop.folders(top)) await removeMarkersAndFolder(drop, `${top}/${name}`);
    await removeMarkersAndFolder(drop, top);
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
  }
}

/** A folder with a feed in it is not empty, so it stays. */
async function removeMarkersAndFolder(drop: FileDrop, folder: string): Promise<void> {
  const files = (await drop.list(folder)).map(({ name }) => name);
  if (files.some((name) => !isMarkerName(name))) return;
  for (const name of files) await drop.remove(`${folder}/${name}`);
  await drop.removeFolder(folder);
}

/**
 * Compares a feed with the checksum beside it, as `sha256sum` writes it.
 *
 * @returns FEED_CHECKSUM_MISMATCH; null: it is right, or somebody has taken it away
 */
async function compareChecksum(
  drop: FileDrop,
  path: string,
  sha256: string,
  scratch: string,
): Promise<AtpError | null> {
  const marker = await drop.find(`${path}.sha256`);
  if (marker === null) return null;
  const localPath = join(scratch, 'checksum');
  const isShort = marker.sizeBytes <= CHECKSUM_FILE_BYTES_MAX;
  if (isShort) await drop.download(`${path}.sha256`, localPath);
  const line = isShort ? await readFile(localPath, 'utf8') : '';
  const told = /^\\?([0-9a-f]{64})\b/i.exec(line)?.[1]?.toLowerCase();
  if (told === sha256) return null;
  const fileName = path.slice(path.lastIndexOf('/') + 1);
  return new AtpError('FEED_CHECKSUM_MISMATCH', { fileName, told: told ?? 'none', found: sha256 });
}

/** A line with a hash and a name. */
const CHECKSUM_FILE_BYTES_MAX = 4_096;
