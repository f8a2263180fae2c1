/** An input's fields as JSON Schema (draft 2020-12), for whoever sends inputs from other programs. */
import { DURATION_PATTERN } from './duration.ts';
import { INSTANT_PATTERN, type Field, type FieldKind, type Fields } from './input-fields.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Accepts what `acceptInput` accepts. Three things a schema cannot say: that no calendar has 30 February, the bounds
 * of a duration, and that a token of Shopify is no text of ours.
 *
 * @param constants fields that have one value, such as the kind of a decision
 */
export function inputSchema(fields: Fields, constants: Readonly<Record<string, string>> = {}): JsonSchema {
  const entries = Object.entries(fields);
  const required = [
    ...Object.keys(constants),
    ...entries.filter(([, { presence }]) => presence === 'required').map(([name]) => name),
  ];
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, { const: value }])),
      ...Object.fromEntries(entries.map(([name, field]) => [name, fieldSchema(field)])),
    },
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

export function fieldSchema(field: Field): JsonSchema {
  const schema = kindSchema(field);
  return {
    description: field.about,
    // Null is the same as absent, or clears the setting.
    ...(field.presence === 'required' ? schema : { anyOf: [schema, { type: 'null' }] }),
    ...(field.byDefault !== undefined && { default: field.byDefault }),
  };
}

function kindSchema(field: FieldKind): JsonSchema {
  switch (field.kind) {
    case 'text':
      return { type: 'string', pattern: field.pattern, maxLength: field.lengthMax };
    case 'list':
      return { type: 'array', items: kindSchema(field.of), minItems: 1, maxItems: field.countMax };
    case 'number':
      return { type: 'integer', minimum: field.min, maximum: field.max };
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return { type: 'string', enum: field.choices };
    case 'time':
      return { type: 'string', pattern: INSTANT_PATTERN };
    case 'duration':
      return { type: 'string', pattern: DURATION_PATTERN };
  }
}
