import { expect, test } from 'vitest';
import { countHealed, unhealedOf, waysOut } from '../../src/domain/difference-advice.ts';
import { countToLookAt, differenceCause, mayBeSale, needsALook } from '../../src/domain/difference.ts';

const WAY = {
  onlineAtp: 10,
  isWithheld: false,
  published: { sequence: 4, quantity: 10 },
  applied: { sequence: 4, outcome: 'APPLIED', debt: 3 },
  lacksUnsold: false,
};

function shows(available: number) {
  return { tracked: true, levelActive: true, available };
}

test('a difference of exactly the units kept back is caused by unseen sales; fewer may be sales, more are none', () => {
  expect(differenceCause(WAY, shows(7))).toBe('UNSEEN_SALES');
  expect(differenceCause(WAY, shows(6))).toBe('MAY_BE_SALES');
  expect(differenceCause(WAY, shows(8))).toBe('CHANGED_ON_SHOPIFY');
  expect(differenceCause(WAY, shows(10))).toBeNull();
});

test('unseen sales also explain a zero on Shopify, when more units are kept back than can be promised', () => {
  const applied = { ...WAY.applied, debt: 12 };
  expect(differenceCause({ ...WAY, applied }, shows(0))).toBe('UNSEEN_SALES');
});

test('what lacks though all orders are imported was not sold: somebody has changed it on Shopify', () => {
  const way = { ...WAY, applied: { ...WAY.applied, debt: 0 } };
  expect(differenceCause(way, shows(7))).toBe('MAY_BE_SALES');
  expect(needsALook('MAY_BE_SALES')).toBe(false);
  expect(differenceCause({ ...way, lacksUnsold: true }, shows(7))).toBe('CHANGED_ON_SHOPIFY');
  expect(needsALook('CHANGED_ON_SHOPIFY')).toBe(true);
  expect(mayBeSale({ ...way, lacksUnsold: true }, shows(7))).toBe(true);
});

test('units that Shopify lacks may be a sale; those that it has too many are none, and neither are those kept back', () => {
  expect(mayBeSale(WAY, shows(6))).toBe(true);
  expect(mayBeSale(WAY, shows(7))).toBe(false);
  expect(mayBeSale(WAY, shows(8))).toBe(false);
  expect(mayBeSale(WAY, shows(10))).toBe(false);
  expect(mayBeSale({ ...WAY, onlineAtp: 9 }, shows(6))).toBe(false);
});

test('a product that is withheld waits for a person, unless only Shopify has changed', () => {
  expect(differenceCause({ ...WAY, isWithheld: true, onlineAtp: 0 }, shows(10))).toBe('WITHHELD');
  expect(differenceCause({ ...WAY, isWithheld: true, published: null }, shows(0))).toBe('WITHHELD');
  expect(differenceCause({ ...WAY, isWithheld: true }, shows(7))).toBe('UNSEEN_SALES');
});

test('unseen sales are no cause for a product that is on its way, owed or quarantined', () => {
  expect(differenceCause({ ...WAY, onlineAtp: 9 }, shows(6))).toBe('CHANGE_NOT_PUBLISHED');
  expect(differenceCause({ ...WAY, published: { sequence: 5, quantity: 10 } }, shows(7))).toBe(
    'FILE_WAITING',
  );
  for (const outcome of ['OWED', 'QUARANTINED']) {
    const applied = { ...WAY.applied, outcome };
    expect(differenceCause({ ...WAY, applied }, shows(7))).toBe(outcome);
  }
});

test('what waits for a plan or ends by itself is nothing to look at', () => {
  expect(countToLookAt({ WITHHELD: 19, ITEM_NOT_TRACKED: 1, FILE_WAITING: 7, CHANGED_ON_SHOPIFY: 2 })).toBe(
    3,
  );
  expect(countToLookAt({})).toBe(0);
});

test('a way out is told of each cause that no file mends, and of no other', () => {
  const causes = { ITEM_NOT_TRACKED: 2, UNSEEN_SALES: 1, CHANGED_ON_SHOPIFY: 3, QUARANTINED: 1, OWED: 0 };
  expect(countHealed(causes)).toBe(4);
  expect(unhealedOf(causes)).toEqual({ ITEM_NOT_TRACKED: 2, UNSEEN_SALES: 1 });
  expect(waysOut('acme', { ...causes, ITEM_NOT_FOUND: 1 })).toEqual([
    'ITEM_NOT_FOUND 1: `atp shop map acme` finds its new item, and it then comes back by itself',
    'ITEM_NOT_TRACKED 2: switch "Track quantity" on for it in Shopify, and it then comes back by itself',
    'UNSEEN_SALES 1: its sold units are kept back until their orders are imported; nothing is to be done',
  ]);
});
