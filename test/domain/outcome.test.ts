import { expect, test } from 'vitest';
import { addImported, type ImportedSoFar, type ImportResult } from '../../src/domain/jobs/import.ts';
import { outcomeOf, resultInWords } from '../../src/domain/jobs/jobs.ts';
import { FEEDS_IN_RESULT_MAX } from '../../src/domain/limits.ts';
import { worstOf } from '../../src/domain/jobs/outcome.ts';
import type { MapResult } from '../../src/domain/jobs/map-shop.ts';
import type { ProcessResult } from '../../src/domain/jobs/process-uploads.ts';
import type { SyncResult } from '../../src/domain/jobs/producing.ts';
import type { VerifyResult } from '../../src/domain/jobs/verify.ts';
import {
  advance,
  progressInWords,
  rateOf,
  readProgress,
  spanInWords,
} from '../../src/domain/step-progress.ts';
import type { UnmanagedStock } from '../../src/domain/unmanaged-stock.ts';

const SYNC: SyncResult = {
  ...{
    shopId: 'a',
    facilityGroupId: 'G',
    fileSequence: 4,
    fileName: 'f.csv',
    rows: 9,
    toZero: 1,
    sha256: 'x',
  },
  ...{ plan: null, heldForApproval: false },
};
const NO_FILE = { fileSequence: null, fileName: null, rows: 0, toZero: 0, sha256: null };
const HELD = { plan: 2, heldForApproval: true };
const STARTED = { startedAt: '2026-11-26T00:00:00Z', reason: 'it was restored' };

test.each([
  ['DONE', SYNC],
  ['NOTHING_TO_DO', { ...SYNC, ...NO_FILE }],
  ['HELD', { ...SYNC, ...NO_FILE, ...HELD }],
  ['HELD', { ...SYNC, ...HELD }],
  ['BLOCKED', { ...SYNC, ...NO_FILE, hardSync: STARTED }],
] as const)('a producer ends with %s', (outcome, result) => {
  expect(outcomeOf('recent-changes', result)).toBe(outcome);
});

const FILE = { sequence: 1, status: 'APPLIED', rows: 3, applied: 2, unchanged: 1, quarantined: 0, owed: 0 };
const LANE: ProcessResult = { shopId: 'a', files: [], laneState: 'idle' };

test.each([
  ['NOTHING_TO_DO', LANE],
  ['NOTHING_TO_DO', { ...LANE, laneState: 'busy' }],
  ['DONE', { ...LANE, files: [FILE] }],
  ['DONE', { ...LANE, files: [{ ...FILE, owed: 1 }] }],
  ['NEEDS_ATTENTION', { ...LANE, files: [{ ...FILE, quarantined: 1 }] }],
  ['BLOCKED', { ...LANE, files: [FILE], laneState: 'blocked' }],
  ['HELD', { ...LANE, laneState: 'paused' }],
] as const)('Process uploads ends with %s', (outcome, result) => {
  expect(outcomeOf('process-uploads', result)).toBe(outcome);
});

test('Process uploads tells what became of the rows, and only of what there was', () => {
  const mixed = { ...FILE, quarantined: 1, owed: 2 };
  expect(resultInWords('process-uploads', { ...LANE, files: [FILE, mixed] })).toBe(
    '2 files: 4 rows applied, 2 unchanged, 1 quarantined, 2 owed',
  );
  expect(resultInWords('process-uploads', { ...LANE, files: [{ ...FILE, rows: 2, unchanged: 0 }] })).toBe(
    '1 file: 2 rows applied',
  );
});

const FEED = { fileName: 'F.csv', rows: 2, applied: 2, failed: 0 };
const fault = (code: string) => ({ ...FEED, applied: 0, error: { code, message: 'why' } });

test.each([
  ['NOTHING_TO_DO', { files: [] }],
  ['DONE', { files: [FEED] }],
  ['DONE', { files: [FEED, fault('FEED_UNSETTLED')] }],
  ['NOTHING_TO_DO', { files: [fault('FEED_UNSETTLED')] }],
  ['NEEDS_ATTENTION', { files: [FEED, { ...FEED, failed: 1 }] }],
  ['NEEDS_ATTENTION', { files: [], stillNotPutAway: ['G.csv'] }],
  ['FAILED', { files: [{ ...FEED, failed: 1 }, fault('FEED_TYPE_UNKNOWN')] }],
] as const)('an import ends with %s', (outcome, result) => {
  expect(outcomeOf('import', result)).toBe(outcome);
});

test('an import counts each feed that failed as a whole, by name and code', () => {
  expect(resultInWords('import', { files: [FEED, fault('FEED_TYPE_UNKNOWN')] })).toBe(
    '2 feeds, 2 rows applied, 0 refused; F.csv: FEED_TYPE_UNKNOWN',
  );
});

const GROWING = {
  fileName: 'G.csv',
  code: 'FEED_UNSETTLED',
  since: '2026-11-26T10:00:00.000Z',
  behind: 2,
} as const;

test('an import whose first feed waits does not say that there was none', () => {
  const waits = (isLong: boolean) => ({ files: [], waiting: [{ ...GROWING, isLong }] });
  expect(resultInWords('import', waits(false))).toBe(
    'no feed was complete; G.csv is still being sent, since 2026-11-26T10:00:00.000Z, and holds back 2 feeds',
  );
  expect([outcomeOf('import', waits(false)), outcomeOf('import', waits(true))]).toEqual([
    'NOTHING_TO_DO',
    'NEEDS_ATTENTION',
  ]);
});

test('a chain of runs tells of all its feeds, by name of those of which there is something to tell', () => {
  let soFar: ImportedSoFar | undefined;
  for (let run = 0; run < 10; run += 1) {
    const files = Array.from({ length: 100 }, (_, index) => ({ ...FEED, fileName: `${run}-${index}.csv` }));
    if (run === 0) files[7] = { ...FEED, fileName: 'refused.csv', rows: 3, failed: 1 };
    soFar = addImported(soFar, files);
    expect(soFar.files.length).toBeLessThanOrEqual(FEEDS_IN_RESULT_MAX);
  }
  expect(soFar?.files.map(({ fileName }) => fileName)).toContain('refused.csv');
  const result: ImportResult = { ...soFar, files: soFar?.files ?? [] };
  expect(resultInWords('import', result)).toBe('1000 feeds, 2000 rows applied, 1 refused');
  expect(outcomeOf('import', result)).toBe('NEEDS_ATTENTION');
});

const VERIFIED: VerifyResult = {
  ...{ shopId: 'a', checked: 5, equal: 4, different: [], differentCount: 1, causes: {}, healing: 0 },
};

const EQUAL: VerifyResult = { ...VERIFIED, equal: 5, differentCount: 0 };
const withUnmanaged = (causes: UnmanagedStock['causes']): VerifyResult => ({
  ...EQUAL,
  unmanaged: { read: 9, notRead: 0, causes, listed: [] },
});

test.each([
  ['DONE', EQUAL],
  // The next file brings it, or nobody should.
  ['DONE', { ...VERIFIED, causes: { CHANGE_NOT_PUBLISHED: 1 } }],
  ['DONE', { ...VERIFIED, causes: { UNSEEN_SALES: 1, MAY_BE_SALES: 1 } }],
  ['NEEDS_ATTENTION', { ...VERIFIED, causes: { UNSEEN_SALES: 1, ITEM_NOT_TRACKED: 1 } }],
  ['NEEDS_ATTENTION', { ...VERIFIED, causes: { CHANGED_ON_SHOPIFY: 1 } }],
  ['NEEDS_ATTENTION', withUnmanaged({ NO_PRODUCT: 1 })],
  ['NEEDS_ATTENTION', withUnmanaged({ NO_SKU: 1, DISMISSED: 3 })],
  // Each of these is told as what it is, by a condition that a person can end.
  ['DONE', withUnmanaged({ NAMESAKE: 1, AMBIGUOUS: 2, NEARLY: 1, MAPPING_HELD: 1, LEFT_ON_SALE: 1 })],
  ['DONE', withUnmanaged({ DISMISSED: 3, LEAVING: 1, NOT_MAPPED_YET: 1 })],
] as const)('a comparison ends with %s', (outcome, result) => {
  expect(outcomeOf('verify', result)).toBe(outcome);
});

test('a comparison counts the variants that nothing else tells of', () => {
  expect(resultInWords('verify', withUnmanaged({ NO_PRODUCT: 2, NO_SKU: 1, NAMESAKE: 4 }))).toBe(
    '5 of 5 products equal on Shopify; 3 variants with stock that nobody manages',
  );
  expect(resultInWords('verify', withUnmanaged({ NAMESAKE: 4 }))).toBe('5 of 5 products equal on Shopify');
});

const MAPPED: MapResult = {
  ...{ shopId: 'a', mapped: 5, unmapped: 2, duplicates: 0, namesakes: 0, inactive: 0, untracked: 0 },
  ...{ nearly: 0, held: 0, added: 0, moved: 0, removed: 0 },
};

test.each([
  ['NOTHING_TO_DO', MAPPED],
  ['DONE', { ...MAPPED, added: 1 }],
  ['DONE', { ...MAPPED, moved: 1 }],
  ['NEEDS_ATTENTION', { ...MAPPED, added: 3, removed: 1 }],
  ['HELD', { ...MAPPED, held: 4, namesakes: 1 }],
  ['NEEDS_ATTENTION', { ...MAPPED, namesakes: 1 }],
  ['NEEDS_ATTENTION', { ...MAPPED, untracked: 1 }],
] as const)('a mapping ends with %s', (outcome, result) => {
  expect(outcomeOf('map-shop', result)).toBe(outcome);
});

test('a mapping tells what has changed, and what a person must mend', () => {
  expect(resultInWords('map-shop', MAPPED)).toBe('5 products mapped, 2 without a variant');
  expect(resultInWords('map-shop', { ...MAPPED, added: 1, moved: 2, removed: 3, duplicates: 1 })).toBe(
    '5 products mapped, 1 new, 2 with another item, 3 no longer, 2 without a variant, 1 SKU on several variants',
  );
});

test('of several outcomes the one counts that a person must know first', () => {
  expect(worstOf(['DONE', 'NEEDS_ATTENTION', 'NOTHING_TO_DO'])).toBe('NEEDS_ATTENTION');
  expect(worstOf(['DONE', 'NOTHING_TO_DO'])).toBe('DONE');
  expect(worstOf([])).toBe('NOTHING_TO_DO');
});

const NOW = new Date('2026-11-26T10:00:10Z');
const PROGRESS = { done: 2500, total: 10_000, doneAtStart: 700, startedAt: '2026-11-26T10:00:00Z' };

test('a step that works through rows tells how many are done, how fast, and how long it still takes', () => {
  expect(rateOf(PROGRESS, NOW)).toBe(180);
  expect(progressInWords(PROGRESS, NOW)).toBe('2500 of 10000 rows, 180 a second, 42 s left');
  expect(progressInWords({ ...PROGRESS, done: 701 }, NOW)).toBe('701 of 10000 rows, 0.1 a second, 26 h left');
  // Nothing is known of the rate yet.
  expect(progressInWords({ ...PROGRESS, done: 700 }, NOW)).toBe('700 of 10000 rows');
  expect(progressInWords(PROGRESS, new Date('2026-11-26T10:00:00.5Z'))).toBe('2500 of 10000 rows');
  expect([spanInWords(0), spanInWords(99_000), spanInWords(100_000), spanInWords(3 * 3_600_000)]).toEqual([
    '0 s',
    '99 s',
    '2 min',
    '3 h',
  ]);
});

test('the rate of rows that are told one part after the other is counted from the first part', () => {
  const at = (seconds: number) => new Date(Date.parse(PROGRESS.startedAt) + seconds * 1000);
  const first = advance(undefined, { done: 100, total: 1000 }, at(0));
  expect(progressInWords(first, at(5))).toBe('100 of 1000 rows');
  const second = advance(first, { done: 300, total: 1000 }, at(10));
  expect(progressInWords(second, at(10))).toBe('300 of 1000 rows, 20 a second, 35 s left');
  // Another feed.
  expect(advance(second, { done: 10, total: 50 }, at(11))).toMatchObject({ doneAtStart: 10 });
});

test.each([
  [undefined],
  [null],
  ['text'],
  [{}],
  [{ ...PROGRESS, total: 0 }],
  [{ ...PROGRESS, startedAt: 'then' }],
])('a heartbeat of another kind, such as %j, tells no progress', (details) => {
  expect(readProgress(details)).toBeNull();
});
