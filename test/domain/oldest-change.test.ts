import { describe, expect, test } from 'vitest';
import {
  ageInWords,
  isWithinLimit,
  judgeWaiting,
  waitingInWords,
  type WaitingFacts,
} from '../../src/domain/oldest-change.ts';

const ago = (minutes: number) =>
  new Date(Date.parse('2026-11-26T12:00:00Z') - minutes * 60_000).toISOString();

const NOTHING: WaitingFacts = {
  shopId: 'acme',
  at: ago(0),
  limitMs: 45 * 60_000,
  isClosing: false,
  logged: null,
  due: null,
  owed: null,
  hardSync: null,
  isPaused: false,
  head: null,
  writing: null,
  published: null,
  plan: null,
  quarantined: null,
  unseenSales: null,
};

const HEAD = { sequence: 17, isBlocked: false, reasonCode: null };

/** Each cause in words, the oldest first; what is set apart in brackets. */
function told(facts: Partial<WaitingFacts>): string[] {
  const figure = judgeWaiting({ ...NOTHING, ...facts });
  return figure.waiting.map((waiting) => waitingInWords(figure, waiting));
}

describe('a change', () => {
  test('is told with the oldest of its cause, the oldest cause first', () => {
    expect(
      told({
        logged: { since: ago(2), isExact: true },
        due: ago(3),
        owed: { since: ago(50), products: 2 },
        quarantined: { since: ago(7), products: 1 },
      }),
    ).toEqual([
      '50 min, owed to the next file (2 products)',
      '7 min, quarantined (1 product)',
      '3 min, waits for the next delta',
    ]);
  });

  test('in a lane waits behind its first file, or for what stops the lane', () => {
    const published = { since: ago(9), products: 240, sequence: 18 };
    expect(told({ head: HEAD, published })).toEqual([
      '9 min, in the lane: behind file 17 (file 18, 240 products)',
    ]);
    expect(told({ head: { ...HEAD, sequence: 18 }, published })).toEqual([
      '9 min, in the lane (file 18, 240 products)',
    ]);
    expect(told({ head: { ...HEAD, isBlocked: true, reasonCode: 'FILE_MISSING' }, published })).toEqual([
      '9 min, the lane is blocked: file 17, FILE_MISSING (file 18, 240 products)',
    ]);
    expect(told({ head: HEAD, isPaused: true, published })).toEqual([
      '9 min, the lane is paused (file 18, 240 products)',
    ]);
  });

  test('of a shop that needs a Hard Sync comes with that, or with the plan of the whole file', () => {
    const hardSync = { since: ago(5), why: 'it has had none yet' };
    const logged = { since: ago(4), isExact: true };
    expect(told({ hardSync, logged })).toEqual([
      '5 min, nothing is sent before a Hard Sync: it has had none yet',
    ]);
    const plan = { since: ago(3), products: 12, plan: 1, isWholeFile: true };
    const figure = judgeWaiting({ ...NOTHING, hardSync, logged, plan });
    expect(figure).toMatchObject({
      onItsWay: null,
      setApart: { cause: 'PLAN_HELD', since: ago(5), products: 12 },
    });
  });

  test('of a shop that is emptied counts only as far as it is still sent', () => {
    const published = { since: ago(1), products: 3, sequence: 4 };
    expect(
      told({
        isClosing: true,
        logged: { since: ago(90), isExact: true },
        head: { ...HEAD, sequence: 4 },
        published,
      }),
    ).toEqual(['1 min, in the lane (file 4, 3 products)']);
  });
});

test('what is set apart is never above the limit, what is on its way is after it', () => {
  const figureOf = (facts: Partial<WaitingFacts>) => judgeWaiting({ ...NOTHING, ...facts });
  expect(isWithinLimit(figureOf({}))).toBe(true);
  expect(isWithinLimit(figureOf({ owed: { since: ago(45), products: 1 } }))).toBe(true);
  expect(isWithinLimit(figureOf({ owed: { since: ago(46), products: 1 } }))).toBe(false);
  expect(isWithinLimit(figureOf({ quarantined: { since: ago(900), products: 1 } }))).toBe(true);
});

test.each([
  [59_000, 'less than a minute'],
  [60_000, '1 min'],
  [200 * 60_000, '3 h 20 min'],
  [120 * 60_000, '2 h'],
  [52 * 3_600_000, '2 d 4 h'],
])('%i ms are %s', (ms, words) => {
  expect(ageInWords(ms)).toBe(words);
});
