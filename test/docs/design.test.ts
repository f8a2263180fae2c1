/** The documents of the design name all that is there, in one form. */
import { describe, expect, test } from 'vitest';
import { readDocument, readDocuments } from './documents.ts';

/** Words of the page, such as `upload_file`. */
function wordsOf(path: string): ReadonlySet<string> {
  return new Set(readDocument(path).text.match(/[a-z]+(_[a-z]+)*/g));
}

test('ARCHITECTURE.md has a word about every table', () => {
  const tables = [...readDocument('docs/reference/schema.md').text.matchAll(/^## ([a-z_]+)$/gm)].map(
    ([, table = '']) => table,
  );
  expect(tables).toContain('upload_file');
  const words = wordsOf('ARCHITECTURE.md');
  expect(tables.filter((table) => !words.has(table))).toEqual([]);
});

const DECISIONS = readDocuments().filter(({ path }) => path.startsWith('docs/decisions/'));

describe('a decision', () => {
  test.each(DECISIONS.map(({ path, text }) => [path, text] as const))(
    'has its number in its title, and its status below: %s',
    (path, text) => {
      const number = Number(/^docs\/decisions\/(\d{4})-/.exec(path)?.[1]);
      const [title = '', , status = ''] = text.split('\n');
      expect(title).toMatch(new RegExp(`^# ${number}\\. [A-Z]`));
      expect(status).toMatch(/^\*\*Status\*\*: (accepted|replaced|rejected)/);
    },
  );
});
