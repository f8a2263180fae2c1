import { continueAsNew, patched, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { FeedRef } from '../activities/index.ts';
import type { ImportedFile, ImportResult } from '../src/domain/jobs/import.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import { FEED_STABLE_FOR_MS, FEEDS_PER_RUN, SHOWN_TEXT_LENGTH_MAX } from '../src/domain/limits.ts';
import { showText } from '../src/domain/shown-text.ts';
import { begin } from './begin.ts';
import { tryBestEffort } from './failures.ts';
import { briefStep, step } from './steps.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Import inventory: take the feed files that lie on SFTP, in the order of their names, and apply each once. Rows that
 * cannot be applied go to an error file with their reasons; the others count.
 *
 * @param input `{source?}`
 */
export function importInventory(input: unknown): Promise<ImportResult> {
  return asJob('import', () => importFeeds(input));
}

async function importFeeds(input: unknown): Promise<ImportResult> {
  const job = begin('import', input);

  const found = await findStableFeeds(job);
  const feeds = found.filter(({ isLeft }) => !isLeft);
  const files: ImportedFile[] = [];
  for (const { path } of feeds) {
    const file = await step('importFeed', `Import ${path}`, { path });
    files.push(file);
    setCurrentDetails(
      `${files.length} of ${feeds.length} files imported; the last was ${showText(file.fileName, SHOWN_TEXT_LENGTH_MAX)}.`,
    );
    // It is still being sent: it and all that comes after it is left to the next run.
    if (file.error?.code === 'FEED_UNSETTLED' && patched('an unsettled feed ends the run')) return { files };
  }
  const stillNotPutAway = await putAwayLeft(found.filter(({ isLeft }) => isLeft));
  if (feeds.length === FEEDS_PER_RUN) await continueAsNew<typeof importInventory>(job);
  return { files, ...(stillNotPutAway.length > 0 && { stillNotPutAway }) };
}

/** Best effort, and after the new feeds: moves the feeds that earlier runs could not move. Returns those that stay. */
async function putAwayLeft(left: readonly FeedRef[]): Promise<readonly string[]> {
  const staying: string[] = [];
  for (const { path } of left) {
    const isMoved = await tryBestEffort(null, 'A feed could not be moved out of incoming/', async () => {
      const { fileName, notPutAway } = await briefStep('importFeed', `Move ${path} away`, { path });
      if (notPutAway) staying.push(fileName);
    });
    if (!isMoved) staying.push(path.slice(path.lastIndexOf('/') + 1));
  }
  return staying;
}

/**
 * Files that did not grow between two looks. The first one that did is left to the next run, and so is all that comes
 * after it: a variance of nine o'clock must not be taken before the count of eight.
 */
async function findStableFeeds(job: JobInput<'import'>): Promise<readonly FeedRef[]> {
  const before = await step('listFeeds', 'Look into incoming/', job);
  if (before.length === 0) return [];
  await sleep(FEED_STABLE_FOR_MS, { summary: 'See whether a file is still being uploaded' });
  const after = await step('listFeeds', 'Look into incoming/ again', job);
  const firstUnstable = after.findIndex((feed) => !before.some((known) => isSame(known, feed)));
  return firstUnstable < 0 ? after : after.slice(0, firstUnstable);
}

function isSame(one: FeedRef, other: FeedRef): boolean {
  return one.path === other.path && one.sizeBytes === other.sizeBytes && one.modifiedAt === other.modifiedAt;
}
