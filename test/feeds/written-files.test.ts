import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvForPeople } from '../../src/csv/csv-for-people.ts';
import { writeErrorFile, writeFileFault } from '../../src/csv/error-file-csv.ts';
import { withFeed } from '../../src/csv/feed-csv.ts';
import {
  ENCODINGS,
  NO_SETTINGS,
  SEPARATOR_NAMES,
  type Separator,
  type SourceSettings,
} from '../../src/domain/feed-source.ts';
import type { RefusedRow } from '../../src/domain/feed.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';

async function* stream<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function renderErrorFile(rows: readonly Partial<RefusedRow>[]): Promise<string> {
  return readFile(await saveErrorFile(rows, ['idValue', 'availableQty']), 'utf8');
}

async function saveErrorFile(
  rows: readonly Partial<RefusedRow>[],
  header: readonly string[],
  separator: Separator | null = null,
): Promise<string> {
  const path = join(await scratchFolder(), 'errors.csv');
  const full = rows.map((row) => ({
    rowNumber: 2,
    column: 'idValue',
    code: 'PRODUCT_UNKNOWN',
    message: 'm',
    values: [],
    ...row,
  }));
  await writeErrorFile(path, { header, separator }, stream(full));
  return path;
}

test('an error file says where and why a row is refused, beside the row as it was sent', async () => {
  const message = 'There is no product with SKU "SHIRT, blue".';
  expect(await renderErrorFile([{ rowNumber: 7, message, values: ['SHIRT, blue', '4'] }])).toBe(
    '\uFEFF"row","column","code","message","idValue","availableQty"\n' +
      '"7","idValue","PRODUCT_UNKNOWN","There is no product with SKU ""SHIRT, blue"".","SHIRT, blue","4"\n',
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ['+SUM(A1)', "'+SUM(A1)"],
  ['-2+3', "'-2+3"],
  ['@cmd', "'@cmd"],
  ['＝1+1', "'＝1+1"],
  ['＋1', "'＋1"],
  ['－1', "'－1"],
  ['＠cmd', "'＠cmd"],
  ['a;=cmd|calc!A0', "a;'=cmd|calc!A0"],
  ['a; "@cmd', `a; "'@cmd`],
  ['a;b;+1', "a;b;'+1"],
  ['\t=x', '\\t=x'],
  ['\r=x', '\\r=x'],
  ['\n=x', '\\n=x'],
  ['a;\n=x', 'a;\\n=x'],
  ['a\u001b[31m', 'a\\u{1b}[31m'],
  ['a\u0000b\u009b', 'a\\u{0}b\\u{9b}'],
  ['5;6', '5;6'],
  ['-5', '-5'],
  ['+3', '+3'],
  ['SHIRT', 'SHIRT'],
])('a cell %j is written as %j, so that no spreadsheet runs it', async (value, written) => {
  const [, row]: string[][] = parse(await renderErrorFile([{ values: [value, '1'] }]), { bom: true });
  expect(row?.[4]).toBe(written);
});

/** A spreadsheet that separates by semicolons, and sees a quote only at the start of a cell. */
function cellsOfEurope(line: string): string[] {
  const cells: string[] = [];
  for (let rest = line; ;) {
    const [whole, quoted = '', plain = ''] = /^(?:"((?:[^"]|"")*)")?([^;]*)/.exec(rest) ?? [''];
    cells.push(quoted.replaceAll('""', '"') + plain);
    if (whole.length >= rest.length) return cells;
    rest = rest.slice(whole.length + 1);
  }
}

test('whatever a row has, no cell is a formula, whether commas or semicolons separate', async () => {
  const sign = fc.constantFrom('=', '+', '-', '@', '＝', '＋', '－', '＠');
  const part = fc.oneof(sign, fc.constantFrom(';', '"', ' ', ',', '\n', '\r', '\t', 'a', '1', '\u001b'));
  const value = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 2, maxLength: 2 }), async (values) => {
      const text = await renderErrorFile([{ values }]);
      const lines = text.trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      const rows: string[][] = parse(text, { bom: true });
      const cells = [...rows.flat(), ...lines.flatMap(cellsOfEurope)];
      for (const cell of cells) {
        if (!/^[+-]?\d+$/.test(cell)) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
        // eslint-disable-next-line no-control-regex -- control characters are what must not be there
        expect(cell).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }
    }),
    { numRuns: 50 },
  );
});

const SAID: readonly Pick<SourceSettings, 'encoding' | 'separator'>[] = [
  ...ENCODINGS.map((encoding) => ({ encoding, separator: null })),
  ...SEPARATOR_NAMES.map((separator) => ({ encoding: null, separator })),
];

test.each(SAID)('an error file may be sent again to a source that says %o', async (said) => {
  const localPath = await saveErrorFile(
    [{ values: ['シャツ, 5;6', 'GRÖSSE', '7'], message: 'There is no product with SKU "シャツ".' }],
    ['idValue', 'facilityId', 'availableQty'],
    said.separator,
  );

  const read: unknown[] = [];
  const settings = { ...NO_SETTINGS, ...said };
  const feed = {
    localPath,
    fileName: 'RESET_INVENTORY__again.csv',
    type: 'RESET_INVENTORY',
    settings,
  } as const;
  await withFeed(feed, async ({ rows }) => {
    for await (const { content } of rows) read.push(content);
  });

  expect(read).toEqual([
    expect.objectContaining({ idValue: 'シャツ, 5;6', facilityId: 'GRÖSSE', availableQty: 7 }),
  ]);
});

test('a CSV that a command prints has no formula either, and its numbers stay numbers', async () => {
  const rows = stream([{ sku: '=1+1', cause: 'a;＠cmd', difference: -5, readNow: null }]);
  const lines: string[] = [];
  for await (const line of csvForPeople(['sku', 'cause', 'difference', 'readNow'], rows)) lines.push(line);
  expect(parse(lines.join(''))).toEqual([
    ['sku', 'cause', 'difference', 'readNow'],
    ["'=1+1", "a;'＠cmd", '-5', ''],
  ]);
});

test('the error file of a feed that is refused as a whole has one line with the reason', async () => {
  const path = join(await scratchFolder(), 'errors.csv');
  await writeFileFault(path, { code: 'FEED_UNREADABLE', message: '"a.csv" is not readable' });
  expect(await readFile(path, 'utf8')).toBe(
    '\uFEFF"row","column","code","message"\n"","","FEED_UNREADABLE","""a.csv"" is not readable"\n',
  );
});
