/** SECURITY.md says where each defence is and what tests it: these places exist. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT, readDocument } from './documents.ts';

test('every file and folder that SECURITY.md names is there', () => {
  const named = [...readDocument('SECURITY.md').text.matchAll(/`((?:src|test)\/[^`\s]+)`/g)].map(
    ([, path = '']) => path,
  );

  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
});

test('whatever was tried has a test that shows what becomes of it', () => {
  const { text } = readDocument('SECURITY.md');
  const [, section = ''] = /^## What was tried.*?\n([^]*?)^## /m.exec(text) ?? [];
  const rows = section.split('\n').filter((line) => /^\| (?!what somebody)/.test(line));

  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !/`test\/[^`]+\.test\.ts` \|$/.test(row))).toEqual([]);
});
