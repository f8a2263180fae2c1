/** When everything has come to its end, and what must be so then. */
import { eraOf } from './eras.ts';
import type { World } from './lane-world.ts';
import type { Model } from './model.ts';
import { isInNextDelta } from './outside-steps.ts';

/** Every file is settled, the lane released, all orders imported, nothing is under way and nothing is watched. */
export function isEnd(world: World): boolean {
  return (
    !world.isLeased &&
    !world.isPaused &&
    !world.isRefillDue &&
    world.workers.every(({ at }) => at === 'idle') &&
    world.files.every(({ quantities }) => quantities.length === 0) &&
    world.calls.every(({ underWay, isWatched }) => underWay === 0 && !isWatched) &&
    world.products.every((product) => {
      const { sold, imported, push } = product;
      const isOpen = sold !== imported || push.kept.drops.some(({ at }) => eraOf(at) === world.era);
      return !isOpen && !isInNextDelta(world, product);
    })
  );
}

/** It would need one more file than the model has. */
export function isCutOff(model: Model, world: World): boolean {
  if (world.files.length < model.bounds.files) return false;
  return world.isRefillDue || world.products.some((product) => isInNextDelta(world, product));
}

/** What is wrong at an end; null: nothing. */
export function wrongAtEnd(world: World): string | null {
  for (const { shown: shownAt, counted, sold } of world.products) {
    const shown = shownAt[world.place];
    const elsewhere = shownAt[world.place === 0 ? 1 : 0];
    if (elsewhere > 0) return `In the end the location that was left still shows ${elsewhere}.`;
    const right = Math.max(0, counted - sold);
    if (shown > right) return `In the end Shopify shows ${shown}, but only ${right} are left.`;
    if (shown < right) return `In the end Shopify shows ${shown}, though ${right} are left.`;
  }
  return null;
}
