import { continueAsNew, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { FeedRef } from '../activities/index.ts';
import type { ImportedFile, ImportResult } from '../src/domain/jobs/import.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import { FEED_STABLE_FOR_MS, FEEDS_PER_RUN } from '../src/domain/limits.ts';
import { begin } from './begin.ts';
import { step } from './steps.ts';

/**
 * Import inventory: take the feed files that lie on SFTP, in the order of their names, and apply each once. Rows that
 * cannot be applied go to an error file with their reasons; the others count.
 *
 * @param input `{source?}`
 */
export async function importInventory(input: unknown): Promise<ImportResult> {
  const job = begin('import', input);

  const feeds = await findStableFeeds(job);
  const files: ImportedFile[] = [];
  for (const { path } of feeds) {
    const file = await step('importFeed', `Import ${path}`, { path });
    files.push(file);
    setCurrentDetails(`${files.length} of ${feeds.length} files imported; the last was ${file.fileName}.`);
  }
  if (feeds.length === FEEDS_PER_RUN) await continueAsNew<typeof importInventory>(job);
  return { files };
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
