import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idempotencyKey, setVariables, type CallIdentity } from '../../src/shopify/set-online-atp.ts';

const CALL: CallIdentity = {
  keySpace: '0b4f3e3a-5c0e-4a51-8a0f-3a1d5a3b9a01',
  restoreGeneration: 0,
  sequence: 7,
  chunk: 2,
  generation: 1,
};

const calls = fc.record({
  keySpace: fc.constantFrom('0b4f3e3a-5c0e-4a51-8a0f-3a1d5a3b9a01', '0b4f3e3a-5c0e-4a51-8a0f-3a1d5a3b9a02'),
  restoreGeneration: fc.integer({ min: 0, max: 3 }),
  sequence: fc.integer({ min: 1, max: 30 }),
  chunk: fc.integer({ min: 0, max: 30 }),
  generation: fc.integer({ min: 0, max: 20 }),
});

test('the key of a call never changes, because a stored call must have its key again after an upgrade', () => {
  expect(idempotencyKey(CALL)).toBe('25794f9c-12f4-513d-973b-68ea0c314108');
});

test('a file number that is taken again after a restore gives other keys', () => {
  const keys = [0, 1, 2].map((restoreGeneration) => idempotencyKey({ ...CALL, restoreGeneration }));
  expect(new Set(keys).size).toBe(3);
});

test('two calls have the same key exactly when they are the same call', () => {
  fc.assert(
    fc.property(calls, calls, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      expect(idempotencyKey(one) === idempotencyKey(other)).toBe(isSame);
      expect(idempotencyKey({ ...one })).toBe(idempotencyKey(one));
    }),
    { numRuns: 2_000 },
  );
});

test('the variables of a call are one fixed text, whatever the order of a row’s fields', () => {
  const text =
    '{"input":{"name":"available","reason":"correction","referenceDocumentUri":"gid://atp-sync/AtpFile/7",' +
    '"quantities":[{"inventoryItemId":"gid://shopify/InventoryItem/5","locationId":"gid://shopify/Location/1",' +
    '"quantity":3,"changeFromQuantity":null}]},"idempotencyKey":"k"}';
  const row = { changeFromQuantity: null, quantity: 3, inventoryItemId: 'gid://shopify/InventoryItem/5' };
  const variables = setVariables({
    rows: [row],
    idempotencyKey: 'k',
    locationId: 'gid://shopify/Location/1',
    sequence: 7,
  });
  expect(variables).toBe(text);
  expect(JSON.stringify(JSON.parse(variables))).toBe(text);
});
