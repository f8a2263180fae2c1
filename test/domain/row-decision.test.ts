import { describe, expect, test } from 'vitest';
import { decideRow, faultOf, meaningOfRefusal, type ObservedItem } from '../../src/domain/row-decision.ts';
import { NOTHING_KEPT_BACK } from '../../src/domain/unseen-sales.ts';

const keepNothingBack = () => NOTHING_KEPT_BACK;
const THREE = { debt: 3, drops: [{ at: '2026-06-01T10:00:00.000Z', units: 3 }] };
const keepThreeBack = () => THREE;
const STOCKED: ObservedItem = { tracked: true, levelActive: true, available: 10 };

describe('a row of a file', () => {
  test('needs no write when Shopify shows its quantity already', () => {
    expect(decideRow(10, STOCKED, 0, keepNothingBack)).toEqual({
      outcome: 'UNCHANGED',
      observed: 10,
      keptBack: NOTHING_KEPT_BACK,
    });
  });

  test('is written over the quantity that was just read when that one differs', () => {
    expect(decideRow(75, STOCKED, 0, keepNothingBack)).toMatchObject({
      outcome: 'WRITE',
      observed: 10,
      quantity: 75,
    });
  });

  test('is written less what is kept back, but never below zero', () => {
    expect(decideRow(75, STOCKED, 0, keepThreeBack)).toMatchObject({ quantity: 72, keptBack: THREE });
    expect(decideRow(2, STOCKED, 0, keepThreeBack)).toMatchObject({ quantity: 0 });
  });

  test('needs no write when Shopify shows its quantity less what is kept back, and goes on keeping that back', () => {
    expect(decideRow(13, STOCKED, 3, keepThreeBack)).toEqual({
      outcome: 'UNCHANGED',
      observed: 10,
      keptBack: THREE,
    });
    expect(decideRow(10, STOCKED, 0, keepThreeBack)).toMatchObject({ outcome: 'WRITE', quantity: 7 });
  });

  test.each([
    ['does not exist', null, 'ITEM_NOT_FOUND'],
    ['is not tracked', { ...STOCKED, tracked: false }, 'ITEM_NOT_TRACKED'],
    ['is not stocked at the location', { ...STOCKED, levelActive: false }, 'LEVEL_INACTIVE'],
    ['was never stocked at the location', { ...STOCKED, available: null }, 'LEVEL_INACTIVE'],
  ])('is quarantined when its item %s, even if the quantity would fit', (_what, item, code) => {
    expect(decideRow(10, item, 0, keepNothingBack)).toMatchObject({ outcome: 'QUARANTINED', code });
    expect(faultOf(item)).toBe(code);
  });

  test('is owed once its quantity has moved between read and write three times', () => {
    expect(decideRow(75, STOCKED, 2, keepNothingBack)).toMatchObject({ outcome: 'WRITE' });
    expect(decideRow(75, STOCKED, 3, keepNothingBack)).toEqual({
      outcome: 'OWED',
      code: 'QUANTITY_STALE',
      observed: 10,
    });
  });
});

test('Shopify’s refusal means a new try of a stale row, a quarantine of a bad item, a blocked lane for a bad location', () => {
  expect(meaningOfRefusal('CHANGE_FROM_QUANTITY_STALE')).toEqual({ kind: 'STALE' });
  expect(meaningOfRefusal('NON_MUTABLE_INVENTORY_ITEM')).toEqual({
    kind: 'QUARANTINE',
    code: 'ITEM_NOT_MUTABLE',
  });
  expect(meaningOfRefusal('INVALID_LOCATION')).toEqual({ kind: 'BLOCK', code: 'LOCATION_UNUSABLE' });
  expect(meaningOfRefusal('A_CODE_OF_TOMORROW')).toEqual({ kind: 'QUARANTINE', code: 'ROW_REFUSED' });
});
