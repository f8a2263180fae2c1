/**
 * Vitest runs this before each test file. Files share a process with its modules, so that a file leaves nothing of its own
 * to the next: what is registered here runs after the hooks of the file.
 */
import { afterAll, vi } from 'vitest';
import { cleanUpFile } from './clean-up.ts';

/** Of the process; asking for it alone is deprecated. */
const umask = process.umask(0o022);
process.umask(umask);

afterAll(async () => {
  process.umask(umask);
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await cleanUpFile();
});
