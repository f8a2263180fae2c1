/**
 * A claim: a feed is moved to a name of ours before it is read, so that whatever its sender puts under the old name
 * meanwhile is another feed.
 *
 *     incoming/ORDER_ITEMS/1.csv  ──▶  claimed/<id>/ORDER_ITEMS/1.csv
 *
 * A move has one winner, so a feed has one claim. The name of the claim has all that a later run needs to finish it: the
 * id, which is used for no other feed, and the path under which it was sent.
 */
import { CLAIMED_FOLDER, INCOMING_FOLDER } from './drop-folders.ts';

export interface Claim {
  /** One plain segment of a path. */
  readonly id: string;
  /** Where the feed was sent to: `incoming/…`. */
  readonly sentPath: string;
}

/** Claims of this kind are of feeds that grew after they were filed. */
const GROWN = 'grown-';

export function claimedPath({ id, sentPath }: Claim): string {
  return `${CLAIMED_FOLDER}/${id}/${sentPath.slice(INCOMING_FOLDER.length + 1)}`;
}

/** The claim that a path is of; null: the path is not below claimed/. */
export function readClaim(path: string): Claim | null {
  const [folder, id, ...below] = path.split('/');
  if (folder !== CLAIMED_FOLDER || id === undefined || below.length === 0) return null;
  return { id, sentPath: [INCOMING_FOLDER, ...below].join('/') };
}

/** Where a feed was sent to, whether it is claimed or not. */
export function sentPathOf(path: string): string {
  return readClaim(path)?.sentPath ?? path;
}

/** The folder that a feed was sent to. What holds up one feed holds up those behind it in the same folder. */
export function folderOf(path: string): string {
  const sent = sentPathOf(path);
  return sent.slice(0, sent.lastIndexOf('/'));
}

/**
 * The claim by a step of a run. Each attempt at the step has the same one, and no other step ever has it.
 *
 * @param runId of the workflow
 */
export function claimByStep(sentPath: string, runId: string, activityId: string): Claim {
  return { id: `${runId}-${activityId}`, sentPath };
}

/** The claim of a feed that has grown since it was filed. @param importKey what the import of it is known by */
export function claimOfGrown(sentPath: string, importKey: string): Claim {
  return { id: `${GROWN}${importKey.slice(0, 32)}`, sentPath };
}

/** What the import is known by of the feed that has grown: the beginning of it. */
export function importKeyOfGrown({ id }: Claim): string {
  return id.slice(GROWN.length);
}

export function isOfGrown({ id }: Claim): boolean {
  return id.startsWith(GROWN);
}
