import { expect, test } from 'vitest';
import { PROCESS_UPLOADS, type ClosedFile } from '../../src/domain/jobs/process-uploads.ts';

const FILE: ClosedFile = {
  ...{ sequence: 1, status: 'APPLIED', rows: 9, applied: 4, unchanged: 2, quarantined: 0, owed: 0 },
};

function inWords(...files: readonly ClosedFile[]): string {
  return PROCESS_UPLOADS.inWords({ shopId: 'blue-shirts', files, laneState: 'idle' });
}

test('a run tells how many rows of its files were passed on to later ones', () => {
  expect(inWords(FILE, { ...FILE, sequence: 2, rows: 6 })).toBe(
    '2 files: 8 rows applied, 4 unchanged, 3 passed on to later files',
  );
});

test('what a superseded file has not sent was not passed on', () => {
  expect(inWords({ ...FILE, status: 'SUPERSEDED' })).toBe('1 file: 4 rows applied, 2 unchanged');
});
