/** Two workers poll the same queue, so that any step may be taken by either. */
import { test } from 'vitest';
import { Installation } from '../end-to-end/installation.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { expectRightState } from './right-state.ts';

/** Four calls a file. */
const SKUS = Array.from({ length: 800 }, (_, index) => `SHIRT-${String(index).padStart(4, '0')}`);
const ROUNDS = [5, 7, 5, 8, 5];

function ofEach(quantity: number): Record<string, number> {
  return Object.fromEntries(SKUS.map((sku) => [sku, quantity]));
}

const RIGHT = {
  written: Object.fromEntries(SKUS.map((sku) => [sku, ROUNDS])),
  mayPassOn: true,
  files: ROUNDS.length,
};

for (const [what, killsOne] of [
  ['everything is right after two workers have applied file after file', false],
  ['everything is right after one of two workers was killed while it applied files', true],
] as const) {
  test.concurrent(
    what,
    withOwnCleanUp(async () => {
      const shop = await Installation.open(SKUS);
      const [first] = await Promise.all([shop.startWorker(), shop.startWorker()]);
      for (const [round, quantity] of ROUNDS.entries()) {
        await shop.importCount(`RESET_INVENTORY__${round}.csv`, 'WAREHOUSE', ofEach(quantity));
        // The lane is not waited for: it applies while the next file is made.
        await (round === 0 ? shop.hardSync() : shop.recentChanges());
        if (killsOne && round === 2) await first.kill();
      }
      await expectRightState(shop, RIGHT);
    }),
  );
}
