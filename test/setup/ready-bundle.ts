/**
 * `node --import` loads this module into a worker. The worker then reads its workflows from WORKFLOW_BUNDLE_FILE and
 * does not bundle them at each start. The parts desk writes that file with the same bundler, once for all tests of a run.
 */
import { readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import type { bundleWorkflows as buildBundle } from '../../src/temporal/workflow-bundle.ts';

const REPLACED = new URL('../../src/temporal/workflow-bundle.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return resolved.url === REPLACED ? { ...resolved, url: import.meta.url } : resolved;
  },
});

/** Replaces the function of this name in the worker. */
export const bundleWorkflows: typeof buildBundle = async () => ({
  code: await readFile(process.env['WORKFLOW_BUNDLE_FILE'] ?? '', 'utf8'),
});
