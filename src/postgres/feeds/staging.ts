/** Brings a feed's rows into the database fast: COPY into a temporary table that lives as long as the transaction. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { FeedRow, RowRefusal } from '../../domain/feed.ts';
import type { FeedContents, FeedType } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';

export type CopyValue = string | number | boolean | null;

/** A feed type's own columns in `staged_row`, and how a row fills them; they are null for a row that cannot be read. */
export interface StagingShape<Content> {
  readonly columns: Readonly<Record<string, 'text' | 'integer' | 'boolean' | 'timestamptz'>>;
  readonly valuesOf: (content: Content) => readonly CopyValue[];
}

/** Characters of text in memory before they are sent. */
const BLOCK_LENGTH = 64 * 1024;

/** The planner needs to know about how many rows there are, and not which values they have: a tenth of the usual sample is enough. */
const STATISTICS_TARGET = 10;

const COMMON_COLUMNS = 'row_number, row_values, refused_column, refused_code, refused_detail, refused_texts';

/**
 * Fills `staged_row` with all rows, and `refused_row` with those that are refused already.
 *
 * `refused_row` keeps the first reason of a row: every later check adds to it with ON CONFLICT DO NOTHING. Later steps
 * leave out the rows in it.
 *
 * @returns how many rows there are
 */
export async function stageRows<Type extends FeedType>(
  connection: Connection,
  shape: StagingShape<FeedContents[Type]>,
  rows: AsyncIterable<FeedRow<Type>>,
): Promise<number> {
  await makeStaging(connection, shape);
  const names = Object.keys(shape.columns);
  const copy = connection.query(
    copyFrom(`COPY staged_row (${[COMMON_COLUMNS, ...names].join(', ')}) FROM STDIN`),
  );
  const refused = { any: false };
  await pipeline(Readable.from(encodeBlocks(shape, rows, refused)), copy);
  if (refused.any)
    await connection.query(`
      INSERT INTO refused_row (row_number, column_name, code, detail)
      SELECT row_number, refused_column, refused_code, refused_detail FROM staged_row WHERE refused_code IS NOT NULL`);
  // Autovacuum does not see temporary tables, and without statistics the planner takes a million rows for a few.
  await connection.query('ANALYZE staged_row');
  return copy.rowCount;
}

/** Makes both tables, empty, until the transaction ends. */
export async function makeStaging<Content>(
  connection: Connection,
  { columns }: StagingShape<Content>,
): Promise<void> {
  await connection.query(`
    SET LOCAL default_statistics_target = ${STATISTICS_TARGET};
    CREATE TEMPORARY TABLE staged_row (
      row_number     integer NOT NULL,
      row_values     text NOT NULL,
      refused_column text,
      refused_code   text,
      refused_detail json,
      refused_texts  json,
      ${Object.entries(columns)
        .map(([name, type]) => `${name} ${type}`)
        .join(', ')}
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE refused_row (
      row_number  integer PRIMARY KEY,
      column_name text NOT NULL,
      code        text NOT NULL,
      detail      jsonb NOT NULL
    ) ON COMMIT DROP`);
}

async function* encodeBlocks<Type extends FeedType>(
  { columns, valuesOf }: StagingShape<FeedContents[Type]>,
  rows: AsyncIterable<FeedRow<Type>>,
  refused: { any: boolean },
): AsyncGenerator<Buffer> {
  const unread = Object.keys(columns).map(() => null);
  let block = '';
  for await (const row of rows) {
    const { rowNumber, values, content, refusal } = row;
    const texts = 'texts' in row ? row.texts : null;
    if (refusal) refused.any = true;
    const ownCells = encodeCells(content === null ? unread : valuesOf(content));
    block += `${rowNumber}\t${encodeCell(JSON.stringify(values))}${encodeRefusal(refusal, texts)}${ownCells}\n`;
    if (block.length < BLOCK_LENGTH) continue;
    yield Buffer.from(block);
    block = '';
  }
  if (block !== '') yield Buffer.from(block);
}

const TO_ESCAPE = /[\\\t\n\r]/;
const ALL_TO_ESCAPE = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Nearly all rows have none: theirs is made once. */
const NO_REFUSAL = encodeCells([null, null, null, null]);

function encodeRefusal(refusal: RowRefusal | null, texts: Readonly<Record<string, string>> | null): string {
  if (refusal === null && texts === null) return NO_REFUSAL;
  const detail = refusal && JSON.stringify(refusal.detail);
  return encodeCells([
    refusal?.column ?? null,
    refusal?.code ?? null,
    detail,
    texts && JSON.stringify(texts),
  ]);
}

/** A part of a line of COPY's text format: PostgreSQL documentation, COPY, "Text Format". */
function encodeCells(values: readonly CopyValue[]): string {
  let cells = '';
  for (const value of values) cells += `\t${encodeCell(value)}`;
  return cells;
}

function encodeCell(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return TO_ESCAPE.test(value)
    ? value.replaceAll(ALL_TO_ESCAPE, (character) => ESCAPES[character] ?? character)
    : value;
}
