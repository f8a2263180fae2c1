/** What people do to a shop as a whole: give it another location, pause its lane; and customers who cancel an order. */
import { unansweredCall } from './chunk.ts';
import { closed, copyOf, show, type File, type Worker, type World } from './lane-world.ts';
import type { Emit, Model } from './model.ts';

/**
 * As src/postgres/producing/move-shop.ts: one transaction takes the lane away, supersedes what waits, numbers a drain of the
 * old location and marks the shop, so that its next file has every product.
 */
export function moveShop(model: Model, world: World, emit: Emit): void {
  if (world.left.moves === 0 || world.files.length >= model.bounds.files) return;
  const next = copyOf(world);
  next.left.moves -= 1;
  next.newestEpoch = 0;
  next.isLeased = false;
  for (const [index, file] of next.files.entries()) {
    const isOpen = file.quantities.length > 0;
    // A call whose outcome is not known is brought to its end, and then the file is superseded.
    if (isOpen && !unansweredCall(next, index + 1)) next.files[index] = closed('SUPERSEDED');
  }
  const drain = model.without.has('drain of the old location') ? null : next.files.length + 1;
  if (drain !== null) next.files.push(drainOf(next));
  next.place = 1;
  next.isRefillDue = true;
  emit(next, () => ({ what: 'moved', drain }));
}

function drainOf(world: World): File {
  return {
    state: 'READY',
    place: world.place,
    isDrain: true,
    goesBefore: false,
    hasMadeWay: false,
    quantities: world.products.map(() => 0),
    counted: world.products.map(({ counted }) => counted),
    imported: world.products.map(({ imported }) => imported),
    ordersEra: world.era,
    calls: 0,
    staleTries: world.products.map(() => 0),
  };
}

/**
 * Shopify puts the unit of a cancelled order on sale where it was sold. After the read that ends the drain nothing of ours
 * takes it away, so it is no step of the model then (docs/decisions/0024).
 */
export function restock(world: World, emit: Emit): void {
  const isDraining = world.files.some(({ isDrain, quantities }) => isDrain && quantities.length > 0);
  if (world.left.restocks === 0 || !isDraining) return;
  for (const [index, { shown, sold }] of world.products.entries()) {
    if (sold === 0 || world.workers.some((worker) => hasSeenDrained(world, worker, index))) continue;
    const next = copyOf(world);
    const product = next.products[index];
    if (!product) continue;
    next.left.restocks -= 1;
    product.sold -= 1;
    show(product, 0, shown[0] + 1);
    emit(next, () => ({ what: 'restocked', product: index }));
  }
}

function hasSeenDrained(world: World, { at, sequence, observed }: Worker, product: number): boolean {
  return at === 'has read' && world.files[sequence - 1]?.isDrain === true && observed[product] === 0;
}

/** Once it is paused, no further call begins; one that is about to be sent has a deadline. */
export function pauseOrResume(world: World, emit: Emit): void {
  if (world.isPaused) {
    const next = copyOf(world);
    next.isPaused = false;
    emit(next, () => ({ what: 'resumed' }));
    return;
  }
  if (world.left.pauses === 0) return;
  const next = copyOf(world);
  next.left.pauses -= 1;
  next.isPaused = true;
  emit(next, () => ({ what: 'paused' }));
}
