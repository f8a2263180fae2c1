/** Importing feeds from SFTP: each is imported once and then moved to archive/, or to error/ with an error file. */
import { createImportFeed, type ImportDeps } from './import-feed.ts';
import { createListFeeds } from './list-feeds.ts';

export type { ImportDeps } from './import-feed.ts';
export type { FeedRef } from './list-feeds.ts';

export function createImportActivities(deps: ImportDeps) {
  return { listFeeds: createListFeeds(deps), importFeed: createImportFeed(deps) };
}
