/** docs/guides/run-it.md against the code: everything that grows with time, and how long it is kept. */
import { expect, test } from 'vitest';
import * as limits from '../../src/domain/limits.ts';
import { readDocument } from './documents.ts';

const [, after = ''] = readDocument('docs/guides/run-it.md').text.split(
  '## What grows, and how long it is kept\n',
);
const TABLE = after.split('\n## ')[0] ?? '';

/** Limits of what is kept in the database, on SFTP and on disk; a cache of some seconds is none. */
const KEPT = Object.entries(limits).filter(([name]) => /(KEPT|LEFT)_(DAYS|HOURS)$/.test(name)) as [
  string,
  number,
][];

test('each limit of what is kept is in the table, with its value', () => {
  expect(KEPT.length).toBeGreaterThan(10);
  const missing = KEPT.filter(([name, value]) => {
    const row = TABLE.split('\n').find((line) => line.includes(`| \`${name}\` |`));
    const unit = name.endsWith('HOURS') ? 'hour' : 'day';
    return !row?.includes(`${value.toLocaleString('en')} ${unit}`);
  });
  expect(missing).toEqual([]);
});

test('the table names no limit that the code does not have', () => {
  const named = [...TABLE.matchAll(/`([A-Z_]+_(?:DAYS|HOURS))`/g)].map(([, name = '']) => name);
  expect(named.toSorted()).toEqual(KEPT.map(([name]) => name).toSorted());
});
