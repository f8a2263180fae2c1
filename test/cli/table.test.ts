import fc from 'fast-check';
import { expect, test } from 'vitest';
import { table } from '../../src/cli/table.ts';

const HEAD = ['Job', 'Rows', 'What'];
const ROWS = [
  ['hard-sync', 12, 'File 1 is applied, and nothing else waits'],
  ['verify', 3, 'All of them are equal on Shopify'],
];

test('a table that fits is as wide as its cells, and one without a terminal is never wrapped', () => {
  const natural = [
    '┌───────────┬──────┬───────────────────────────────────────────┐',
    '│ Job       │ Rows │ What                                      │',
    '├───────────┼──────┼───────────────────────────────────────────┤',
    '│ hard-sync │   12 │ File 1 is applied, and nothing else waits │',
    '│ verify    │    3 │ All of them are equal on Shopify          │',
    '└───────────┴──────┴───────────────────────────────────────────┘',
  ].join('\n');
  expect(table(HEAD, ROWS, '')).toBe(natural);
  expect(table(HEAD, ROWS, '', 64)).toBe(natural);
});

test('a table that is too wide is wrapped between words, the widest column first', () => {
  expect(table(HEAD, ROWS, '', 48)).toBe(
    [
      '┌───────────┬──────┬───────────────────────────┐',
      '│ Job       │ Rows │ What                      │',
      '├───────────┼──────┼───────────────────────────┤',
      '│ hard-sync │   12 │ File 1 is applied, and    │',
      '│           │      │ nothing else waits        │',
      '│ verify    │    3 │ All of them are equal on  │',
      '│           │      │ Shopify                   │',
      '└───────────┴──────┴───────────────────────────┘',
    ].join('\n'),
  );
});

test('a table whose words are too long for the terminal becomes a list', () => {
  const rows = [
    ['acme', 'https://acme.myshopify.com/admin/api'],
    ['second', null],
  ];
  expect(table(['Shop', 'API'], rows, '', 40)).toBe(
    ['Shop  acme', 'API   https://acme.myshopify.com/admin/api', '', 'Shop  second', 'API   –'].join('\n'),
  );
});

test('whatever the terminal’s width, no word is lost', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9.:/-]{1,30}$/);
  const cell = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 20, max: 200 }),
      (rows, width) => {
        const drawn = table(HEAD, rows, '', width);
        const isTable = drawn.startsWith('┌');
        for (const line of drawn.split('\n')) if (isTable) expect(line.length).toBeLessThanOrEqual(width);
        const words = (text: string) => text.split(/[\s│┌┐└┘├┤┬┴┼─]+/).filter((found) => found !== '');
        const expected = [...HEAD, ...rows.flat()].flatMap(words);
        expect(words(drawn)).toEqual(expect.arrayContaining(expected));
      },
    ),
  );
});
