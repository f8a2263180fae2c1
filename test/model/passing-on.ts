/** Rows of a file that are passed on to a newer one, as src/postgres/lane/passed-on.ts does it. */
import { rowsLeft } from './chunk.ts';
import { copyOf, type World } from './lane-world.ts';
import { hasEpoch, type Did, type Model } from './model.ts';

/**
 * The product passes on before it reads; what was read of other rows is the same. It may look before the newer file is there, so
 * that nothing is passed on. Whatever becomes of that file, the row is not decided any
 * more; an attempt that takes over would look again, which is like one that has passed nothing on.
 */
export function passOn(model: Model, world: World, index: 0 | 1, did: Did): void {
  const { at, sequence } = world.workers[index];
  if (at !== 'has read' || world.left.passings === 0) return;
  if (!hasEpoch(model, world, index) || world.isPaused) return;
  const file = world.files[sequence - 1];
  if (!file || (file.isDrain && !model.without.has('drain keeps its rows'))) return;
  if (file.goesBefore) return;
  const products = rowsLeft(model, world, sequence, file).filter((product) =>
    isTaken(model, world, sequence, product),
  );
  if (products.length === 0) return;
  const next = copyOf(world);
  next.left.passings -= 1;
  const passing = next.files[sequence - 1];
  if (passing)
    passing.quantities = passing.quantities.map((quantity, product) =>
      products.includes(product) ? null : quantity,
    );
  if (model.without.has('passed on is owed'))
    for (const product of products) {
      const passed = next.products[product];
      if (passed) passed.passedOnTo = passed.published.sequence;
    }
  did(next, () => [{ step: 'passed on', sequence, products }]);
}

/** The newest file that has the product is one that waits, behind none that keeps it waiting. */
function isTaken(model: Model, world: World, sequence: number, product: number): boolean {
  const following = world.files.slice(sequence);
  const published = world.products[product]?.published.sequence ?? 0;
  if (model.without.has('passed on to who has it')) return following.some(({ state }) => state === 'READY');
  if (published <= sequence || world.files[published - 1]?.state !== 'READY') return false;
  return following
    .slice(0, published - sequence)
    .every(({ state, quantities }) => state === 'READY' || quantities.length === 0);
}
