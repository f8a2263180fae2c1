/** docs/reference/files.md against the columns that are read and written. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_FILE_COLUMNS } from '../../src/csv/error-file-csv.ts';
import { FEED_SCHEMAS } from '../../src/csv/feed-schemas.ts';
import { DROP_FOLDERS } from '../../src/domain/drop-folders.ts';
import { FEED_TYPES } from '../../src/domain/feed-type.ts';
import { UPLOAD_FILE_COLUMNS, UPLOAD_FILE_KINDS } from '../../src/domain/upload-file.ts';

const REFERENCE = readFileSync(new URL('../../docs/reference/files.md', import.meta.url), 'utf8');

/** The cells of the feed types' table: type, required columns, optional columns. */
const ROWS = [...REFERENCE.matchAll(/^\| `([A-Z_]+)` \| ([^|]*) \| ([^|]*) \|/gm)].map(
  ([, type = '', required = '', optional = '']) => ({
    type,
    required: namesIn(required),
    optional: namesIn(optional),
  }),
);

function namesIn(cell: string): readonly string[] {
  return cell.trim() === '' ? [] : cell.split(', ').toSorted();
}

test('docs/reference/files.md lists every feed type with the columns that are read of it', () => {
  const read = FEED_TYPES.map((type) => {
    const { required, columns } = FEED_SCHEMAS[type];
    return {
      type,
      required: required.map((group) => group.join(' or ')).toSorted(),
      optional: columns.filter((column) => !required.flat().includes(column)).toSorted(),
    };
  });
  expect(ROWS).toEqual(read);
});

test('docs/reference/files.md has the columns of our own files, and the folders of the file drop', () => {
  expect(REFERENCE).toContain(`Header \`${UPLOAD_FILE_COLUMNS.join(',')}\``);
  expect(REFERENCE).toContain(`<${UPLOAD_FILE_KINDS.join('|')}>`);
  const [last = '', ...others] = [...ERROR_FILE_COLUMNS].reverse().map((column) => `\`${column}\``);
  expect(REFERENCE).toContain(`${others.reverse().join(', ')} and ${last} in front`);
  const folders = [...REFERENCE.matchAll(/^ {4}(\w+)\//gm)].map(([, folder]) => folder);
  expect(folders).toEqual([...DROP_FOLDERS]);
});
