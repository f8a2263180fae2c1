import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileDrop } from '../sftp/file-drop.ts';

/** Puts a feed file into incoming/, as an ERP would: whole or not at all, without a checksum file beside it. */
export async function dropFeed(
  drop: FileDrop,
  feed: { readonly name: string; readonly text: string },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'atp-feed-'));
  try {
    const localPath = join(folder, feed.name);
    await writeFile(localPath, feed.text);
    const sha256 = createHash('sha256').update(feed.text).digest('hex');
    await drop.publish(localPath, { folder: 'incoming', name: feed.name, sha256, withChecksumFile: false });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
