/** No step is tried without an end, and each is given up in the time that its profile promises. */
import { msToNumber } from '@temporalio/common/lib/time.js';
import { describe, expect, test } from 'vitest';
import { createActivities, type ActivityDeps } from '../../activities/index.ts';
import { LEASE_DURATION_MS, SHOPIFY_CALL_TIMEOUT_MS } from '../../src/domain/limits.ts';
import { BRIEF_RETRY, PROFILES } from '../../workflows/activity-options.ts';

type Retry = (typeof PROFILES)[keyof typeof PROFILES]['retry'];

const RETRIES: readonly (readonly [string, Retry])[] = [
  ...Object.entries(PROFILES).map(([name, { retry }]) => [name, retry] as const),
  ['a brief step', BRIEF_RETRY],
];

/** Temporal doubles the pause before each further try. */
function pausesOf({ initialInterval, maximumInterval, maximumAttempts }: Retry): number[] {
  const first = msToNumber(initialInterval ?? '1 second');
  const longest = maximumInterval === undefined ? first * 100 : msToNumber(maximumInterval);
  return Array.from({ length: maximumAttempts - 1 }, (_, index) => Math.min(first * 2 ** index, longest));
}

function minutesOfPauses(retry: Retry): number {
  return pausesOf(retry).reduce((sum, pause) => sum + pause, 0) / 60_000;
}

describe('the profile of a step', () => {
  test('is there for every activity', () => {
    const activities = createActivities({} as ActivityDeps);
    expect(Object.keys(PROFILES).sort()).toEqual(Object.keys(activities).sort());
  });

  test.each(RETRIES)('has an end of its tries: %s', (_name, retry) => {
    expect(retry.maximumAttempts).toBeGreaterThanOrEqual(2);
    expect(retry.maximumAttempts).toBeLessThanOrEqual(1_000);
  });

  test.each(RETRIES)('uses a service again within 30 s after it is back: %s', (_name, retry) => {
    expect(Math.max(...pausesOf(retry))).toBeLessThanOrEqual(30_000);
  });

  test.each(Object.entries(PROFILES))('ends an attempt that hangs: %s', (_name, profile) => {
    expect(msToNumber(profile.startToCloseTimeout ?? 0)).toBeGreaterThan(0);
    expect(msToNumber(profile.startToCloseTimeout ?? 0)).toBeLessThanOrEqual(30 * 60_000);
  });

  test.each(['applyWindow', 'openFile', 'publishFile'] as const)(
    'gives a file up after some minutes of pauses: %s',
    (name) => {
      expect(minutesOfPauses(PROFILES[name].retry)).toBeGreaterThan(2);
      expect(minutesOfPauses(PROFILES[name].retry)).toBeLessThan(5);
    },
  );

  test.each(['blockFile', 'closeFile', 'decide', 'nextFile', 'produceFile', 'wakeLane'] as const)(
    'outlasts an hour without the database, and not much more: %s',
    (name) => {
      expect(minutesOfPauses(PROFILES[name].retry)).toBeGreaterThanOrEqual(60);
      expect(minutesOfPauses(PROFILES[name].retry)).toBeLessThan(66);
    },
  );

  test.each(['applyWindow', 'blockFile', 'closeFile', 'nextFile', 'openFile'] as const)(
    'is tried again before the lane’s lease expires: %s',
    (name) => {
      const longest = Math.max(...pausesOf(PROFILES[name].retry));
      const { heartbeatTimeout, startToCloseTimeout } = PROFILES[name];
      const unnoticed = msToNumber(heartbeatTimeout ?? startToCloseTimeout ?? 0);
      expect(SHOPIFY_CALL_TIMEOUT_MS + unnoticed + longest).toBeLessThan(LEASE_DURATION_MS);
    },
  );
});
