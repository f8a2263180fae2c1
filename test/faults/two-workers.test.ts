/** Two workers poll the same queue, so that any step may be taken by either. */
import { test } from 'vitest';
import { Installation } from '../end-to-end/installation.ts';
import { concurrently } from '../setup/clean-up.ts';
import { expectRightState } from './right-state.ts';

/** Four calls a file. */
const SKUS = Array.from({ length: 800 }, (_, index) => `SHIRT-${String(index).padStart(4, '0')}`);
const ROUNDS = [5, 7, 5, 8, 5];

function all(quantity: number): Record<string, number> {
  return Object.fromEntries(SKUS.map((sku) => [sku, quantity]));
}

const RIGHT = { written: Object.fromEntries(SKUS.map((sku) => [sku, ROUNDS])), files: ROUNDS.length };

for (const [what, killsOne] of [
  ['two workers apply file after file', false],
  ['one of two workers is killed while it applies files', true],
] as const) {
  test.concurrent(
    what,
    concurrently(async () => {
      const shop = await Installation.open(SKUS);
      const [first] = await Promise.all([shop.startWorker(), shop.startWorker()]);
      for (const [round, quantity] of ROUNDS.entries()) {
        await shop.importCount(`RESET_INVENTORY__${round}.csv`, 'WAREHOUSE', all(quantity));
        // The lane is not waited for: it applies while the next file is made.
        await (round === 0 ? shop.hardSync() : shop.recentChanges());
        if (killsOne && round === 2) await first.kill();
      }
      await expectRightState(shop, RIGHT);
    }),
  );
}
