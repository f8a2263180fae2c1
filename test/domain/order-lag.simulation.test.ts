/**
 * Orders that come in up to 12 hours after their sale, beside a second channel or without one: what Shopify shows
 * beside what there is, by what is taken for the shop's order watermark. Now and then somebody takes units away by hand.
 */
import { describe, expect, test } from 'vitest';
import type { Random } from '../../scripts/bench/random.ts';
import { SALES_ONLY, simulate, type Figures, type OrderFlow, type Watermark } from './retail-day.ts';

const PUSHES = 12_000;
const SEED = 20_261_126;
const HOUR = 60;

/** A product that sells every half an hour and is written every twenty minutes; every second day it is edited by hand. */
const CHANCES = {
  ...SALES_ONLY,
  sale: 1 / 30,
  receipt: 1 / 300,
  imports: 1 / 10,
  push: 1 / 20,
  edit: 1 / 2_880,
};

const onTime = (random: Random) => random.below(13);

const LAGS: Readonly<Record<string, OrderFlow['lagOf']>> = {
  '0 to 12 min': onTime,
  'one of 20 alone, 1 to 5 h': (random) =>
    random.below(20) === 0 ? HOUR + random.below(4 * HOUR) : onTime(random),
  'one of 20 alone, 1 to 12 h': (random) =>
    random.below(20) === 0 ? HOUR + random.below(11 * HOUR) : onTime(random),
  '0 to 12 h': (random) => random.below(12 * HOUR + 1),
};

const WATERMARKS: Readonly<Record<string, Watermark>> = {
  'newest order (0.1.0)': 'newest-order',
  'order lag 6 h': 6 * HOUR,
  'order lag 13 h': 13 * HOUR,
  stated: 'stated',
};

type Case = Pick<Figures, 'pushes' | 'oversold' | 'undersold'> & {
  readonly lag: string;
  readonly hasFastChannel: boolean;
  readonly watermark: string;
};

function simulateAll(): readonly Case[] {
  return Object.entries(LAGS).flatMap(([lag, lagOf]) =>
    [false, true].flatMap((hasFastChannel) =>
      Object.entries(WATERMARKS).map(([name, watermark]) => {
        const flow = { lagOf, hasFastChannel, watermark };
        const figures = simulate('keep-unseen-sales', CHANCES, { pushes: PUSHES, seed: SEED, flow });
        const { pushes, oversold, undersold } = figures;
        return { lag, hasFastChannel, watermark: name, pushes, oversold, undersold };
      }),
    ),
  );
}

function print(cases: readonly Case[]): void {
  const line = (...cells: readonly [string, string, string, string, string]) =>
    cells.map((cell, at) => (at < 3 ? cell.padEnd(27) : cell.padStart(10))).join(' ');
  console.info(
    [
      `Units oversold and undersold, summed over ${PUSHES} writes (seed ${SEED})`,
      line('orders come in after', 'second channel', 'order watermark', 'oversold', 'undersold'),
      ...cases.map(({ lag, hasFastChannel, watermark, oversold, undersold }) =>
        line(lag, hasFastChannel ? 'at once' : 'none', watermark, String(oversold), String(undersold)),
      ),
    ].join('\n'),
  );
}

describe('orders that come in up to 12 hours after their sale', () => {
  const cases = simulateAll();
  print(cases);
  const of = (watermark: string, lag: string, hasFastChannel: boolean): Case => {
    const found = cases.find(
      (one) => one.watermark === watermark && one.lag === lag && one.hasFastChannel === hasFastChannel,
    );
    if (!found) throw new Error('No such case.');
    return found;
  };

  test.each(Object.keys(LAGS))('are never sold once more when they are stated to be complete: %s', (lag) => {
    for (const fast of [false, true]) expect(of('stated', lag, fast).oversold).toBe(0);
  });

  test.each(Object.keys(LAGS))('are never sold once more within the shop’s order lag: %s', (lag) => {
    for (const fast of [false, true]) {
      expect(of('order lag 13 h', lag, fast).oversold).toBe(0);
      if (!lag.includes('12 h')) expect(of('order lag 6 h', lag, fast).oversold).toBe(0);
    }
  });

  test.each(Object.keys(LAGS).slice(1))('were sold once more by the date of the newest order: %s', (lag) => {
    for (const fast of [false, true]) {
      expect(of('newest order (0.1.0)', lag, fast).oversold).toBeGreaterThan(PUSHES / 20);
    }
  });

  test('are sold once more, though less, when they come later than the order lag says', () => {
    for (const lag of ['one of 20 alone, 1 to 12 h', '0 to 12 h']) {
      const { oversold } = of('order lag 6 h', lag, true);
      expect(oversold).toBeGreaterThan(0);
      expect(oversold).toBeLessThan(of('newest order (0.1.0)', lag, true).oversold / 2);
    }
  });

  test('cost units that somebody took away: they stay off sale for the order lag, and less where it is stated', () => {
    const [newest, lag, stated] = ['newest order (0.1.0)', 'order lag 6 h', 'stated'].map(
      (watermark) => of(watermark, '0 to 12 min', false).undersold,
    ) as [number, number, number];
    expect(lag).toBeGreaterThan(newest);
    expect(stated).toBeLessThan(lag / 2);
  });
});
