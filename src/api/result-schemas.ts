/** What the operations answer, as JSON Schema: scripts/write-operations-reference.ts reads it from the types of their results. */
import type { JsonSchema } from '../domain/input-schema.ts';
import read from './result-schemas.json' with { type: 'json' };

export interface ResultSchemas {
  /** Those that others refer to, as `#/components/schemas/<name>`. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  /** By the name of the operation. */
  readonly results: Readonly<Record<string, JsonSchema>>;
}

export const RESULT_SCHEMAS: ResultSchemas = read;

/** The columns of the rows that an operation answers with; none: its answer is no list, or not just one. */
export function columnsOf(name: string): readonly string[] {
  const answers = partsOf(RESULT_SCHEMAS.results[name] ?? {});
  const columns = answers.flatMap((answer) =>
    rowsOf(answer).flatMap((row) => Object.keys(propertiesOf(row))),
  );
  return [...new Set(columns)];
}

/** As `rowsIn` finds them in a result: all of it, or the one list of objects in it. Lists that it may lack are beside the one that it has. */
function rowsOf(answer: JsonSchema): readonly JsonSchema[] {
  if (answer['type'] === 'array') return objectsIn(answer);
  const required = (answer['required'] ?? []) as readonly string[];
  const lists = Object.entries(propertiesOf(answer))
    .filter(([name]) => required.includes(name))
    .map(([, property]) => partsOf(property).flatMap(objectsIn))
    .filter((rows) => rows.length > 0);
  return lists.length === 1 ? (lists[0] ?? []) : [];
}

function objectsIn({ items }: JsonSchema): readonly JsonSchema[] {
  return items === undefined ? [] : partsOf(items as JsonSchema).filter(({ type }) => type === 'object');
}

function propertiesOf({ properties = {} }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return properties as Readonly<Record<string, JsonSchema>>;
}

/** What a schema may stand for, without names and unions. */
function partsOf({ $ref, anyOf, ...schema }: JsonSchema): readonly JsonSchema[] {
  if (typeof $ref === 'string') return partsOf(RESULT_SCHEMAS.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  return Array.isArray(anyOf) ? (anyOf as JsonSchema[]).flatMap(partsOf) : [schema];
}
