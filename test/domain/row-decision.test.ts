import { describe, expect, test } from 'vitest';
import { decideRow, faultOf, meaningOfRefusal, type ObservedItem } from '../../src/domain/row-decision.ts';
import { NOTHING_KEPT_BACK } from '../../src/domain/unseen-sales.ts';

const nothing = () => NOTHING_KEPT_BACK;
const three = { debt: 3, drops: [{ at: '2026-06-01T10:00:00.000Z', units: 3 }] };
const STOCKED: ObservedItem = { tracked: true, levelActive: true, available: 10 };

describe('a row of a file', () => {
  test('that Shopify shows already needs no write', () => {
    expect(decideRow(10, STOCKED, 0, nothing)).toEqual({
      outcome: 'UNCHANGED',
      observed: 10,
      keptBack: NOTHING_KEPT_BACK,
    });
  });

  test('that differs is written on the value that was just read', () => {
    expect(decideRow(75, STOCKED, 0, nothing)).toMatchObject({
      outcome: 'WRITE',
      observed: 10,
      quantity: 75,
    });
  });

  test('is written less what is held back, never below zero', () => {
    expect(decideRow(75, STOCKED, 0, () => three)).toMatchObject({ quantity: 72, keptBack: three });
    expect(decideRow(2, STOCKED, 0, () => three)).toMatchObject({ quantity: 0 });
  });

  test('needs no write when Shopify shows it less what is held back, and keeps that', () => {
    expect(decideRow(13, STOCKED, 3, () => three)).toEqual({
      outcome: 'UNCHANGED',
      observed: 10,
      keptBack: three,
    });
    expect(decideRow(10, STOCKED, 0, () => three)).toMatchObject({ outcome: 'WRITE', quantity: 7 });
  });

  test.each([
    ['does not exist', null, 'ITEM_NOT_FOUND'],
    ['is not tracked', { ...STOCKED, tracked: false }, 'ITEM_NOT_TRACKED'],
    ['is not stocked at the location', { ...STOCKED, levelActive: false }, 'LEVEL_INACTIVE'],
    ['never was at the location', { ...STOCKED, available: null }, 'LEVEL_INACTIVE'],
  ])('whose item %s is set apart, even when the number would fit', (_what, item, code) => {
    expect(decideRow(10, item, 0, nothing)).toMatchObject({ outcome: 'QUARANTINED', code });
    expect(faultOf(item)).toBe(code);
  });

  test('that moved between read and write three times is owed', () => {
    expect(decideRow(75, STOCKED, 2, nothing)).toMatchObject({ outcome: 'WRITE' });
    expect(decideRow(75, STOCKED, 3, nothing)).toEqual({
      outcome: 'OWED',
      code: 'QUANTITY_STALE',
      observed: 10,
    });
  });
});

test('a stale row is tried again, a row at fault is set apart, a location at fault stops the shop', () => {
  expect(meaningOfRefusal('CHANGE_FROM_QUANTITY_STALE')).toEqual({ kind: 'STALE' });
  expect(meaningOfRefusal('NON_MUTABLE_INVENTORY_ITEM')).toEqual({
    kind: 'QUARANTINE',
    code: 'ITEM_NOT_MUTABLE',
  });
  expect(meaningOfRefusal('INVALID_LOCATION')).toEqual({ kind: 'BLOCK', code: 'LOCATION_UNUSABLE' });
  expect(meaningOfRefusal('A_CODE_OF_TOMORROW')).toEqual({ kind: 'QUARANTINE', code: 'ROW_REFUSED' });
});
