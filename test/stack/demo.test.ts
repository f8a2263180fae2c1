import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { releaseLock, takeLock } from '../../src/stand-ins/stack-files.ts';
import { cleanUp } from '../setup/clean-up.ts';

const DEMO = join(import.meta.dirname, '../../scripts/demo.ts');

test.each([[[]], [['--keep']]])(
  'a demo with %j does nothing while another one runs, and says how to look at it, stop it and replace it',
  async (options) => {
    const state = await mkdtemp(join(tmpdir(), 'atp-demo-'));
    cleanUp(() => rm(state, { recursive: true, force: true }));
    const data = join(state, 'data');
    await writeFile(data, 'of the demo that was kept');
    // This process stands for the one that runs the stack.
    await takeLock(state);
    cleanUp(() => releaseLock(state));

    const { code, said } = await runDemo('--state', state, ...options);

    expect(code).toBe(1);
    expect(said).toContain(`process ${process.pid}`);
    expect(said).toMatch(/npx atp status\n.*npx atp down\n/);
    expect(said).toContain(['npm run demo -- --replace', ...options].join(' '));
    expect(await readFile(data, 'utf8')).toBe('of the demo that was kept');
  },
);

function runDemo(...args: string[]): Promise<{ readonly code: unknown; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [DEMO, ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, said: stdout + stderr });
    });
  });
}
