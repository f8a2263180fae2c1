import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptInput, type Field, type Fields } from '../../src/domain/input-fields.ts';
import { inputSchema } from '../../src/domain/input-schema.ts';
import { JOBS } from '../../src/domain/jobs/jobs.ts';
import { acceptLaneDecision, decisionFields, DECISIONS } from '../../src/domain/lane-decision.ts';
import { OPERATIONS } from '../../src/operations/operations.ts';

const ajv = new Ajv2020({ validateFormats: false, strict: false });

const INPUTS: readonly (readonly [string, Fields])[] = [
  ...OPERATIONS.map(({ name, fields }) => [name, fields] as const),
  ...Object.values(JOBS).map(({ workflowType, fields }) => [workflowType, fields] as const),
  ...DECISIONS.map((kind) => [`decision ${kind}`, decisionFields(kind)] as const),
];

/** Values that a field takes, and values that look like them. */
function valueOf(field: Field): fc.Arbitrary<unknown> {
  const others = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(
      null,
      undefined,
      '',
      '😀'.repeat(200),
      '2026-13-01T00:00:00Z',
      '2026-01-01T99:00:00Z',
      '2026-01-01T00:00:60Z',
      '2026-01-01T00:00Z',
      '2026-01-01T00:00:00+0200',
      ' ',
      'a b',
      'A\nB',
      ' a',
      [],
      {},
      -1,
      0,
      1.5,
      '5',
      'x'.repeat(256),
    ),
  );
  switch (field.kind) {
    case 'text':
      return fc.oneof(textOf(field.pattern), others);
    case 'list':
      return fc.oneof(fc.array(fc.oneof(textOf(field.of.pattern), others), { maxLength: 3 }), others);
    case 'number':
      return fc.oneof(fc.integer({ min: field.min, max: Math.min(field.max, 2 ** 31) }), others);
    case 'boolean':
      return fc.oneof(fc.boolean(), others);
    case 'choice':
      return fc.oneof(fc.constantFrom(...field.choices), others);
    case 'duration':
      return fc.oneof(fc.constantFrom('15m', '6h', '2d', '6 h', '0h', '1.5h', 'h'), others);
    case 'time':
      return fc.oneof(
        fc
          .date({ noInvalidDate: true, min: new Date(0), max: new Date('2200-01-01') })
          .map((at) => at.toISOString()),
        fc.constantFrom('2026-11-24T12:00:00+01:00', '2026-11-24', '2026-11-24T12:00:00'),
        others,
      );
  }
}

/** fast-check makes no text for a look-ahead, so the pattern without it does, and some of its texts are refused. */
function textOf(pattern: string): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(pattern.replaceAll(/\(\?![^)]*\)/g, ''), 'u'));
}

function inputOf(fields: Fields): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueOf(field)]));
  return fc.oneof(
    { weight: 9, arbitrary: fc.record(values, { requiredKeys: [] }) },
    fc.constantFrom('text', 7, [], { unknownField: 1 }),
  );
}

function isAccepted(fields: Fields, input: unknown): boolean {
  try {
    acceptInput(fields, input);
    return true;
  } catch {
    return false;
  }
}

describe('the JSON schema of an input accepts exactly what the check of the input accepts', () => {
  test.each(INPUTS)('of %s', (_name, fields) => {
    const validate = ajv.compile(inputSchema(fields));
    fc.assert(
      fc.property(inputOf(fields), (given) => {
        // As it comes over the wire: JSON has no undefined.
        const input: unknown = JSON.parse(JSON.stringify(given));
        expect(validate(input)).toBe(isAccepted(fields, input));
      }),
      { numRuns: 200 },
    );
  });
});

test('the schema of a decision accepts what the workflow accepts as one', () => {
  const told = { sequence: 1, plan: 2, sku: 'BLUE-SHIRT', by: 'Ann', reason: 'looked at' };
  for (const kind of DECISIONS) {
    const validate = ajv.compile(inputSchema(decisionFields(kind), { decision: kind }));
    const fields = Object.entries(told).filter(([name]) => Object.hasOwn(decisionFields(kind), name));
    const decision = { decision: kind, ...Object.fromEntries(fields) };
    expect(acceptLaneDecision(decision)).toEqual(decision);
    expect(validate(decision)).toBe(true);
    expect(validate({ ...decision, decision: 'forget' })).toBe(false);
    expect(validate({ ...decision, by: undefined })).toBe(false);
  }
});
