/** docs/guides/run-it.md and the unit of systemd, against what the product does. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { DROP_FOLDERS } from '../../src/domain/drop-folders.ts';
import { API_SHUTDOWN_GRACE_MS, WORKER_SHUTDOWN_GRACE_MS } from '../../src/domain/limits.ts';
import { SEARCH_ATTRIBUTE_NAMES } from '../../src/domain/workflow-names.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { PROJECT, readDocument } from './documents.ts';

const GUIDE = readDocument('docs/guides/run-it.md').text;
const UNIT_FILES = ['atp-worker.service', 'atp-console.service'];
const UNITS = await Promise.all(UNIT_FILES.map((name) => readFile(join(PROJECT, 'systemd', name), 'utf8')));
const INSTALLED = '/opt/atp-sync/current';

test.skipIf(spawnSync('systemd-analyze', ['--version']).error !== undefined)(
  'systemd finds nothing wrong in the units',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'atp-unit-'));
    cleanUp(() => rm(folder, { recursive: true, force: true }));
    const units = UNIT_FILES.map((name) => join(folder, name));
    // systemd looks whether the program is there.
    for (const [index, unit] of units.entries()) {
      await writeFile(unit, UNITS[index]!.replaceAll(INSTALLED, PROJECT));
    }

    const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', ...units]);

    expect(stdout + stderr).not.toMatch(/atp-(worker|console)/);
  },
);

test('the units give each program the time that it takes to stop, and one SIGTERM', () => {
  for (const [index, graceMs] of [WORKER_SHUTDOWN_GRACE_MS, API_SHUTDOWN_GRACE_MS].entries()) {
    const [, seconds] = /^TimeoutStopSec=(\d+)s$/m.exec(UNITS[index]!) ?? [];
    expect(Number(seconds) * 1000).toBeGreaterThan(graceMs);
    expect(UNITS[index]).toContain('\nKillMode=mixed\n');
  }
});

test('the guide uses the folders that the units name', () => {
  const named = [...UNITS.join('').matchAll(/\/(?:opt|etc|var\/\w+)\/atp-sync/g)].map(([folder]) => folder);
  expect(new Set(named).size).toBe(4);
  for (const folder of named) expect(GUIDE).toContain(folder);
});

test('what the guide removes is what the product makes', () => {
  for (const folder of DROP_FOLDERS) expect(GUIDE).toContain(`\`${folder}\``);
  const removed = [...GUIDE.matchAll(/--name (\w+)/g)].map(([, name]) => name);
  expect(removed.toSorted()).toEqual(Object.values(SEARCH_ATTRIBUTE_NAMES).toSorted());
});
