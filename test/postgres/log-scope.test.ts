/** Which products the next delta of each shop looks at, by what was changed. */
import { beforeAll, describe, expect, test } from 'vitest';
import { ScopedWorld, SHOP_NAMES, type About, type What } from './scoped-world.ts';

const OF_NEAR = ['A', 'B', 'C'];
const EVERYTHING = ['A', 'B', 'C', 'D', 'E'];
const ABOUT: About = { product: 'B', facility: 'BROADWAY', group: 'NEAR', shop: 'near' };

/** In this order, in one world: the deltas in between have looked at all before. */
const CHANGES: readonly {
  readonly change: What;
  readonly about?: Partial<About>;
  readonly near: readonly string[];
  readonly far: readonly string[];
}[] = [
  { change: 'post units', near: ['B'], far: ['B'] },
  { change: 'set a threshold', near: ['B'], far: [] },
  { change: 'set a threshold', about: { group: 'UNUSED' }, near: [], far: [] },
  { change: 'take a threshold away', near: ['B'], far: [] },
  { change: 'set the threshold of a group', near: OF_NEAR, far: [] },
  { change: 'set the threshold of a group', about: { group: 'UNUSED' }, near: [], far: [] },
  { change: 'rename a group', near: [], far: [] },
  { change: 'rename a facility', near: [], far: [] },
  { change: 'map to another variant', near: [], far: [] },
  { change: 'map to another item', near: ['B'], far: [] },
  { change: 'unmap', about: { shop: 'far' }, near: [], far: ['B'] },
  { change: 'map', about: { shop: 'far' }, near: [], far: ['B'] },
  { change: 'close a facility, or open it', near: EVERYTHING, far: [] },
  { change: 'close a facility, or open it', about: { facility: 'DEPOT' }, near: [], far: [] },
  { change: 'let a facility join', about: { facility: 'DEPOT', group: 'FAR' }, near: [], far: EVERYTHING },
  { change: 'let a facility join', about: { facility: 'DEPOT', group: 'UNUSED' }, near: [], far: [] },
  { change: 'close a facility, or open it', about: { facility: 'DEPOT' }, near: [], far: EVERYTHING },
  { change: 'forget a membership', about: { facility: 'DEPOT', group: 'FAR' }, near: [], far: EVERYTHING },
  { change: 'order', about: { facility: 'PARKING' }, near: ['B'], far: ['B'] },
  // Its orders leave the queue of every group.
  { change: 'make a facility virtual, or real', about: { facility: 'PARKING' }, near: ['B'], far: ['B'] },
];

describe('what a delta looks at', () => {
  let world: ScopedWorld;
  beforeAll(async () => {
    world = await ScopedWorld.open('few');
  });

  test.each(CHANGES)('is $near near and $far far after: $change', async ({ change, about, near, far }) => {
    await world.take({ ...ABOUT, ...about, change });

    const touched = await Promise.all(SHOP_NAMES.map((shop) => world.listTouched(shop)));
    await world.settle();

    expect(touched).toEqual([near, far]);
    expect(await Promise.all(SHOP_NAMES.map((shop) => world.listMissed(shop)))).toEqual([[], []]);
  });
});
