/** Our reader of records against csv-parse, a well-known one: what that reads without a fault, ours reads the same. */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordReader } from '../../src/csv/feed-records.ts';
import { FEED_RECORDS_TOGETHER } from '../../src/domain/limits.ts';

const values = fc.string({
  unit: fc.constantFrom('a', 'B', '7', ' ', '"', ',', ';', '\t', '|', 'é', '\n', "'", '=', '👕'),
  maxLength: 8,
});
const separators = fc.constantFrom(',', ';', '\t', '|');
const lineEnds = fc.constantFrom('\n', '\r\n', '\r');

async function* inBlocks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield await Promise.resolve(text.slice(at, at + size));
}

async function readAll(text: string, separator: string, columns: number, blockSize: number) {
  const records = [];
  for await (const together of new RecordReader(inBlocks(text, blockSize)).records(separator, columns))
    records.push(...together);
  return records;
}

/** The first value is a number, so that no row is blank. */
const tables = fc
  .integer({ min: 2, max: 5 })
  .chain((columns) =>
    fc.array(fc.array(values, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 8 }),
  )
  .map((rows) => rows.map((row, index) => [String(index), ...row]));

test('whatever a program writes by the rules is read as it was, in blocks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      tables,
      separators,
      lineEnds,
      fc.integer({ min: 1, max: 40 }),
      async (rows, delimiter, end, size) => {
        const columns = rows[0]?.length ?? 0;
        const text = stringify(rows, { delimiter, record_delimiter: end, quoted: true });
        // What a line feed within a value makes look like a row is told from a stray quote by its look: left out here.
        const laterLines = rows.flatMap((row) =>
          stringify([row], { delimiter, quoted: true }).slice(0, -1).split('\n').slice(1),
        );
        fc.pre(
          !laterLines.some(
            (line) => line.split(delimiter).length === columns && !line.split(delimiter)[0]?.includes('"'),
          ),
        );
        fc.pre(end !== '\r' || laterLines.length === 0);
        const expected = parse(text, { delimiter, record_delimiter: end });
        expect(expected).toEqual(rows);
        const records = await readAll(text, delimiter, columns, size);
        expect(records.map((record) => record.values)).toEqual(rows);
        expect(records.map(({ rowNumber }) => rowNumber)).toEqual(rows.map((_, index) => index + 1));
      },
    ),
    { numRuns: 2000 },
  );
});

test('whatever bytes there are, each line is in one record, and the reader comes to an end', async () => {
  const texts = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' '), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), async (text, size) => {
      const whole = await readAll(text, ',', 2, 1000);
      expect(await readAll(text, ',', 2, size)).toEqual(whole);
      const lines = whole.map(({ line }) => line);
      expect(lines).toEqual(lines.toSorted((one, other) => one - other));
      expect(new Set(lines).size).toBe(lines.length);
    }),
    { numRuns: 5000 },
  );
});

test('of a block with many records, few are in memory at a time', async () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => String(index));
  const sizes: number[] = [];
  const read: string[] = [];
  const reader = new RecordReader(inBlocks(rows.map((row) => `${row},x\n`).join(''), 1_000_000));
  for await (const together of reader.records(',', 2)) {
    sizes.push(together.length);
    read.push(...together.map(({ values: [first] }) => first ?? ''));
  }

  expect(read).toEqual(rows);
  expect(Math.max(...sizes)).toBe(FEED_RECORDS_TOGETHER);
});
