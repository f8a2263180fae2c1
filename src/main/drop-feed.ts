import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INCOMING_FOLDER } from '../domain/drop-folders.ts';
import type { FileDrop } from '../sftp/file-drop.ts';
import { sha256OfText } from '../sftp/file-hash.ts';
import { withScratchFolder } from '../sftp/scratch-folder.ts';

/** Puts a feed file into incoming/, as an ERP would: whole or not at all, and then its checksum, so that it is taken at once. */
export async function dropFeed(
  drop: FileDrop,
  { name, text }: { readonly name: string; readonly text: string },
): Promise<void> {
  await withScratchFolder(async (folder) => {
    for (const file of [
      { name, text },
      { name: `${name}.sha256`, text: `${sha256OfText(text)}  ${name}\n` },
    ]) {
      const localPath = join(folder, file.name);
      await writeFile(localPath, file.text);
      await drop.publish(localPath, {
        folder: INCOMING_FOLDER,
        name: file.name,
        sha256: sha256OfText(file.text),
        withChecksumFile: false,
      });
    }
  });
}
