/** Tries on the real file drop what the jobs do there: look, write, read, move, remove. */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DROP_FOLDERS, INCOMING_FOLDER } from '../../domain/drop-folders.ts';
import { AtpError } from '../../domain/errors.ts';
import { isFeedName } from '../../domain/feed.ts';
import { parseFeedType } from '../../domain/feed-type.ts';
import type { FileDrop, OpenFileDrop } from '../../sftp/file-drop.ts';
import { sha256OfText } from '../../sftp/file-hash.ts';
import { withScratchFolder } from '../../sftp/scratch-folder.ts';

/**
 * Looks into incoming/. With `isThorough`, it also sends a small file through every folder and takes it away again: hidden,
 * so that no import takes it for a feed. A watch looks only, because others may see what lies there.
 *
 * @param sources folders below incoming/ that an import takes from; null: not known, so no folder is told
 * @returns how many files wait in incoming/, and the names of what no import takes from there
 * @throws AtpError SFTP_UNREACHABLE (also for what the server refuses), SFTP_HOST_KEY_MISMATCH, SFTP_NOT_SAFE,
 *   FILE_CHECKSUM_MISMATCH (the server changed the file)
 */
export async function checkFileDrop(
  open: OpenFileDrop,
  { isThorough, sources }: { readonly isThorough: boolean; readonly sources: readonly string[] | null },
): Promise<{ readonly waiting: number; readonly leftAlone: readonly string[] }> {
  return withScratchFolder((folder) =>
    open(async (drop) => {
      const files = (await drop.list(INCOMING_FOLDER)).map(({ name }) => name);
      const taken = new Set<string>([
        ...files.filter(isFeedName),
        ...(sources ?? (await drop.folders(INCOMING_FOLDER))),
      ]);
      const leftAlone = (await drop.names(INCOMING_FOLDER)).filter(
        (name) => !taken.has(name) && parseFeedType(name) === null,
      );
      if (isThorough) await sendThrough(drop, folder);
      return { waiting: files.filter((name) => !name.startsWith('.')).length, leftAlone };
    }),
  );
}

async function sendThrough(drop: FileDrop, folder: string): Promise<void> {
  const name = `.atp-doctor-${randomUUID()}`;
  const text = `A file of \`atp doctor\`; it may be removed. ${name}\n`;
  const sha256 = sha256OfText(text);
  const localPath = join(folder, 'sent');
  await writeFile(localPath, text);
  const passed: string[] = [];
  try {
    const [first, ...rest] = DROP_FOLDERS;
    passed.push(`${first}/${name}`);
    await drop.publish(localPath, { folder: first, name, sha256, withChecksumFile: false });
    for (const next of rest) {
      const from = passed.at(-1) as string;
      passed.push(`${next}/${name}`);
      await drop.move(from, `${next}/${name}`);
    }
    const back = join(folder, 'back');
    await drop.download(passed.at(-1) as string, back);
    const received = await readFile(back);
    if (!received.equals(Buffer.from(text))) {
      const found = sha256OfText(received);
      throw new AtpError('FILE_CHECKSUM_MISMATCH', { name, found, expected: sha256, triedBy: 'doctor' });
    }
  } finally {
    // When the connection is lost, this fails as well; the first failure is the one to report.
    for (const path of passed) await drop.remove(path).catch(() => undefined);
  }
}
