/**
 * `node --import` loads this module into a worker. The worker then reads its workflows from WORKFLOW_BUNDLE_FILE and
 * does not bundle them at each start. The parts desk writes that file with the same bundler, once for all tests of a run.
 */
import { readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import type { bundleWorkflows as buildBundle } from '../../src/temporal/workflow-bundle.ts';

const REPLACED = new URL('../../src/temporal/workflow-bundle.ts', import.meta.url).href;

const hooks = registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    if (resolved.url !== REPLACED) return resolved;
    // There is no other one, and each module that is loaded after it would pay for the hook.
    hooks.deregister();
    return { ...resolved, url: import.meta.url };
  },
});

/** Replaces the function of this name in the worker. */
export const bundleWorkflows: typeof buildBundle = async () => ({
  code: await readFile(process.env['WORKFLOW_BUNDLE_FILE'] ?? '', 'utf8'),
});
