import { describe, expect, test } from 'vitest';
import { acceptLaneDecision } from '../../src/domain/lane-decision.ts';

describe('a decision', () => {
  test.each([
    [{ decision: 'retry', sequence: 7, by: 'Ann' }],
    [{ decision: 'rewrite', sequence: 7, by: 'Ann', reason: 'edited by mistake' }],
    [{ decision: 'skip', sequence: 7, by: 'Ann', expectedReason: 'FILE_MISSING' }],
    [{ decision: 'release', by: 'Ann' }],
    [{ decision: 'release', by: 'Ann', sku: 'BLUE SHIRT / M', reason: 'it is tracked now' }],
    [{ decision: 'approve', plan: 2, by: 'Ann', reason: 'the season has ended' }],
    [{ decision: 'reject', plan: 2, by: 'Ann', reason: 'an empty feed' }],
  ])('is accepted unchanged as %j', (input) => {
    expect(acceptLaneDecision(input)).toEqual(input);
  });

  test('loses each field whose value is null, because Temporal’s tools may send null for a missing one', () => {
    expect(acceptLaneDecision({ decision: 'release', by: 'Ann', sku: null, reason: null })).toEqual({
      decision: 'release',
      by: 'Ann',
    });
  });

  test.each([
    ['is a text', 'retry', 'one JSON object'],
    ['is missing', undefined, 'one JSON object'],
    ['has an unknown kind', { decision: 'forget', sequence: 7, by: 'Ann' }, 'decision must be one of retry'],
    ['has no kind', { sequence: 7, by: 'Ann' }, 'decision must be one of retry'],
    ['names no file', { decision: 'retry', by: 'Ann' }, 'sequence is missing'],
    [
      'names a file by a text',
      { decision: 'retry', sequence: '7', by: 'Ann' },
      'sequence must be a whole number',
    ],
    ['names file 0', { decision: 'skip', sequence: 0, by: 'Ann' }, 'sequence must be a whole number'],
    ['names nobody who decides', { decision: 'retry', sequence: 7 }, 'by is missing'],
    ['has a name of spaces only', { decision: 'retry', sequence: 7, by: ' ' }, 'by must be one line'],
    [
      'gives a reason of two lines',
      { decision: 'retry', sequence: 7, by: 'Ann', reason: 'a\nb' },
      'reason must be one line',
    ],
    [
      'has a misspelt field',
      { decision: 'retry', sequence: 7, by: 'Ann', why: 'x' },
      'there is no field "why"',
    ],
    [
      'names a plan beside a file',
      { decision: 'retry', sequence: 7, plan: 1, by: 'Ann' },
      'there is no field "plan"',
    ],
    [
      'expects an unknown code',
      { decision: 'skip', sequence: 7, by: 'Ann', expectedReason: 'X' },
      'expectedReason must be a code',
    ],
    ['approves without a reason', { decision: 'approve', plan: 2, by: 'Ann' }, 'reason is missing'],
    [
      'approves a file',
      { decision: 'approve', sequence: 2, by: 'Ann', reason: 'x' },
      'there is no field "sequence"',
    ],
  ])('is refused when it %s, and the message says why', (_what, input, reason) => {
    expect(() => acceptLaneDecision(input)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(reason) as string }),
    );
  });
});
