/** A route is a rendering of an operation: where it is, and how its fields get into a request. Nothing is typed by hand. */
import type { Field, Fields } from '../domain/input-fields.ts';
import { API_ROWS_MAX, API_ROWS_SHOWN } from '../domain/limits.ts';
import { isRead, type OperationFacts } from '../operations/operation.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** What the request carries beside its path: fields in the query, fields as JSON, or a file with fields in the query. */
  readonly carries: 'query' | 'json' | 'file' | 'json or file';
  readonly fields: Fields;
  /** The field that names the file that is sent. */
  readonly fileField: string | null;
}

/** The kinds of content that are taken for a file. What it really is, its reader finds out. */
export const FILE_CONTENT_TYPES = ['text/csv', 'application/octet-stream'] as const;

/** `GET /api/facility/list`, `POST /api/facility/add` */
export function routeOf(operation: OperationFacts): Route {
  const fields = withBoundedLists(operation.fields);
  const [fileField = null] = Object.keys(fields).filter((name) => fields[name]?.isFile);
  const path = `/api/${operation.name.replace('.', '/')}`;
  if (fileField !== null) {
    const carries = fields[fileField]?.presence === 'required' ? 'file' : 'json or file';
    return { method: 'POST', path, carries, fields, fileField };
  }
  return isRead(operation)
    ? { method: 'GET', path, carries: 'query', fields, fileField }
    : { method: 'POST', path, carries: 'json', fields, fileField };
}

/** A command may list everything, line by line; an answer is in memory as a whole, at both ends. */
function withBoundedLists(fields: Fields): Fields {
  const { limit } = fields;
  if (limit?.kind !== 'number') return fields;
  const max = Math.min(limit.max, API_ROWS_MAX);
  const byDefault = Math.min(typeof limit.byDefault === 'number' ? limit.byDefault : API_ROWS_SHOWN, max);
  return { ...fields, limit: { ...limit, max, byDefault, presence: 'optional' } };
}

/**
 * The JSON values of a query. Text that is no value of its field stays text: the check of the input then says what it
 * must be.
 */
export function valuesOfQuery(fields: Fields, query: URLSearchParams): Readonly<Record<string, unknown>> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(names.map((name) => [name, valueOf(fields[name], query.getAll(name))]));
}

function valueOf(field: Field | undefined, texts: readonly string[]): unknown {
  if (field?.kind === 'list') return texts;
  // Twice the same field is no value of it, and is refused as the list that it is.
  if (texts.length !== 1) return texts;
  const [text = ''] = texts;
  if (field?.kind === 'number') return /^\d{1,15}$/.test(text) ? Number(text) : text;
  if (field?.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
