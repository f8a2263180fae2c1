import { describe, expect, test } from 'vitest';
import type { PastCall } from '../../src/domain/call-size.ts';
import { isWholeCallAtFault, judgeRefusal, KEY_SPENT } from '../../src/domain/refused-call.ts';

const STALE = { code: 'CHANGE_FROM_QUANTITY_STALE', message: 'no longer matches' };
const UNKNOWN = { code: 'UNKNOWN', message: 'Something.' };

describe('a refused call', () => {
  test('that names its rows blames these', () => {
    const row = { ...STALE, position: 3 };
    expect(judgeRefusal(250, [row], [], [])).toEqual({
      outcome: 'STALE',
      rows: [{ ...row, isNamed: true }],
      unnamed: [],
      stop: null,
    });
  });

  test.each([
    [STALE, 'STALE_UNNAMED'],
    [UNKNOWN, 'REFUSED_UNNAMED'],
    [{ code: 'NON_MUTABLE_INVENTORY_ITEM', message: '' }, 'REFUSED_UNNAMED'],
  ])(
    'that names no row (%o) blames nobody while it has several, and its only row when it has one',
    (refusal, outcome) => {
      expect(judgeRefusal(2, [], [refusal], [])).toEqual({
        outcome,
        rows: [],
        unnamed: [refusal],
        stop: null,
      });
      expect(judgeRefusal(1, [], [refusal], [])).toEqual({
        outcome,
        rows: [{ ...refusal, position: 0, isNamed: false }],
        unnamed: [],
        stop: null,
      });
    },
  );

  test.each(['INVALID_REASON', 'INVALID_NAME', 'INVALID_REFERENCE_DOCUMENT'])(
    'with %s is refused as a whole at once, since every call of ours would be',
    (code) => {
      const refusal = { code, message: '' };
      expect(judgeRefusal(250, [], [refusal], []).stop).toEqual({ kind: 'CALL_REFUSED', refusal });
    },
  );

  test('whose location is unusable stops the file, whether a row is named or not', () => {
    const refusal = { code: 'INVALID_LOCATION', message: '' };
    const stop = { kind: 'LOCATION_UNUSABLE', refusal };
    expect(judgeRefusal(250, [], [refusal], []).stop).toEqual(stop);
    expect(judgeRefusal(250, [{ ...refusal, position: 1 }], [], []).stop).toMatchObject({ kind: stop.kind });
  });

  test('with a spent key gets a new key once, and then the attempt ends', () => {
    const refusal = { code: KEY_SPENT, message: '' };
    expect(judgeRefusal(250, [], [refusal], [])).toMatchObject({ outcome: 'KEY_SPENT', stop: null });
    const again = judgeRefusal(250, [], [refusal], [{ rowCount: 250, outcome: 'KEY_SPENT' }]);
    expect(again.stop).toEqual({ kind: 'KEY_SPENT_AGAIN', refusal });
  });

  test('without a name for the third row in a row, each alone, is one of the call: not all rows are quarantined', () => {
    const alone: PastCall = { rowCount: 1, outcome: 'REFUSED_UNNAMED' };
    expect(judgeRefusal(1, [], [UNKNOWN], [alone]).stop).toBeNull();
    expect(judgeRefusal(1, [], [UNKNOWN], [alone, alone])).toMatchObject({
      rows: [],
      stop: { kind: 'CALL_REFUSED' },
    });
    // Rows that sell fast are no such sign.
    expect(judgeRefusal(1, [], [STALE], [alone, alone]).stop).toBeNull();
  });
});

test('a refusal without a row is one of the call only after three rows in a row were refused alone', () => {
  const alone: PastCall = { rowCount: 1, outcome: 'REFUSED_UNNAMED' };
  const applied: PastCall = { rowCount: 1, outcome: 'APPLIED' };
  expect(isWholeCallAtFault([alone, alone])).toBe(false);
  expect(isWholeCallAtFault([alone, applied, alone, alone])).toBe(false);
  expect(isWholeCallAtFault([applied, alone, alone, alone])).toBe(true);
  expect(isWholeCallAtFault([{ ...alone, rowCount: 2 }, alone, alone])).toBe(false);
});
