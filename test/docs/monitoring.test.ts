/** docker/monitoring: rules that Prometheus takes, and that do in time what they promise. */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PROJECT } from './documents.ts';

const MONITORING = join(PROJECT, 'docker/monitoring');
const run = promisify(execFile);

/** Debian's package prometheus has it. CI must have it. */
function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (process.env['CI'])
      throw new Error('CI checks the alert rules: promtool is missing.', { cause: error });
    console.warn('The alert rules are not checked: promtool (Debian’s package prometheus) is missing.');
    return false;
  }
}

describe.skipIf(!hasPromtool())('promtool', () => {
  test('takes the alert rules', async () => {
    const { stdout } = await run('promtool', ['check', 'rules', 'alerts.yml'], { cwd: MONITORING });
    expect(stdout).toContain('SUCCESS: 17 rules found');
  });

  test('sees that the important alerts begin and end', async () => {
    const { stdout } = await run('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd: MONITORING });
    expect(stdout).toContain('SUCCESS');
  });
});
