/** The state folder belongs to its owner alone: histories, the twin's data, keys and passwords lie in it. */
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The one folder below that another user enters: Postgres does not run as root. Its data folder has mode 700. */
const OF_POSTGRES = 'postgres';

/**
 * Makes the folder, and closes it and what lies in it to other users; earlier releases left some of it open. What this
 * process and its children make from now on is closed, too, wherever it is.
 */
export function closeStateFolder(stateDir: string): void {
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  mkdirSync(stateDir, { recursive: true, mode });
  process.umask(0o077);
  chmodSync(stateDir, mode);
  for (const entry of readdirSync(stateDir, { withFileTypes: true })) {
    if (entry.name === OF_POSTGRES || !(entry.isFile() || entry.isDirectory())) continue;
    try {
      chmodSync(join(stateDir, entry.name), entry.isFile() ? 0o600 : 0o700);
    } catch (error) {
      // Another process has removed it, or it is somebody else's: then we have not put a secret into it.
      if (!['ENOENT', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
