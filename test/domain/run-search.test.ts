import { expect, test } from 'vitest';
import { isRunFound, type RunSearch } from '../../src/domain/jobs/run-search.ts';

const run = {
  ...{ jobName: 'hard-sync', shopId: 'berlin', summary: 'wrote file 42', startedBy: 'Ann' },
  ...{ workflowId: 'hardSync/berlin', runId: 'f00d' },
};

test.each<[RunSearch, boolean]>([
  [{}, true],
  [{ search: ' FILE 42 ' }, true],
  [{ search: 'f00d' }, true],
  [{ search: 'file 43' }, false],
  [{ by: 'Ann' }, true],
  [{ by: 'Bob' }, false],
  [{ by: 'itself' }, false],
  // Temporal has been asked for those already.
  [{ by: 'schedule' }, true],
  [{ by: 'Ann', search: 'paris' }, false],
])('a run that Ann has started is looked for by %j', (search, isFound) => {
  expect(isRunFound(run, search)).toBe(isFound);
});

test('a run that nobody has started is found as such', () => {
  expect(isRunFound({ ...run, startedBy: null }, { by: 'itself' })).toBe(true);
});
