/** Random stories of what waits for Shopify, told beside the list that is kept by hand. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storySeed } from '../setup/story-seed.ts';
import { oldestOf } from './waiting-list.ts';
import { step, type Step } from './waiting-steps.ts';
import { WaitingStory } from './waiting-story.ts';

const stories = fc.array(step, { minLength: 10, maxLength: 40 });

/**
 * A property: after each step the figure is right.
 *
 * @param defect a change of the database that makes it forget something
 */
export function isAlwaysRight(defect?: string) {
  return fc.asyncProperty(stories, (steps) => tell(steps, defect));
}

/** Takes the steps, and looks at the figure after each. */
export async function tell(steps: readonly Step[], defect?: string): Promise<void> {
  const story = await WaitingStory.open(defect);
  try {
    for (const [at, taken] of steps.entries()) {
      await story.take(taken);
      const { list } = story;
      const figure = await story.readFigure();
      expect({ at, taken, ...figure }).toEqual({
        at,
        taken,
        onItsWay: list.onItsWay(),
        setApart: list.setApart(),
      });
      const told = oldestOf([figure.onItsWay, figure.setApart]);
      const lacks = list.lacksSince();
      expect(
        lacks !== undefined && (told === undefined || told > lacks),
        `younger than ${lacks} at ${at}`,
      ).toBe(false);
    }
  } finally {
    await story.close();
  }
}

export function testStories(runs: number): void {
  test(
    `${runs} random stories: the figure is what a list kept by hand says (ATP_TEST_SEED=${storySeed})`,
    { timeout: 60 * 60_000 },
    async () => {
      await fc.assert(isAlwaysRight(), { numRuns: runs, seed: storySeed, endOnFailure: true });
    },
  );
}
