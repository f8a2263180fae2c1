import { describe, expect, test } from 'vitest';
import { afterFailedStep, SUPERSEDED_IF_BLOCKED_BY, whoMovesOn } from '../../src/domain/failed-step.ts';
import { ERRORS, type ErrorCode } from '../../src/domain/errors.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('after a step about a file has failed for good', () => {
  test.each([
    ['SHOPIFY_UNREACHABLE', 'block', 'next-run'],
    ['SHOPIFY_THROTTLED', 'block', 'next-run'],
    ['SHOPIFY_RESPONSE_UNEXPECTED', 'block', 'next-run'],
    ['SFTP_UNREACHABLE', 'block', 'next-run'],
    ['SFTP_HOST_KEY_MISMATCH', 'block', 'next-run'],
    ['UNEXPECTED', 'block', 'next-run'],
    ['STEP_TIMED_OUT', 'block', 'next-run'],
    ['FILE_MISSING', 'block', 'person'],
    ['FILE_CHECKSUM_MISMATCH', 'block', 'person'],
    ['LOCATION_UNUSABLE', 'block', 'person'],
    ['SHOPIFY_ACCESS_DENIED', 'block', 'person'],
    ['HELD_BY_PERSON', 'block', 'person'],
  ] as const)('%s: the run decides to %s, and who moves the file on is %s', (code, next, who) => {
    expect(afterFailedStep(code)).toBe(next);
    expect(whoMovesOn(code)).toBe(who);
  });

  test.each([
    ['LANE_TAKEN_OVER', 'look-again'],
    ['LANE_ATTEMPT_OVERTAKEN', 'look-again'],
    ['UPLOAD_FILE_TAKEN_BACK', 'look-again'],
    ['HARD_SYNC_REQUIRED', 'look-again'],
    ['DATABASE_UNREACHABLE', 'look-again'],
    ['DATABASE_READ_ONLY', 'look-again'],
    ['DATABASE_BUSY', 'look-again'],
    ['DATABASE_EXHAUSTED', 'look-again'],
    ['LANE_LOCKED', 'look-again'],
    ['DATABASE_NOT_MIGRATED', 'look-again'],
    ['SHOP_UNKNOWN', 'fail'],
    ['UPLOAD_FILE_UNKNOWN', 'fail'],
  ] as const)('%s says nothing about the file: the run decides to %s', (code, next) => {
    expect(afterFailedStep(code)).toBe(next);
  });

  test('each code that blocks a lane by its class blocks the file, and needs a person', () => {
    const blocking = CODES.filter((code) => ERRORS[code].class === 'blocks-lane');
    expect(blocking.filter((code) => afterFailedStep(code) !== 'block')).toEqual([]);
    expect(blocking.filter((code) => whoMovesOn(code) !== 'person')).toEqual([]);
  });

  test('a code that this release does not know, and none at all, need a person', () => {
    expect(whoMovesOn('A_CODE_OF_LATER')).toBe('person');
    expect(whoMovesOn(null)).toBe('person');
  });

  test('a Hard Sync supersedes no file that a person has stopped, or whose shop is at fault', () => {
    const kept = CODES.filter((code) => ERRORS[code].class === 'blocks-lane').filter(
      (code) => !SUPERSEDED_IF_BLOCKED_BY.includes(code),
    );
    expect(kept.toSorted()).toEqual([
      'HELD_BY_PERSON',
      'LOCATION_UNUSABLE',
      'SHOPIFY_ACCESS_DENIED',
      'SHOPIFY_CREDENTIAL_MISSING',
      'SHOPIFY_REQUEST_REFUSED',
    ]);
  });
});
