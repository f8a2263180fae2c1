/**
 * Preloaded with --import: a process that leaves nothing in the bucket for others, as all did before decision 0084. It is the control of
 * shared-quota-processes.test.ts, so the product has no switch for it.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const THROTTLE = new URL('../../src/domain/throttle.ts', import.meta.url);
const LEAVES = 'const HEADROOM_FACTOR = 2;';

registerHooks({
  load(url, context, nextLoad) {
    if (url !== THROTTLE.href) return nextLoad(url, context);
    const source = readFileSync(THROTTLE, 'utf8');
    if (!source.includes(LEAVES)) throw new Error(`throttle.ts has no "${LEAVES}" any more.`);
    return {
      format: 'module-typescript',
      shortCircuit: true,
      source: source.replace(LEAVES, 'const HEADROOM_FACTOR = 0;'),
    };
  },
});
