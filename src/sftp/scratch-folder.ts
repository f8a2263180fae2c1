import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCRATCH_KEPT_HOURS } from '../domain/limits.ts';

const PREFIX = 'atp-sync-scratch-';

/** Gives `work` a folder of its own for files on their way to or from SFTP, and removes the folder afterwards. */
export async function withScratchFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes the scratch folders that killed processes have left on this machine; gives their number. Younger ones than
 * `SCRATCH_KEPT_HOURS` may still be at use.
 */
export async function removeLeftScratchFolders(now: Date): Promise<number> {
  const youngest = now.getTime() - SCRATCH_KEPT_HOURS * 60 * 60 * 1000;
  const names = await readdir(tmpdir());
  let removed = 0;
  for (const name of names.filter((candidate) => candidate.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const left = await stat(folder).catch(() => null);
    if (left === null || left.mtimeMs > youngest) continue;
    await rm(folder, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
