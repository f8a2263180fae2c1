import { expect, test } from 'vitest';
import { differenceCause } from '../../src/domain/difference.ts';

const WAY = {
  onlineAtp: 10,
  published: { sequence: 4, quantity: 10 },
  applied: { sequence: 4, outcome: 'APPLIED', debt: 3 },
};

function shows(available: number) {
  return { tracked: true, levelActive: true, available };
}

test('what is held back for unseen sales is meant, to the unit', () => {
  expect(differenceCause(WAY, shows(7))).toBe('UNSEEN_SALES');
  expect(differenceCause(WAY, shows(6))).toBe('CHANGED_ON_SHOPIFY');
  expect(differenceCause(WAY, shows(8))).toBe('CHANGED_ON_SHOPIFY');
  expect(differenceCause(WAY, shows(10))).toBeNull();
});

test('more held back than can be promised shows as zero', () => {
  const applied = { ...WAY.applied, debt: 12 };
  expect(differenceCause({ ...WAY, applied }, shows(0))).toBe('UNSEEN_SALES');
});

test('without a debt a difference is somebody’s change', () => {
  const applied = { ...WAY.applied, debt: 0 };
  expect(differenceCause({ ...WAY, applied }, shows(7))).toBe('CHANGED_ON_SHOPIFY');
});

test('what is on its way or set apart is told first', () => {
  expect(differenceCause({ ...WAY, onlineAtp: 9 }, shows(6))).toBe('CHANGE_NOT_PUBLISHED');
  expect(differenceCause({ ...WAY, published: { sequence: 5, quantity: 10 } }, shows(7))).toBe(
    'FILE_WAITING',
  );
  const applied = { ...WAY.applied, outcome: 'OWED' };
  expect(differenceCause({ ...WAY, applied }, shows(7))).toBe('OWED');
});
