/** docs/guides/alerts.md has a paragraph for each condition, with its severity, and none for others. */
import { expect, test } from 'vitest';
import { CONDITIONS, conditionEntry, type ConditionCode } from '../../src/domain/conditions.ts';
import { MESSAGES_PER_HOUR_MAX } from '../../src/domain/limits.ts';
import { readDocument } from './documents.ts';

const { text: GUIDE } = readDocument('docs/guides/alerts.md');
const [, PARAGRAPHS = ''] = GUIDE.split('\n## The conditions\n');
const CODES = Object.keys(CONDITIONS) as ConditionCode[];

test('the guide has a paragraph for each condition, in the order of the registry, and for nothing else', () => {
  const headings = [...PARAGRAPHS.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(CODES);
});

test.each(CODES)('the paragraph of %s begins with its severity, and says what to do', (code) => {
  const [, after = ''] = PARAGRAPHS.split(`\n### ${code}\n`);
  const [paragraph = ''] = after.split('\n### ');
  expect(paragraph.trim().startsWith(`${conditionEntry(code).severity}. `)).toBe(true);
  expect(paragraph.split(/[.:]\s/).length).toBeGreaterThan(2);
});

test('the guide names the limit of messages', () => {
  expect(GUIDE).toContain(`A target gets ${MESSAGES_PER_HOUR_MAX} messages an hour at most`);
});
