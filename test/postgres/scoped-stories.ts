/** Random stories of changes of two shops, and what their deltas have missed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storySeed } from '../setup/story-seed.ts';
import { ScopedWorld, SHOP_NAMES, step, type Step } from './scoped-world.ts';

/** Takes the steps, then makes each shop's delta; what they have missed, by shop. */
export async function tell(world: ScopedWorld, steps: readonly Step[]): Promise<Record<string, string[]>> {
  for (const taken of steps) await world.take(taken);
  await world.settle();
  const missed = await Promise.all(
    SHOP_NAMES.map(async (shop) => [shop, await world.listMissed(shop)] as const),
  );
  return Object.fromEntries(missed.filter(([, products]) => products.length > 0));
}

export function testScopes(runs: number): void {
  test.each(['few', 'every'] as const)(
    `${runs} random stories, candidates looked up as %s: no delta misses what concerns its shop (ATP_TEST_SEED=${storySeed})`,
    { timeout: 60 * 60_000 },
    async (access) => {
      const world = await ScopedWorld.open(access);

      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
          expect(await tell(world, steps)).toEqual({});
        }),
        { numRuns: runs, seed: storySeed, endOnFailure: true },
      );
    },
  );
}
