import { expect, test } from 'vitest';
import { findLateSince } from '../../src/domain/late-delta.ts';

const at = (time: string) => `2026-11-26T${time}.000Z`;
const LAST = new Date(at('12:00:05'));

test.each<[string, readonly string[], string, string | null]>([
  ['no run since', [at('11:45:00'), at('12:00:00')], '15:00:00', null],
  ['one run since, however long ago', [at('12:00:00'), at('12:15:00')], '15:00:00', null],
  ['two, and the second has its time yet', [at('12:15:00'), at('12:30:00')], '12:32:00', null],
  ['two, and the second has had its time', [at('12:15:00'), at('12:30:00')], '12:32:01', at('12:30:00')],
  ['many', [at('12:15:00'), at('12:30:00'), at('12:45:00')], '12:45:01', at('12:30:00')],
])('%s', (_what, runs, now, lateSince) => {
  expect(findLateSince(LAST, runs, Date.parse(at(now)))).toBe(lateSince);
});
