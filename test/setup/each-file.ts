/**
 * Vitest runs this before each test file. Files share a process with its modules, so that a file leaves nothing of its own
 * to the next: what is registered here runs after the hooks of the file.
 */
import { afterAll, vi } from 'vitest';
import { cleanUpFile } from './clean-up.ts';

afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await cleanUpFile();
});
