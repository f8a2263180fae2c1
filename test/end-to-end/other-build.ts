/** Builds of the workflows of another release, for workers that a deploy starts. */
import { cp, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import * as workflows from '../../workflows/index.ts';
import { cleanUp } from '../setup/clean-up.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What differs in the other release, in every workflow. */
const DIFFERENCES = {
  /** One more step at the start, beside the others: open runs cannot be replayed. */
  'one more step': "void sleep('10 milliseconds');",
  /** A fault that no input shows: the workflow task itself fails. */
  'a TypeError': '(undefined as unknown as { go(): void }).go();',
} as const;

/** Returns the file of the build, as the variable WORKFLOW_BUNDLE_FILE names it to a worker. */
export async function buildOther(difference: keyof typeof DIFFERENCES): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atp-build-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  await cp(join(ROOT, 'workflows'), join(folder, 'workflows'), { recursive: true });
  for (const name of ['src', 'activities', 'node_modules', 'package.json']) {
    await symlink(join(ROOT, name), join(folder, name));
  }
  const index = join(folder, 'workflows/index.ts');
  await rename(index, join(folder, 'workflows/as-it-is.ts'));
  const changed = Object.keys(workflows).map(
    (name) => `export async function ${name}(...args: unknown[]): Promise<unknown> {
  ${DIFFERENCES[difference]}
  return (asItIs as Record<string, (...args: unknown[]) => unknown>)['${name}']?.(...args);
}`,
  );
  await writeFile(
    index,
    [
      "import { sleep } from '@temporalio/workflow';",
      "import * as asItIs from './as-it-is.ts';",
      ...changed,
    ].join('\n'),
  );
  const { code } = await bundleWorkflowCode({ workflowsPath: index, logger: new DefaultLogger('ERROR') });
  const file = join(folder, 'workflows.js');
  await writeFile(file, code);
  return file;
}
