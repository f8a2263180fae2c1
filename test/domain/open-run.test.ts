import { expect, test } from 'vitest';
import { RUN_STILL_AFTER_MS } from '../../src/domain/limits.ts';
import { newsOf, openRunInWords, troubleOf, type OpenRun } from '../../src/domain/open-run.ts';

const NOW = new Date('2026-11-26T10:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const FAILURE = { code: 'SFTP_UNREACHABLE', message: 'The SFTP server cannot be reached: refused.' };
const FIRST_TRY = { id: '1', attempt: 1, attemptsMax: null, failure: null, nextTryAt: null, progress: null };
const RUN: OpenRun = {
  ...{ startedAt: ago(3_600_000), taskQueue: 'atp-sync', isPolled: true, movedAt: ago(1_000) },
  steps: [FIRST_TRY],
};
const retrying = (attempt: number, nextTryAt: Date | null): OpenRun => ({
  ...RUN,
  steps: [{ id: '1', attempt, attemptsMax: null, failure: FAILURE, nextTryAt, progress: null }],
});

test('a run that works at its first try has nothing to tell', () => {
  expect(troubleOf(RUN, NOW)).toBeNull();
  expect(openRunInWords(RUN, NOW)).toBe('');
});

test('a run that tries again says which attempt it is, why, and when', () => {
  expect(openRunInWords(retrying(6, new Date(NOW.getTime() + 30_000)), NOW)).toBe(
    '; attempt 6: SFTP_UNREACHABLE: The SFTP server cannot be reached: refused, next in 30 s',
  );
  expect(openRunInWords(retrying(6, ago(5_000)), NOW)).toMatch(/, next in 0 s$/);
  expect(openRunInWords(retrying(7, null), NOW)).toBe(
    '; attempt 7: SFTP_UNREACHABLE: The SFTP server cannot be reached: refused',
  );
});

test('a run stands still when nobody has worked on it for longer than any pause, and a worker polls', () => {
  expect(troubleOf({ ...RUN, movedAt: ago(RUN_STILL_AFTER_MS) }, NOW)).toBeNull();
  const still = { ...RUN, movedAt: ago(RUN_STILL_AFTER_MS + 1) };
  expect(troubleOf(still, NOW)).toBe('still');
  expect(openRunInWords(still, NOW)).toBe(
    '; it has not moved since 2026-11-26T09:49:59.999Z, although a worker polls',
  );
  expect(troubleOf({ ...still, isPolled: false }, NOW)).toBe('neglected');
});

test('another attempt is news, and the progress of the same one is not', () => {
  const progress = { done: 5, total: 10, doneAtStart: 0, startedAt: ago(5_000).toISOString() };
  const further: OpenRun = { ...RUN, steps: [{ ...FIRST_TRY, progress }] };
  expect(newsOf(further, NOW)).toBe(newsOf(RUN, NOW));
  expect(openRunInWords(further, NOW)).toBe('; 5 of 10 rows, 1 a second, 5 s left');
  expect(newsOf(retrying(2, null), NOW)).not.toBe(newsOf(RUN, NOW));
  expect(newsOf(retrying(3, null), NOW)).not.toBe(newsOf(retrying(2, null), NOW));
});
