import { continueAsNew, patched, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { FeedRef } from '../activities/index.ts';
import { sentPathOf, folderOf } from '../src/domain/claim.ts';
import {
  addImported,
  type ImportedFile,
  type ImportedSoFar,
  type ImportResult,
} from '../src/domain/jobs/import.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import {
  FEED_LOOK_SLACK_MS,
  FEED_STABLE_FOR_MS,
  FEEDS_PER_RUN,
  SHOWN_TEXT_LENGTH_MAX,
} from '../src/domain/limits.ts';
import { isServerFault } from '../src/domain/source-server.ts';
import { showText } from '../src/domain/shown-text.ts';
import { untakenNameOf } from '../src/domain/untaken.ts';
import { begin } from './begin.ts';
import { tryBestEffort } from './failures.ts';
import { briefStep, step } from './steps.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Import inventory: take the feed files that lie on SFTP, in the order of their names, and apply each once. Rows that
 * cannot be applied go to an error file with their reasons; the others count. Many feeds go through a chain of runs.
 *
 * @param input `{source?}`
 * @param earlier what the chain's earlier runs have imported; only they pass it on
 */
export function importInventory(input: unknown, earlier?: ImportedSoFar): Promise<ImportResult> {
  return asJob('import', () => importFeeds(input, earlier));
}

async function importFeeds(input: unknown, earlier?: ImportedSoFar): Promise<ImportResult> {
  const job = begin('import', input);

  const found = await findFeeds(job);
  const feeds = found.filter(
    (feed) => !feed.isLeft && !feed.isUntaken && !feed.isMissing && !feed.waits && !feed.lost,
  );
  const imported: ImportedFile[] = [];
  const heldBack = new Set<string>();
  for (const { path, sizeBytes, modifiedAt, marker, olderThan } of feeds) {
    if (heldBack.has(folderOf(path))) continue;
    const file = await step('importFeed', `Import ${sentPathOf(path)}`, {
      path,
      sizeBytes,
      modifiedAt,
      ...(marker && { marker }),
    });
    imported.push({ ...file, ...(olderThan !== undefined && { olderThan }) });
    setCurrentDetails(
      `${imported.length} of ${feeds.length} files imported; the last was ${showText(file.fileName, SHOWN_TEXT_LENGTH_MAX)}.`,
    );
    // A person must decide about it first; runs of the release before never meet one.
    if (file.error?.code === 'FEED_HELD') heldBack.add(folderOf(path));
    // Its server is lost; of sources on the server of all, the step fails.
    if (file.error && isServerFault(file.error.code)) heldBack.add(folderOf(path));
    if (file.error?.code !== 'FEED_UNSETTLED') continue;
    // It is still being sent: it and all that comes after it in its folder is left to the next run.
    if (patched('an unsettled feed holds back its folder')) heldBack.add(folderOf(path));
    // Runs of the release before leave all feeds to the next run.
    else if (patched('an unsettled feed ends the run')) return { files: imported };
  }
  const stillNotPutAway = await putAwayLeft(found.filter(({ isLeft }) => isLeft));
  const soFar = addImported(earlier, imported);
  // Feeds that wait take no turn: what is listed next is behind those that were imported.
  // Of servers that are lost, the next list would have the same feeds.
  const isGettingOn = imported.some(({ error }) => !error || !isServerFault(error.code));
  if (feeds.length === FEEDS_PER_RUN && isGettingOn) {
    await continueAsNew<typeof importInventory>(job, soFar);
  }
  return { ...soFar, ...whatIsNotTaken(found), ...(stillNotPutAway.length > 0 && { stillNotPutAway }) };
}

/** Feeds that wait, with what keeps them waiting, what looks like a feed and is none, and what has not come; absent: there are none. */
function whatIsNotTaken(
  found: readonly FeedRef[],
): Pick<ImportResult, 'waiting' | 'untaken' | 'lost' | 'missing'> {
  const waiting = found.flatMap(({ path, waits }) => (waits ? [{ fileName: nameOf(path), ...waits }] : []));
  const untaken = found.filter(({ isUntaken }) => isUntaken).map(({ path }) => untakenNameOf(path));
  const lost = found.flatMap((feed) => (feed.lost ? [feed.lost] : []));
  const missing = found.filter(({ isMissing }) => isMissing).map(({ path }) => path);
  return {
    ...(waiting.length > 0 && { waiting }),
    ...(untaken.length > 0 && { untaken }),
    ...(lost.length > 0 && { lost }),
    ...(missing.length > 0 && { missing }),
  };
}

/** Best effort, and after the new feeds: moves the feeds that earlier runs could not move. Returns those that stay. */
async function putAwayLeft(left: readonly FeedRef[]): Promise<readonly string[]> {
  const staying: string[] = [];
  for (const { path } of left) {
    const isMoved = await tryBestEffort(null, 'A feed could not be moved to archive/ or error/', async () => {
      const { fileName, notPutAway } = await briefStep('importFeed', `Move ${path} away`, { path });
      if (notPutAway) staying.push(fileName);
    });
    if (!isMoved) staying.push(nameOf(path));
  }
  return staying;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Looks for feeds; when one was not complete, again after the time in which it settles. */
async function findFeeds(job: JobInput<'import'>): Promise<readonly FeedRef[]> {
  const found = await step('listFeeds', 'Look for feeds', job);
  // Releases before looked twice whatever they saw, and did not say for how long a feed is to be looked at.
  const settlesInMs = Math.max(0, ...found.map((feed) => feed.settlesInMs ?? FEED_STABLE_FOR_MS));
  if (settlesInMs === 0) return found;
  await sleep(settlesInMs + FEED_LOOK_SLACK_MS, { summary: 'See whether a file is still being uploaded' });
  return step('listFeeds', 'Look for feeds again', job);
}
