import { expect, test } from 'vitest';
import { conditionOfError } from '../../src/domain/conditions.ts';

test.each([
  ['DATABASE_UNREACHABLE', 'DATABASE_AWAY'],
  ['DATABASE_TLS_FAILED', 'DATABASE_AWAY'],
  ['DATABASE_READ_ONLY', 'DATABASE_AWAY'],
  ['DATABASE_NOT_MIGRATED', 'DATABASE_NOT_MIGRATED'],
  ['DATABASE_POOLED', 'DATABASE_POOLED'],
  ['DATABASE_DISTRIBUTED', 'DATABASE_DISTRIBUTED'],
  ['DATABASE_BUSY', 'CHECK_FAILED'],
  ['DATABASE_TIMEOUT', 'CHECK_FAILED'],
  ['DATABASE_EXHAUSTED', 'DATABASE_EXHAUSTED'],
  ['UNEXPECTED', 'CHECK_FAILED'],
])('a check that meets %s tells of %s', (error, condition) => {
  expect(conditionOfError(error)).toBe(condition);
});
