import { BUNDLING_TIMEOUT_MS } from '../domain/limits.ts';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The bundler names modules by their path from its working folder. */
const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLER = fileURLToPath(new URL('./bundle-workflows.ts', import.meta.url));

/** The script has 2 MB today. */
const SCRIPT_BYTES_MAX = 32 * 1024 * 1024;

/**
 * The workflows as one script, for the worker's sandbox. Bundled by a process of its own that ends afterwards: the
 * bundler takes 200 MB, which the worker would carry for the rest of its life.
 */
export async function bundleWorkflows(): Promise<{ readonly code: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, [BUNDLER], {
    cwd: PROJECT_ROOT,
    maxBuffer: SCRIPT_BYTES_MAX,
    timeout: BUNDLING_TIMEOUT_MS,
  });
  return { code: stdout };
}
