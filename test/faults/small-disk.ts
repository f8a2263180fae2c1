/** A disk of a few megabytes that a test can fill to its last byte. Only root may mount one. */
import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanUp } from '../setup/clean-up.ts';

const run = promisify(execFile);
const BLOCK = Buffer.alloc(4096);

export interface SmallDisk {
  /** Writes until the system says that there is no space left. */
  fill(): Promise<void>;
  empty(): Promise<void>;
}

export function mayMount(): boolean {
  if (process.platform === 'linux' && process.getuid?.() === 0) return true;
  console.warn('Full disks are not tested: only root on Linux may mount a small one.');
  return false;
}

/**
 * Mounts it in memory, over a folder that is there; what the folder has is hidden meanwhile.
 *
 * @param mode of its root folder, such as `0755`
 */
export async function mountSmallDisk(folder: string, megabytes: number, mode: string): Promise<SmallDisk> {
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=${mode}`, 'tmpfs', folder]);
  // Whoever still has a file open there keeps it; the folder itself is free at once.
  cleanUp(async () => void (await run('umount', ['--lazy', folder])));
  const ballast = join(folder, '.ballast');
  return {
    async fill() {
      const file = await open(ballast, 'a');
      try {
        for (;;) await file.write(BLOCK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    empty: () => rm(ballast, { force: true }),
  };
}
