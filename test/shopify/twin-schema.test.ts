import { readdirSync, readFileSync } from 'node:fs';
import { parse, validate, validateSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { readSchema } from '../../src/stand-ins/shopify-twin/schema.ts';
import { LOCATION, setVariables, startTwin } from './twin-fixture.ts';

const schema = readSchema();
const DOCUMENTS = new URL('../../src/shopify/documents/', import.meta.url);
const LOOK_UPS = new URL('../../src/stand-ins/shopify-twin/look-ups.graphql', import.meta.url);

describe('the pruned schema', () => {
  test('is a valid schema', () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  const documents = readdirSync(DOCUMENTS).filter((name) => name.endsWith('.graphql'));
  test.each([
    ...documents.map((name): [string, URL] => [name, new URL(name, DOCUMENTS)]),
    ['look-ups.graphql', LOOK_UPS],
  ])('accepts %s', (_name, file) => {
    expect(validate(schema, parse(readFileSync(file, 'utf8')))).toEqual([]);
  });

  test('refuses the directive on the operation, where it would have no effect', () => {
    const document = parse(`
      mutation Set($input: InventorySetQuantitiesInput!) @idempotent(key: "k") {
        inventorySetQuantities(input: $input) { userErrors { code } }
      }`);
    expect(validate(schema, document)).toHaveLength(1);
  });

  test('accepts a missing directive and a missing changeFromQuantity, which only the run time refuses', () => {
    const document = parse(`
      mutation Naive {
        inventorySetQuantities(input: { name: "available", reason: "correction", quantities: [
          { inventoryItemId: "gid://shopify/InventoryItem/1", locationId: "${LOCATION}", quantity: 1 }
        ] }) { userErrors { code } }
      }`);
    expect(validate(schema, document)).toEqual([]);
  });
});

describe('a request that the schema refuses', () => {
  test('for an unknown field is answered in Shopify’s words', async () => {
    const twin = await startTwin();
    const { data, errors } = await twin.query('query Wrong { shop { nmae } }');
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      {
        message: "Field 'nmae' doesn't exist on type 'Shop'",
        extensions: { code: 'undefinedField', typeName: 'Shop', fieldName: 'nmae' },
      },
    ]);
  });

  test('for a field of an older API version in the variables is answered INVALID_VARIABLE, without data', async () => {
    const twin = await startTwin();
    const { input } = setVariables('old', []) as { input: Record<string, unknown> };
    const answer = await twin.setOnlineAtp('old', [], { ignoreCompareQuantity: true });
    const value = { ...input, ignoreCompareQuantity: true };
    expect(answer).toEqual({
      errors: [
        {
          message:
            'Variable $input of type InventorySetQuantitiesInput! was provided invalid value for ' +
            'ignoreCompareQuantity (Field is not defined on InventorySetQuantitiesInput)',
          locations: [{ line: 3, column: 23 }],
          extensions: {
            code: 'INVALID_VARIABLE',
            value,
            problems: [
              {
                path: ['ignoreCompareQuantity'],
                explanation: 'Field is not defined on InventorySetQuantitiesInput',
              },
            ],
          },
        },
      ],
    });
  });

  test('for a required value that is missing deep inside is answered with its path', async () => {
    const twin = await startTwin();
    const { errors } = await twin.setOnlineAtp('deep', [{ quantity: 1 } as never]);
    expect(errors?.[0]?.message).toMatch(
      /for quantities\.0\.inventoryItemId \(Expected value to not be null\)$/,
    );
  });

  test('because it is no GraphQL is answered PARSE_ERROR, and a body without a query is a bad request', async () => {
    const twin = await startTwin();
    const { errors } = await twin.query('query {');
    expect(errors?.[0]?.extensions).toEqual({ code: 'PARSE_ERROR' });
    expect((await twin.post('not json')).status).toBe(400);
    expect((await twin.post({})).status).toBe(400);
  });
});
