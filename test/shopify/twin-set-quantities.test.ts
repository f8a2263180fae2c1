import { describe, expect, test } from 'vitest';
import {
  BACK_ROOM,
  documentText,
  LOCATION,
  setVariables,
  SHOP,
  shirts,
  startTwinWith,
} from './twin-fixture.ts';
import type { Row } from './twin-fixture.ts';

const WITHOUT_DIRECTIVE = `
  mutation Naive($input: InventorySetQuantitiesInput!) {
    inventorySetQuantities(input: $input) { inventoryAdjustmentGroup { id } userErrors { code } }
  }`;

const WITH_CHANGES = `
  mutation SetOnlineAtp($input: InventorySetQuantitiesInput!, $idempotencyKey: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $idempotencyKey) {
      inventoryAdjustmentGroup {
        id
        reason
        referenceDocumentUri
        changes { name delta quantityAfterChange item { id } location { id } }
      }
      userErrors { code }
    }
  }`;

const UNKNOWN_ITEM = 'gid://shopify/InventoryItem/53399999999999';

describe('a call', () => {
  test('without the directive is not executed, and its field is null', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const { input } = setVariables('-', [{ inventoryItemId: ids[0]!, quantity: 3, changeFromQuantity: 10 }]);

    const answer = await twin.query(WITHOUT_DIRECTIVE, { input });

    expect(answer.data).toEqual({ inventorySetQuantities: null });
    expect(answer.errors).toEqual([
      {
        message: 'The @idempotent directive is required for this mutation but was not provided.',
        locations: [{ line: 3, column: 5 }],
        path: ['inventorySetQuantities'],
        extensions: { code: 'BAD_REQUEST' },
      },
    ]);
    expect(await twin.available()).toEqual([10]);
  });

  test('with a row that leaves changeFromQuantity out is refused, and with null in its place is not', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const left = await twin.setOnlineAtp('a', [{ inventoryItemId: ids[0]!, quantity: 3 }]);
    expect(left.data).toEqual({ inventorySetQuantities: null });
    expect(left.errors).toMatchObject([
      {
        message: 'InventoryQuantityInput must include the following argument: changeFromQuantity.',
        path: ['inventorySetQuantities'],
        extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
      },
    ]);

    const forced = await twin.setOnlineAtp('a', [
      { inventoryItemId: ids[0]!, quantity: 3, changeFromQuantity: null },
    ]);
    expect(forced.data.inventorySetQuantities.userErrors).toEqual([]);
    expect(await twin.available()).toEqual([3]);
  });

  test('with 250 rows is accepted, and with 251 is refused without any data', async () => {
    const { twin, ids } = await startTwinWith(shirts(251));
    const rows = ids.map((inventoryItemId) => ({ inventoryItemId, quantity: 7, changeFromQuantity: 10 }));

    const tooMany = await twin.setOnlineAtp('251', rows);
    expect(tooMany).not.toHaveProperty('data');
    expect(tooMany.errors).toEqual([
      {
        message: 'The input array size of 251 is greater than the maximum allowed of 250.',
        locations: [{ line: 4, column: 3 }],
        path: ['inventorySetQuantities', 'input', 'quantities'],
        extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
      },
    ]);
    expect(tooMany.extensions.cost.actualQueryCost).toBeNull();

    await twin.setOnlineAtp('250', rows.slice(0, 250));
    expect(await twin.available()).toEqual([...Array<number>(250).fill(7), 10]);
  });
});

describe('an accepted call', () => {
  test('moves available and on_hand by the same delta, and leaves quantityAfterChange null', async () => {
    const { twin, ids } = await startTwinWith(shirts(2));
    await twin.control('POST', `/shops/${SHOP.domain}/orders`, {
      lines: [{ sku: 'SHIRT-0001', quantity: 4 }],
    });
    const [first = '', second = ''] = ids;

    const answer = await twin.query(
      WITH_CHANGES,
      setVariables('k', [
        { inventoryItemId: first, quantity: 75, changeFromQuantity: 6 },
        { inventoryItemId: second, quantity: 10, changeFromQuantity: 10 },
      ]),
    );

    const { inventoryAdjustmentGroup, userErrors } = answer.data.inventorySetQuantities;
    const change = { delta: 69, quantityAfterChange: null, item: { id: first }, location: { id: LOCATION } };
    expect(userErrors).toEqual([]);
    expect(inventoryAdjustmentGroup).toEqual({
      id: expect.stringMatching(/^gid:\/\/shopify\/InventoryAdjustmentGroup\/\d+$/),
      reason: 'correction',
      referenceDocumentUri: 'gid://atp-sync/AtpFile/1',
      changes: [
        { name: 'available', ...change },
        { name: 'on_hand', ...change }, // the second row had its value already: it is not listed
      ],
    });
    expect((await twin.levels('SHIRT-0001'))[0]).toMatchObject({ available: 75, committed: 4, onHand: 79 });
  });

  test('that changes nothing has no group and no errors', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const { data } = await twin.setOnlineAtp('k', [
      { inventoryItemId: ids[0]!, quantity: 10, changeFromQuantity: 10 },
    ]);
    expect(data.inventorySetQuantities).toEqual({ inventoryAdjustmentGroup: null, userErrors: [] });
  });

  test('may compare and set on_hand, and available moves along', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    await twin.control('POST', `/shops/${SHOP.domain}/orders`, {
      lines: [{ sku: 'SHIRT-0001', quantity: 4 }],
    });
    await twin.setOnlineAtp('k', [{ inventoryItemId: ids[0]!, quantity: 12, changeFromQuantity: 10 }], {
      name: 'on_hand',
    });
    expect((await twin.levels())[0]).toMatchObject({ available: 8, committed: 4, onHand: 12 });
  });

  test('may take available below zero', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    await twin.setOnlineAtp('k', [{ inventoryItemId: ids[0]!, quantity: -5, changeFromQuantity: 10 }]);
    expect(await twin.available()).toEqual([-5]);
  });
});

describe('a refused call', () => {
  const good = (inventoryItemId: string): Row => ({ inventoryItemId, quantity: 1, changeFromQuantity: 10 });

  test('lists every stale row by its position, and changes nothing', async () => {
    const { twin, ids } = await startTwinWith(shirts(4));
    const rows = ids.map(good);
    rows[1] = { ...rows[1]!, changeFromQuantity: 9 };
    rows[3] = { ...rows[3]!, changeFromQuantity: 11 };
    const stale = (row: string) => ({
      code: 'CHANGE_FROM_QUANTITY_STALE',
      field: ['input', 'quantities', row, 'changeFromQuantity'],
      message: 'The changeFromQuantity argument no longer matches the persisted quantity.',
    });

    expect(await twin.expectRefusal('k', rows)).toEqual([stale('1'), stale('3')]);
    expect(await twin.available()).toEqual([10, 10, 10, 10]);
  });

  test.each([
    ['without-field', 'CHANGE_FROM_QUANTITY_STALE'],
    ['without-code', null],
  ])('names no stale row where the shop refuses %s', async (staleRefusals, code) => {
    const { twin, ids } = await startTwinWith(shirts(2));
    await twin.control('PATCH', `/shops/${SHOP.domain}/rules`, { staleRefusals });
    const rows = [good(ids[0]!), { ...good(ids[1]!), changeFromQuantity: 9 }];
    const message = 'The changeFromQuantity argument no longer matches the persisted quantity.';
    expect(await twin.expectRefusal('k', rows)).toEqual([{ code, field: null, message }]);
    expect(await twin.available()).toEqual([10, 10]);
    await twin.setOnlineAtp('l', rows.slice(0, 1)); // the control: a call without a stale row is executed
    expect(await twin.available()).toEqual([1, 10]);
  });

  test('protects a sale between read and write, which a forced write overwrites', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    await twin.control('POST', `/shops/${SHOP.domain}/orders`, {
      lines: [{ sku: 'SHIRT-0001', quantity: 1 }],
    });
    expect(await twin.expectRefusal('k1', [{ ...good(ids[0]!), quantity: 10 }])).toHaveLength(1);
    await twin.setOnlineAtp('k2', [{ ...good(ids[0]!), quantity: 10, changeFromQuantity: null }]);
    expect(await twin.available()).toEqual([10]); // the control: the unit that was sold is on sale again
  });

  test('lists both rows of a duplicate pair, at the location', async () => {
    const { twin, ids } = await startTwinWith(shirts(2));
    const refusals = await twin.expectRefusal('k', [good(ids[0]!), good(ids[1]!), good(ids[0]!)]);
    expect(refusals).toEqual(
      ['0', '2'].map((row) => ({
        code: 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
        field: ['input', 'quantities', row, 'locationId'],
        message: 'The combination of inventoryItemId and locationId must be unique.',
      })),
    );
  });

  const HIGH = 'INVALID_QUANTITY_TOO_HIGH';
  const LOW = 'INVALID_QUANTITY_TOO_LOW';
  test.each([
    [
      'an item that does not exist',
      { inventoryItemId: UNKNOWN_ITEM },
      {},
      'INVALID_INVENTORY_ITEM',
      'inventoryItemId',
    ],
    [
      'an id that is no item',
      { inventoryItemId: 'gid://shopify/Product/1' },
      {},
      'INVALID_INVENTORY_ITEM',
      'inventoryItemId',
    ],
    [
      'a location that does not exist',
      { locationId: 'gid://shopify/Location/7' },
      {},
      'INVALID_LOCATION',
      'locationId',
    ],
    ['more than a billion units', { quantity: 1_000_000_001 }, {}, HIGH, 'quantity'],
    ['less than minus a billion units', { quantity: -1_000_000_001 }, {}, LOW, 'quantity'],
    ['a negative on_hand', { quantity: -1 }, { name: 'on_hand' }, 'INVALID_QUANTITY_NEGATIVE', 'quantity'],
  ])('lists a row with %s, and changes nothing', async (_what, row, input, code, argument) => {
    const { twin, ids } = await startTwinWith(shirts(2));
    const refusals = await twin.expectRefusal('k', [good(ids[0]!), { ...good(ids[1]!), ...row }], input);
    expect(refusals).toMatchObject([{ code, field: ['input', 'quantities', '1', argument] }]);
    expect(await twin.available()).toEqual([10, 10]);
  });

  test.each([
    ['name', 'committed', 'INVALID_NAME', "The quantity name must be either 'available' or 'on_hand'."],
    [
      'reason',
      'because',
      'INVALID_REASON',
      /^The specified reason is invalid\. Valid values are: correction, /,
    ],
    ['referenceDocumentUri', 'gid://atp-sync/AtpFile', 'INVALID_REFERENCE_DOCUMENT', /invalid/],
    ['referenceDocumentUri', 'file 12', 'INVALID_REFERENCE_DOCUMENT', /invalid/],
  ])('names the input’s %s when it is %j', async (field, value, code, message) => {
    const { twin, ids } = await startTwinWith(shirts(1));
    expect(await twin.expectRefusal('k', [good(ids[0]!)], { [field]: value })).toEqual([
      { code, field: ['input', field], message: expect.stringMatching(message) },
    ]);
  });

  test('names a deactivated location', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    await twin.control('PATCH', `/shops/${SHOP.domain}/locations`, [{ id: LOCATION, isActive: false }]);
    expect(await twin.expectRefusal('k', [good(ids[0]!)])).toMatchObject([{ code: 'INVALID_LOCATION' }]);
  });

  test('names the old id of an item that was deleted and made again', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    await twin.control('DELETE', `/shops/${SHOP.domain}/variants/SHIRT-0001`);
    const [again] = await twin.seed(shirts(1));
    expect(again?.inventoryItemId).not.toBe(ids[0]);
    expect(await twin.expectRefusal('k', [good(ids[0]!)])).toMatchObject([
      { code: 'INVALID_INVENTORY_ITEM' },
    ]);
  });
});

describe('a level', () => {
  const VARIANT = `query Variant($id: ID!) { productVariant(id: $id) { inventoryQuantity } }`;

  test.each([
    ['that is deactivated', LOCATION, false],
    ['that was never connected', BACK_ROOM, true],
  ])(
    '%s takes a quantity without an error, and sells it only once it is active',
    async (_what, locationId, firstIsActive) => {
      const { twin } = await startTwinWith([]);
      const [product] = await twin.seed([
        { sku: 'BLUE', title: 'Blue', available: 0, active: firstIsActive },
      ]);
      const { inventoryItemId, variantId } = product!;

      const { data } = await twin.setOnlineAtp('k', [
        { inventoryItemId, locationId, quantity: 7, changeFromQuantity: 0 },
      ]);

      expect(data.inventorySetQuantities.userErrors).toEqual([]);
      const read = await twin.query(documentText('read-online-atp'), { ids: [inventoryItemId], locationId });
      expect(read.data.nodes[0]?.inventoryLevel).toMatchObject({
        isActive: false,
        quantities: [{ name: 'available', quantity: 7 }],
      });
      expect((await twin.query(VARIANT, { id: variantId })).data.productVariant.inventoryQuantity).toBe(0);

      await twin.control('PATCH', `/shops/${SHOP.domain}/levels`, [
        { sku: 'BLUE', locationId, isActive: true },
      ]);
      expect((await twin.query(VARIANT, { id: variantId })).data.productVariant.inventoryQuantity).toBe(7);
    },
  );
});
