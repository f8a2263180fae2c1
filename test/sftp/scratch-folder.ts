import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp } from '../setup/clean-up.ts';

/** A local folder of one's own, removed at the end of the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atp-sync-test-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
