/** On which SFTP server the feeds of a source lie: that of all sources, or one of its own. */
import { sentPathOf } from '../src/domain/claim.ts';
import { sourceOf } from '../src/domain/feed.ts';
import type { Database } from '../src/postgres/database.ts';
import { findServer } from '../src/postgres/feeds/source-servers.ts';
import type { OpenFileDrop } from '../src/sftp/file-drop.ts';
import type { OpenSourceDrop } from '../src/sftp/source-drop.ts';

export interface FeedDrops {
  readonly database: Database;
  /** That of all sources. */
  readonly fileDrop: OpenFileDrop;
  readonly sourceDrop: OpenSourceDrop;
}

export interface FoundDrop {
  readonly open: OpenFileDrop;
  /** The source whose own server it is; null: it is that of all sources. */
  readonly ownerOf: string | null;
}

/** @param path where the feed was sent to, or its claim */
export async function dropOfFeed(
  { database, fileDrop, sourceDrop }: FeedDrops,
  path: string,
): Promise<FoundDrop> {
  const source = sourceOf(sentPathOf(path));
  const server = await findServer(database, source);
  return server === null
    ? { open: fileDrop, ownerOf: null }
    : { open: sourceDrop(source, server), ownerOf: source };
}
