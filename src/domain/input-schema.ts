/** An input's fields as JSON Schema (draft 2020-12), for whoever sends inputs from other programs. */
import { INSTANT_PATTERN, type Field, type FieldKind, type Fields } from './input-fields.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Accepts exactly what `acceptInput` accepts, but for days that no calendar has, such as 30 February. */
export function inputSchema(fields: Fields): JsonSchema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, { presence }]) => presence === 'required').map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, fieldSchema(field)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function fieldSchema(field: Field): JsonSchema {
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
    case 'number':
      return { type: 'integer', minimum: field.min, maximum: field.max };
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return { type: 'string', enum: field.choices };
    case 'time':
      return { type: 'string', format: 'date-time', pattern: INSTANT_PATTERN };
  }
}
