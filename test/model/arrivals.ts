/** A request arrives at Shopify: what it does there, and whether that may ever be so. */
import { nameOf, show, type Call, type CallRow, type World } from './lane-world.ts';
import type { Model } from './model.ts';

export interface Arrived {
  readonly isApplied: boolean;
  readonly isRemembered: boolean;
  /** Products that the refusal calls stale, as bits. */
  readonly stale: number;
  /** What must never be so; null: all is well, or will be noticed. */
  readonly violation: string | null;
}

/** Changes the world. */
export function arrive(model: Model, world: World, call: Call): Arrived {
  const remembers = model.rules.replay === 'on' && !model.without.has('key of the call');
  if (remembers && call.key === 'applied') {
    return { isApplied: true, isRemembered: true, stale: 0, violation: null };
  }
  if (remembers && typeof call.key === 'object' && model.rules.refusedKeys === 'spent') {
    return { isApplied: false, isRemembered: true, stale: call.key.stale, violation: null };
  }
  let stale = 0;
  for (const { product, from } of call.rows) {
    if (world.products[product]?.shown[call.place] !== from) stale |= 1 << product;
  }
  if (stale !== 0 && !model.without.has('compare-and-swap')) {
    if (remembers && model.rules.refusedKeys === 'spent') call.key = { stale };
    return { isApplied: false, isRemembered: false, stale, violation: null };
  }
  if (remembers) call.key = 'applied';
  const violations = call.rows.map((row) => write(model, world, call, row));
  const violation = violations.find((found) => found !== null) ?? null;
  return { isApplied: true, isRemembered: false, stale: 0, violation };
}

function write(
  model: Model,
  world: World,
  call: Call,
  { product: index, to, counted }: CallRow,
): string | null {
  const product = world.products[index];
  if (!product) return null;
  const { newest } = product;
  const name = nameOf(call);
  const { place } = call;
  show(product, place, to);
  product.newest = Math.max(newest, name);
  const right = Math.max(0, counted - product.sold);
  // A shop that replays no call executes a repeat anew, and compare-and-swap may let it pass.
  const isRepeatedBlindly = model.rules.replay === 'off' && call.state === 'STORED' && newest >= name;
  const isInDoubt = call.state !== 'STORED' && call.isWatched;
  if (isRepeatedBlindly || isInDoubt) {
    product.disturbed = true;
    return null;
  }
  if (to > 0 && place === 1 && product.shown[0] > 0) {
    return `The new location is filled with ${to} while the old one still shows ${product.shown[0]}: both sell the same units.`;
  }
  if (newest >= name) {
    return newest === name
      ? `Call ${call.generation + 1} of file ${call.sequence} had an effect twice: Shopify shows ${to} once more, and nobody looks at it.`
      : `Shopify shows ${to} of an older call, over what a newer one has set, and nobody looks at it.`;
  }
  if (to <= right || product.disturbed) return null;
  return `Shopify shows ${to}, but only ${right} are left: a sale was overwritten.`;
}
