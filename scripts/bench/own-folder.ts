import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeStateFolder } from '../../src/stand-ins/temporary-home.ts';

/** Makes a state folder for `work`, and leaves nothing of it, also where a part of it does not start. `work` stops what it starts. */
export async function inOwnFolder<Result>(
  prefix: string,
  work: (stateDir: string) => Promise<Result>,
): Promise<Result> {
  const stateDir = mkdtempSync(join(tmpdir(), prefix));
  try {
    return await work(stateDir);
  } finally {
    removeStateFolder(stateDir);
  }
}
