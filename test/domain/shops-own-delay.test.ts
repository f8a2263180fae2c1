import { expect, test } from 'vitest';
import { PRESET_NAMES, PRESETS, shopsOwnDelay } from '../../src/domain/jobs/schedule-policy.ts';

const SHOPS = Array.from({ length: 100 }, (_, index) => `shop-${index + 1}`);

function mostAtOnce(delays: readonly number[]): number {
  const groups = Map.groupBy(delays, (delay) => delay);
  return Math.max(...Array.from(groups.values(), ({ length }) => length));
}

test('of a hundred shops only a few begin in the same minute of the night, or the same second of the day', () => {
  expect(mostAtOnce(SHOPS.map((shop) => shopsOwnDelay(shop, '1d')))).toBeLessThanOrEqual(5);
  expect(mostAtOnce(SHOPS.map((shop) => shopsOwnDelay(shop, '15m')))).toBeLessThanOrEqual(4);
});

test.each(PRESET_NAMES)(
  'a shop that runs every %s is later by a fifth of that and an hour at most',
  (every) => {
    const delays = SHOPS.map((shop) => shopsOwnDelay(shop, every));

    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(Math.min(PRESETS[every] / 5, PRESETS['1h']));
    // Times of day are whole minutes, as a person would give them.
    const step = every === '6h' || every === '1d' ? 60_000 : 1_000;
    expect(delays.filter((delay) => delay % step !== 0)).toEqual([]);
  },
);

test('a shop keeps its time over releases', () => {
  expect(['blue-shirts', 'north'].map((shop) => shopsOwnDelay(shop, '1d') / 60_000)).toEqual([4, 14]);
});
