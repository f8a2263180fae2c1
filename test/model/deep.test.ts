/** `npm run test:model`: the same as lane-model.test.ts, with more that happens. */
import { expect, test } from 'vitest';
import { searchAndTell } from './report.ts';
import { SAFEGUARDS } from './safeguards.ts';
import { DEEP, DEEP_CONTROLS } from './scenarios.ts';

for (const [title, scenario] of Object.entries(DEEP)) {
  test(`whatever happens in whatever order, every row ends right: ${title}`, () => {
    const { violation, isUnfinished, ends, cutOff } = searchAndTell(title, scenario);
    expect(violation?.what).toBeUndefined();
    expect(isUnfinished).toBe(false);
    expect(ends).toBeGreaterThan(cutOff);
  });
}

for (const { without, scenario } of DEEP_CONTROLS) {
  const safeguards = without.map((safeguard) => `“${SAFEGUARDS[safeguard]}”`).join(' and ');
  test(`the protocol needs ${safeguards}: without it, something goes wrong for good`, () => {
    const { violation } = searchAndTell(`without ${without.join(' and ')}`, scenario, without);
    expect(violation).not.toBeNull();
  });
}
