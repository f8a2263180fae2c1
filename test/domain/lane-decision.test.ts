import { describe, expect, test } from 'vitest';
import { laneDecision } from '../../src/domain/lane-decision.ts';

describe('a decision', () => {
  test.each([
    [{ decision: 'retry', sequence: 7, by: 'Ann' }],
    [{ decision: 'rewrite', sequence: 7, by: 'Ann', reason: 'edited by mistake' }],
    [{ decision: 'skip', sequence: 7, by: 'Ann', expectedReason: 'FILE_MISSING' }],
    [{ decision: 'release', by: 'Ann' }],
    [{ decision: 'release', by: 'Ann', sku: 'BLUE SHIRT / M', reason: 'it is tracked now' }],
    [{ decision: 'approve', plan: 2, by: 'Ann', reason: 'the season has ended' }],
    [{ decision: 'reject', plan: 2, by: 'Ann', reason: 'an empty feed' }],
  ])('%j is taken as it is', (input) => {
    expect(laneDecision(input)).toEqual(input);
  });

  test('without a value is without the field: Temporal’s tools may send null', () => {
    expect(laneDecision({ decision: 'release', by: 'Ann', sku: null, reason: null })).toEqual({
      decision: 'release',
      by: 'Ann',
    });
  });

  test.each([
    ['a text', 'retry', 'one JSON object'],
    ['nothing', undefined, 'one JSON object'],
    ['an unknown decision', { decision: 'forget', sequence: 7, by: 'Ann' }, 'decision must be one of retry'],
    ['no decision', { sequence: 7, by: 'Ann' }, 'decision must be one of retry'],
    ['no file', { decision: 'retry', by: 'Ann' }, 'sequence is missing'],
    [
      'a file that is no number',
      { decision: 'retry', sequence: '7', by: 'Ann' },
      'sequence must be a whole number',
    ],
    ['file 0', { decision: 'skip', sequence: 0, by: 'Ann' }, 'sequence must be a whole number'],
    ['nobody', { decision: 'retry', sequence: 7 }, 'by is missing'],
    ['an empty name', { decision: 'retry', sequence: 7, by: ' ' }, 'by must be one line'],
    [
      'two lines of reason',
      { decision: 'retry', sequence: 7, by: 'Ann', reason: 'a\nb' },
      'reason must be one line',
    ],
    ['a misspelt field', { decision: 'retry', sequence: 7, by: 'Ann', why: 'x' }, 'there is no field "why"'],
    ['a plan for a file', { decision: 'retry', sequence: 7, plan: 1, by: 'Ann' }, 'there is no field "plan"'],
    [
      'an unknown code',
      { decision: 'skip', sequence: 7, by: 'Ann', expectedReason: 'X' },
      'expectedReason must be a code',
    ],
    ['an approval without a reason', { decision: 'approve', plan: 2, by: 'Ann' }, 'reason is missing'],
    [
      'an approval of a file',
      { decision: 'approve', sequence: 2, by: 'Ann', reason: 'x' },
      'there is no field "sequence"',
    ],
  ])('with %s is refused, and says why', (_what, input, reason) => {
    expect(() => laneDecision(input)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(reason) as string }),
    );
  });
});
