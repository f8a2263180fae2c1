/** Tries on the real file drop what the jobs do there: look, write, read, move, remove. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AtpError } from '../../domain/errors.ts';
import type { FileDrop, OpenFileDrop } from '../../sftp/file-drop.ts';

/** The folders that a file passes on its way through the jobs. */
const WAY = ['incoming', 'outgoing', 'archive', 'error'] as const;

/**
 * Sends a small file through every folder and takes it away again. Hidden, so that no import takes it for a feed.
 *
 * @returns how many files wait in incoming/
 * @throws AtpError SFTP_UNREACHABLE (also for what the server refuses), SFTP_HOST_KEY_MISMATCH
 */
export async function checkFileDrop(open: OpenFileDrop): Promise<{ readonly waiting: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'atp-sync-'));
  try {
    return await open(async (drop) => {
      const waiting = (await drop.list('incoming')).filter(({ name }) => !name.startsWith('.')).length;
      await sendThrough(drop, folder);
      return { waiting };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sendThrough(drop: FileDrop, folder: string): Promise<void> {
  const name = `.atp-doctor-${randomUUID()}`;
  const text = `A file of \`atp doctor\`; it may be removed. ${name}\n`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const localPath = join(folder, 'sent');
  await writeFile(localPath, text);
  const passed: string[] = [];
  try {
    const [first, ...rest] = WAY;
    passed.push(`${first}/${name}`);
    await drop.publish(localPath, { folder: first, name, sha256, withChecksumFile: false });
    for (const next of rest) {
      const from = passed.at(-1) as string;
      passed.push(`${next}/${name}`);
      await drop.move(from, `${next}/${name}`);
    }
    const back = join(folder, 'back');
    await drop.download(passed.at(-1) as string, back);
    if ((await readFile(back, 'utf8')) !== text) {
      throw new AtpError('FILE_CHECKSUM_MISMATCH', { name, found: 'of another content', expected: sha256 });
    }
  } finally {
    // On a connection that has failed this fails as well, and the first failure is the one to tell.
    for (const path of passed) await drop.remove(path).catch(() => undefined);
  }
}
