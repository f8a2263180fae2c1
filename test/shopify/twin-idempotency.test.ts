import { describe, expect, test } from 'vitest';
import { documentText, setVariables, SHOP, shirts, startTwinWith } from './twin-fixture.ts';
import type { TwinClient } from './twin-fixture.ts';

const RULES = `/shops/${SHOP.domain}/rules`;
const HOUR_MS = 60 * 60 * 1000;

/** Makes a clock that the test moves. */
function makeClock() {
  let at = Date.parse('2026-11-24T12:00:00Z');
  return { now: () => new Date(at), forward: (ms: number) => void (at += ms) };
}

describe('a repeated idempotency key', () => {
  test('with the same parameters answers the same and is not executed: 5 → 7 → 5 stays 5', async () => {
    const { twin, ids } = await startTwinWith([{ sku: 'BLUE', title: 'Blue', available: 5 }]);
    const set = (key: string, quantity: number, changeFromQuantity: number | null) =>
      twin.setOnlineAtp(key, [{ inventoryItemId: ids[0]!, quantity, changeFromQuantity }]);

    const first = await set('file-1', 7, null);
    await set('file-2', 5, null);
    const late = await set('file-1', 7, null);

    expect(late.data).toEqual(first.data);
    expect(await twin.available()).toEqual([5]);
    expect((await twin.requests()).map(({ replayed, applied }) => [replayed, applied.length])).toEqual([
      [false, 1],
      [false, 1],
      [true, 0],
    ]);

    await set('another key', 7, null); // the control: without its key the same request is a new one
    expect(await twin.available()).toEqual([7]);
  });

  test('is not executed either when the first request changed nothing', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const repeat = () =>
      twin.setOnlineAtp('noop', [{ inventoryItemId: ids[0]!, quantity: 10, changeFromQuantity: null }]);
    await repeat();
    await setLevel(twin, 4);
    const { data } = await repeat();
    expect(data.inventorySetQuantities).toEqual({ inventoryAdjustmentGroup: null, userErrors: [] });
    expect(await twin.available()).toEqual([4]);
  });

  test('with other parameters is refused, even when only the order of the fields differs', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const row = { inventoryItemId: ids[0]!, quantity: 7, changeFromQuantity: 10 };
    await twin.setOnlineAtp('k', [row]);
    const mismatch = [
      {
        code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
        field: null,
        message: 'The same idempotency key cannot be used with different operation parameters.',
      },
    ];
    expect(await twin.expectRefusal('k', [{ ...row, quantity: 8 }])).toEqual(mismatch);

    const { input, ...rest } = setVariables('k', [row]) as { input: Record<string, unknown> };
    const reversed = { input: Object.fromEntries(Object.entries(input).reverse()), ...rest };
    const { data } = await twin.query(documentText('set-online-atp'), reversed);
    expect(data.inventorySetQuantities.userErrors).toEqual(mismatch);
    expect(await twin.available()).toEqual([7]);
  });

  test('is executed anew after a refusal, but only with the same parameters', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const rows = [{ inventoryItemId: ids[0]!, quantity: 7, changeFromQuantity: 9 }];
    expect(await twin.expectRefusal('k', rows)).toMatchObject([{ code: 'CHANGE_FROM_QUANTITY_STALE' }]);
    expect(await twin.expectRefusal('k', [{ ...rows[0]!, changeFromQuantity: 10 }])).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH' },
    ]);

    await setLevel(twin, 9);
    await twin.setOnlineAtp('k', rows);
    expect(await twin.available()).toEqual([7]);
  });

  test('is refused again after a refusal where refused keys are spent, and also when the stock has come back', async () => {
    const { twin, ids } = await startTwinWith(shirts(1), { rules: { refusedKeys: 'spent' } });
    const rows = [{ inventoryItemId: ids[0]!, quantity: 7, changeFromQuantity: 9 }];
    const refusal = await twin.expectRefusal('k', rows);
    expect(refusal).toMatchObject([{ code: 'CHANGE_FROM_QUANTITY_STALE' }]);

    await setLevel(twin, 9);
    expect(await twin.expectRefusal('k', rows)).toEqual(refusal);
    expect(await twin.available()).toEqual([9]);
    expect((await twin.requests()).map(({ replayed }) => replayed)).toEqual([false, true]);

    await twin.control('PATCH', RULES, { refusedKeys: 'reusable' });
    await twin.setOnlineAtp('k', rows);
    expect(await twin.available()).toEqual([7]);
  });

  test('is executed like a new one where replay is off: after a success, with other rows, and while the first runs', async () => {
    const { twin, ids } = await startTwinWith(shirts(1), { rules: { replay: 'off' } });
    const set = (quantity: number) =>
      twin.setOnlineAtp('k', [{ inventoryItemId: ids[0]!, quantity, changeFromQuantity: null }]);
    await set(7);
    await setLevel(twin, 3);
    await set(7);
    expect(await twin.available()).toEqual([7]);
    await set(8);
    expect(await twin.available()).toEqual([8]);

    const hold = await twin.hold('SetOnlineAtp');
    const held = set(5);
    await twin.control('GET', `/holds/${hold.id}?arrived`);
    await set(6);
    expect(await twin.available()).toEqual([6]);
    await twin.control('DELETE', `/holds/${hold.id}`);
    await held;
    expect(await twin.available()).toEqual([5]);
    expect((await twin.requests()).some(({ replayed }) => replayed)).toBe(false);
  });

  test('is refused while its first request runs, and later answered from the key store', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const rows = [{ inventoryItemId: ids[0]!, quantity: 7, changeFromQuantity: 10 }];
    const hold = await twin.hold('SetOnlineAtp');
    const running = twin.setOnlineAtp('k', rows);
    expect(await twin.control('GET', `/holds/${hold.id}?arrived`)).toMatchObject({
      state: 'holding',
      request: { domain: SHOP.domain, operation: 'SetOnlineAtp', variables: { idempotencyKey: 'k' } },
    });

    expect(await twin.expectRefusal('k', rows)).toEqual([
      {
        code: 'IDEMPOTENCY_CONCURRENT_REQUEST',
        field: null,
        message: 'This request is currently in progress, please try again.',
      },
    ]);
    expect(await twin.available()).toEqual([10]);

    await twin.control('DELETE', `/holds/${hold.id}`);
    const first = await running;
    expect(await twin.setOnlineAtp('k', rows)).toMatchObject({ data: first.data });
    expect(await twin.available()).toEqual([7]);
  });

  test('is a new operation 24 hours after its first use', async () => {
    const time = makeClock();
    const { twin, ids } = await startTwinWith(shirts(1), { now: time.now });
    const set = () =>
      twin.setOnlineAtp('k', [{ inventoryItemId: ids[0]!, quantity: 7, changeFromQuantity: null }]);
    await set();
    await setLevel(twin, 3);

    time.forward(24 * HOUR_MS - 1);
    await set();
    expect(await twin.available()).toEqual([3]);

    time.forward(1);
    await set();
    expect(await twin.available()).toEqual([7]);
  });

  test('is executed when the shop has forgotten it, so that only the compare-and-swap protects', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const rows = [{ inventoryItemId: ids[0]!, quantity: 7, changeFromQuantity: 10 }];
    await twin.setOnlineAtp('k', rows);
    await twin.control('DELETE', `/shops/${SHOP.domain}/idempotency-keys`);
    expect(await twin.expectRefusal('k', rows)).toMatchObject([{ code: 'CHANGE_FROM_QUANTITY_STALE' }]);
  });

  test('must not be blank', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const { data, errors } = await twin.setOnlineAtp(' ', [
      { inventoryItemId: ids[0]!, quantity: 7, changeFromQuantity: 10 },
    ]);
    expect(data).toEqual({ inventorySetQuantities: null });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_REQUEST' });
  });
});

function setLevel(twin: TwinClient, available: number) {
  return twin.control('PATCH', `/shops/${SHOP.domain}/levels`, [{ sku: 'SHIRT-0001', available }]);
}
