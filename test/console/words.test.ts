/** What pages say of causes and codes, so that a person knows what to do. */
import { expect, test } from 'vitest';
import { makerInWords } from '../../src/domain/upload-file.ts';
import { axisLabelOf, axisUnitFor } from '../../web/pages/dashboard/axis-unit.ts';
import { draftOf, inputOf, missingIn, type JobFacts } from '../../web/pages/inventory/draft.ts';
import { fateOf } from '../../web/pages/verify/fate.ts';
import { withReadableInstants } from '../../web/parts/readable-instants.ts';
import { hintFor } from '../../web/parts/hint-for.ts';

test('what is withheld waits for a decision, and does not end by itself', () => {
  expect(fateOf('WITHHELD')).toEqual(['attention', 'waits for a decision']);
  expect(fateOf('CHANGE_NOT_PUBLISHED')).toEqual(['waiting', 'ends by itself']);
  expect(fateOf('CHANGED_ON_SHOPIFY')).toEqual(['attention', 'can be healed']);
});

test('a hint has the shop, the file and the SKU that it is about, so that its command can be copied', () => {
  expect(hintFor('FILE_MISSING', { shopId: 'berlin', sequence: 7 })).toContain('`atp lane berlin retry 7`');
  expect(hintFor('FILE_MISSING', {})).toContain('`atp lane <shop> retry <sequence>`');
});

test('instants of a sentence are shown by the clock of the browser, exact ones and those to the minute', () => {
  const shown = withReadableInstants('since 2026-11-25T21:10:00.123Z, the next at 2026-11-26 04:30Z.');
  expect(shown).toMatch(/^since 2[56] Nov 2026, \d\d:\d\d .+, the next at 2[56] Nov 2026, \d\d:\d\d .+\.$/);
});

const NOW = Date.parse('2026-11-26T12:00:00Z');

test('a time of day that is not typed whole is asked for, and is no fault of the page', () => {
  const job = {
    ...{ jobName: 'verify', shopId: 'berlin', timing: null, timeZone: null, parameters: {}, nextRuns: [] },
  } as unknown as JobFacts;
  const draft = { ...draftOf(job), every: '1d', runTime: 'tomorrow' } as const;
  expect(missingIn(draft)).toBeNull();
  const half = { ...draft, time: '' };
  expect(missingIn(half)).toBe('Say at what time it runs.');
  expect(inputOf(half, job, NOW)).not.toHaveProperty('start');
  expect(missingIn({ ...draft, runTime: 'custom', at: '' })).toBe('Say when the first run is.');
});

test('a label of an axis has one unit, and no space at which it breaks', () => {
  const labelOf = (ms: number) => {
    const unit = axisUnitFor(ms);
    return axisLabelOf(ms / unit.ms, unit);
  };
  expect([500, 90_000, 480_000, 10_800_000].map(labelOf)).toEqual([
    '0.5\u00a0s',
    '90\u00a0s',
    '8\u00a0min',
    '3\u00a0h',
  ]);
});

test('a file that no run has made is said to be made by whoever has', () => {
  expect(makerInWords({ kind: 'recent-changes', approvedPlan: 7 })).toBe('an approval of plan 7');
  expect(makerInWords({ kind: 'recent-changes', approvedPlan: null })).toBe('a decision of a person');
  expect(makerInWords({ kind: 'drain', approvedPlan: null })).toBe('a drain');
});
