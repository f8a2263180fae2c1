/** The tables that docs/guides/connect-your-own.md shows, against what the commands print. */
import { expect, test } from 'vitest';
import { readDocument } from '../docs/documents.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { atpWith } from './atp.ts';

const GUIDE = readDocument('docs/guides/connect-your-own.md').text;

/** A command line of the guide, and the titles of the table that it is shown to print. */
const SHOWN = [...GUIDE.matchAll(/^ {4}\$ npx atp ((?:.*\\\n)*.*)\n {4}┌.*\n {4}(│.*)$/gm)].map(
  ([, line = '', head = '']) => ({ line: line.replaceAll(/\\\n\s*/g, ''), titles: titlesOf(head) }),
);

function titlesOf(head: string): string[] {
  return head
    .split('│')
    .map((title) => title.trim())
    .filter((title) => title !== '');
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

test('each table of a command that needs the database alone has the titles that the command prints', async () => {
  const { url } = await freshDatabase();
  const atp = await atpWith({ DATABASE_URL: url, TEMPORAL_ADDRESS: '127.0.0.1:1' });
  const tried = SHOWN.filter(({ line }) => /^(facility|product|shop) add /.test(line));
  expect(tried.map(({ line }) => line.split(' ')[0])).toEqual(['facility', 'product', 'shop']);

  for (const { line, titles } of tried) {
    const words = wordsOf(line);
    const ran = await atp.run(...words, ...(words[0] === 'shop' ? ['--no-check'] : []));
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(titles).toEqual(titlesOf(ran.stdout.split('\n')[1] ?? ''));
  }
});
