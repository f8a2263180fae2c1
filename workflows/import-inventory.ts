import { continueAsNew, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Activities, FeedRef } from '../activities/index.ts';
import { importJob, type ImportJob } from '../src/domain/job-input.ts';
import { FEED_STABLE_FOR_MS, FEEDS_PER_RUN } from '../src/domain/limits.ts';
import { feedTransfer, fileTransfer } from './activity-options.ts';
import { refused } from './failures.ts';
import { describeRun } from './search-attributes.ts';

const transfers = proxyActivities<Activities>(fileTransfer);

export interface ImportedFile {
  readonly fileName: string;
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  /** Why nothing of the file could be applied. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface ImportResult {
  readonly files: readonly ImportedFile[];
}

/**
 * Import inventory: take the feed files that lie on SFTP, in the order of their names, and apply each once. Rows that
 * cannot be applied go to an error file with their reasons; the others count.
 *
 * @param input `{source?}`
 */
export async function importInventory(input: unknown): Promise<ImportResult> {
  const job = refused(() => importJob(input));
  describeRun({ jobName: 'import' });

  const feeds = await stableFeeds(job);
  const files: ImportedFile[] = [];
  for (const { path } of feeds) {
    const file = await transfers.importFeed.executeWithOptions(
      { ...feedTransfer, summary: `Import ${path}` },
      [{ path }],
    );
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
async function stableFeeds(job: ImportJob): Promise<readonly FeedRef[]> {
  const before = await look('Look into incoming/', job);
  if (before.length === 0) return [];
  await sleep(FEED_STABLE_FOR_MS, { summary: 'See whether a file is still being uploaded' });
  const after = await look('Look into incoming/ again', job);
  const firstUnstable = after.findIndex((feed) => !before.some((known) => isSame(known, feed)));
  return firstUnstable < 0 ? after : after.slice(0, firstUnstable);
}

function look(summary: string, job: ImportJob): Promise<readonly FeedRef[]> {
  return transfers.listFeeds.executeWithOptions({ ...fileTransfer, summary }, [job]);
}

function isSame(one: FeedRef, other: FeedRef): boolean {
  return one.path === other.path && one.sizeBytes === other.sizeBytes && one.modifiedAt === other.modifiedAt;
}
