/** What a benchmark starts for itself leaves nothing behind, whoever runs it: root's Postgres has its data outside of the state folder. */
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { onOwnDatabase } from '../../scripts/bench/own-database.ts';
import { inOwnFolder } from '../../scripts/bench/own-folder.ts';
import { startPostgres } from '../../src/stand-ins/postgres-server.ts';
import { unprivilegedUser } from '../../src/stand-ins/unprivileged-user.ts';
import { openFolder } from '../setup/parts-desk.ts';

/** Of the state folder, and of the one outside of it. */
const AT_WORK = unprivilegedUser() === null ? ['atp-own-'] : ['atp-', 'atp-own-'];
let folder: string;

beforeEach(async () => {
  folder = await openFolder('atp-test-own-folder-');
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  await chmod(temporary, 0o1777);
  vi.stubEnv('TMPDIR', temporary);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });
});

/** What is in the folder for temporary files: names without what is random. */
async function left(): Promise<string[]> {
  const names = await readdir(join(folder, 'tmp'));
  return names
    .map((name) => (name.startsWith('atp-own-') ? 'atp-own-' : name.slice(0, 'atp-'.length)))
    .sort();
}

test('a database of its own is gone with all its folders', async () => {
  const during = await onOwnDatabase(left);

  expect(during).toEqual(AT_WORK);
  expect(await left()).toEqual([]);
});

test('of a Postgres that does not start nothing is left', async () => {
  const installation = join(folder, 'broken');
  await mkdir(join(installation, 'bin'), { recursive: true });
  await writeFile(join(installation, 'bin/initdb'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  let during: string[] = [];

  const work = inOwnFolder('atp-own-', async (stateDir) => {
    await startPostgres({ stateDir, port: 1, installation }).finally(async () => (during = await left()));
  });

  await expect(work).rejects.toMatchObject({ code: 'STACK_PART_FAILED' });
  expect(during).toEqual(AT_WORK);
  expect(await left()).toEqual([]);
});
