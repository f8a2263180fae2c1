/** Each benchmark does its work right for a handful of rows. How long it takes is for `npm run bench` to say, not for a test. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { BENCHES } from '../../scripts/bench/benches.ts';
import { LENT_PARTS, type LentParts } from '../../scripts/bench/lent-parts.ts';
import { DROP_FOLDERS } from '../../src/domain/drop-folders.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { askForPart } from '../setup/parts.ts';

const PROJECT = join(import.meta.dirname, '../..');
const READY_BUNDLE = new URL('../setup/ready-bundle.ts', import.meta.url).href;

/** They start a stack and a server of their own, as all of them do by hand. */
const ON_THEIR_OWN = ['contention', 'age'];

async function runSmall(name: string): Promise<string> {
  const command = ['scripts/bench.ts', name, '--small'];
  const env = { ...process.env, ...(ON_THEIR_OWN.includes(name) ? {} : await lentToBench()) };
  try {
    return (await promisify(execFile)(process.execPath, command, { cwd: PROJECT, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`bench ${name} has failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** The parts of this run, with a namespace and a folder for this benchmark, and the workflows as a bundle for its worker. */
async function lentToBench(): Promise<NodeJS.ProcessEnv> {
  const [postgres, temporal, { settings, folder }, bundle] = await Promise.all([
    askForPart('postgres'),
    freshNamespace(),
    freshSftpRoot(),
    askForPart('workflow-bundle'),
  ]);
  for (const name of DROP_FOLDERS) await mkdir(join(folder, name), { recursive: true });
  const parts: LentParts = { postgres, temporal, sftp: settings };
  return {
    [LENT_PARTS]: JSON.stringify(parts),
    WORKFLOW_BUNDLE_FILE: bundle.file,
    NODE_OPTIONS: `--import=${READY_BUNDLE}`,
  };
}

// One after the other: each takes all of the processors.
test.each(Object.keys(BENCHES))('bench %s finds its work right', async (name) => {
  const output = await runSmall(name);

  expect(output).toMatch(/^ok: /m);
  expect(output).not.toContain('WRONG');
});
