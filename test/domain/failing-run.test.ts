import { expect, test } from 'vitest';
import { FAILING_TASK, reasonFor, remedyFor } from '../../src/domain/failing-run.ts';
import {
  FAILED_TASK_ATTEMPTS_MAX,
  RESTART_REASON_LENGTH_MAX,
  RUN_RESTARTS_MAX,
  SILENT_TASK_ATTEMPTS_MAX,
} from '../../src/domain/limits.ts';

const FIRST_RUN = { attempt: 2, failures: 0, restarts: 0 };

test('a run is left alone while its task has only timed out once or twice, as after a killed worker', () => {
  for (let attempt = 1; attempt < SILENT_TASK_ATTEMPTS_MAX; attempt += 1) {
    expect(remedyFor({ ...FIRST_RUN, attempt })).toBe('none');
  }
});

test('a run is left alone after one failure, which another worker’s release may have reported', () => {
  expect(remedyFor({ ...FIRST_RUN, failures: 1 })).toBe('none');
});

test('a run is restarted when its task failed and fails again', () => {
  expect(remedyFor({ ...FIRST_RUN, attempt: FAILED_TASK_ATTEMPTS_MAX, failures: 1 })).toBe('restart');
});

test('a run is restarted although its wake-ups begin the count of attempts anew', () => {
  expect(remedyFor({ ...FIRST_RUN, attempt: 2, failures: FAILED_TASK_ATTEMPTS_MAX - 1 })).toBe('restart');
});

test('a run is restarted when its task times out again and again, and nobody says why', () => {
  expect(remedyFor({ ...FIRST_RUN, attempt: SILENT_TASK_ATTEMPTS_MAX })).toBe('restart');
});

test('a run whose restarts all fail is ended, so that a fault of the code is not tried for ever', () => {
  expect(remedyFor({ attempt: FAILED_TASK_ATTEMPTS_MAX, failures: 1, restarts: RUN_RESTARTS_MAX })).toBe(
    'end',
  );
});

test('the reason of a restart begins with the same words and is short, however long the failure is', () => {
  const reason = reasonFor('restart', 'x'.repeat(10_000));
  expect(reason.startsWith(`${FAILING_TASK}: xxx`)).toBe(true);
  expect(reason.length).toBeLessThan(RESTART_REASON_LENGTH_MAX + 200);
  expect(reasonFor('end', null)).toContain('timed out');
});
