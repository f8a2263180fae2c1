/** Each benchmark does its work right for a handful of rows. How long it takes is for `npm run bench` to say, not for a test. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { BENCHES } from '../../scripts/bench/benches.ts';

const PROJECT = join(import.meta.dirname, '../..');

async function runSmall(name: string): Promise<string> {
  const command = ['scripts/bench.ts', name, '--small'];
  try {
    return (await promisify(execFile)(process.execPath, command, { cwd: PROJECT })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`bench ${name} has failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

// One after the other: each starts a stack of its own.
test.each(Object.keys(BENCHES))('bench %s finds its work right', async (name) => {
  const output = await runSmall(name);

  expect(output).toMatch(/^ok: /m);
  expect(output).not.toContain('WRONG');
});
