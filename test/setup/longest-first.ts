import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where the longest files are, and the tests that wait most: what one of them still waits for at the end, all others have waited for. */
const LONGEST = [
  '/test/bench/',
  '/test/told/',
  '/test/end-to-end/',
  '/test/stack/',
  '/test/alerts/',
  '/test/cli/',
];

/** Vitest begins with the longest files once it has seen them run; before that, with those that have most text. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((part) => moduleId.includes(part));
  return place < 0 ? LONGEST.length : place;
}
