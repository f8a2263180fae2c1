/**
 * Loaded into a worker by `node --import`: it gets its workflows from the file WORKFLOW_BUNDLE_FILE, in place of
 * bundling them at each start. The parts desk has written the file by the same bundler, once for all tests of a run.
 */
import { readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import type { workflowBundle as bundleAnew } from '../../src/temporal/workflow-bundle.ts';

const REPLACED = new URL('../../src/temporal/workflow-bundle.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return resolved.url === REPLACED ? { ...resolved, url: import.meta.url } : resolved;
  },
});

/** Stands in for the function of that name. */
export const workflowBundle: typeof bundleAnew = async () => ({
  code: await readFile(process.env['WORKFLOW_BUNDLE_FILE'] ?? '', 'utf8'),
});
