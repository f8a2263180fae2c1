import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INCOMING_FOLDER } from '../domain/drop-folders.ts';
import type { FileDrop } from '../sftp/file-drop.ts';
import { sha256OfText } from '../sftp/file-hash.ts';
import { withScratchFolder } from '../sftp/scratch-folder.ts';

/** Puts a feed file into incoming/, as an ERP would: whole or not at all, without a checksum file beside it. */
export async function dropFeed(
  drop: FileDrop,
  feed: { readonly name: string; readonly text: string },
): Promise<void> {
  await withScratchFolder(async (folder) => {
    const localPath = join(folder, feed.name);
    await writeFile(localPath, feed.text);
    const sha256 = sha256OfText(feed.text);
    await drop.publish(localPath, {
      folder: INCOMING_FOLDER,
      name: feed.name,
      sha256,
      withChecksumFile: false,
    });
  });
}
