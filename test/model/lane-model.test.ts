/**
 * The protocol of a lane, searched state by state. See lane-world.ts for what a state is, worker-steps.ts and
 * outside-steps.ts for what may happen, arrivals.ts and ends.ts for what must never be so.
 */
import { expect, test } from 'vitest';
import { searchAndTell } from './report.ts';
import { SAFEGUARDS } from './safeguards.ts';
import { CONTROLS, EVERYDAY } from './scenarios.ts';

for (const [title, scenario] of Object.entries(EVERYDAY)) {
  test(`whatever happens in whatever order, every row ends right: ${title}`, () => {
    const { violation, isUnfinished, ends, cutOff } = searchAndTell(title, scenario);
    expect(violation?.what).toBeUndefined();
    expect(isUnfinished).toBe(false);
    expect(ends).toBeGreaterThan(cutOff);
  });
}

for (const { without, scenario } of CONTROLS) {
  const safeguards = without.map((safeguard) => `“${SAFEGUARDS[safeguard]}”`).join(' and ');
  test(`the protocol needs ${safeguards}: without it, something goes wrong for good`, () => {
    const { violation } = searchAndTell(`without ${without.join(' and ')}`, scenario, without);
    expect(violation).not.toBeNull();
  });
}
