/** A look that must end, however many of its checks hang. */
import { expect, test } from 'vitest';
import { check, checkWithin, fine } from '../../src/operations/doctor/check.ts';
import { until } from '../setup/until.ts';

const well = () => Promise.resolve(fine('It is so.'));

test('a check that got no turn is not known, and it is told that there are such', async () => {
  const checks = await checkWithin(1_000, async () => {
    const first = await check('first', well);
    const startedAt = performance.now();
    await until(() => expect(performance.now() - startedAt).toBeGreaterThan(1_000));
    return [first, await check('second', well), await check('third', well, 'dear')];
  });
  expect(checks.map(({ name, outcome, code, cost }) => ({ name, outcome, code, cost }))).toEqual([
    { name: 'first', outcome: 'well', code: null, cost: 'cheap' },
    { name: 'second', outcome: 'not-checked', code: null, cost: 'cheap' },
    { name: 'third', outcome: 'not-checked', code: null, cost: 'dear' },
    { name: 'Time of the look', outcome: 'found', code: 'CHECK_FAILED', cost: 'cheap' },
  ]);
  expect(checks[3]?.detail).toMatch(/^2 checks got no turn in 1 s/);
});

test('when every check got its turn, that is told as well, so that what was open ends', async () => {
  const checks = await checkWithin(60_000, async () => [await check('first', well)]);
  expect(checks.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['first', 'well'],
    ['Time of the look', 'well'],
  ]);
  // Doctor waits for whatever it takes.
  expect((await check('alone', well)).outcome).toBe('well');
});
