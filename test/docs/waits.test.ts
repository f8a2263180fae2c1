/** docs/guides/when-something-waits.md against the code: every state that can wait, every wait and every retry. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as limits from '../../src/domain/limits.ts';
import { OPEN_FILE_STATES } from '../../src/domain/upload-file.ts';
import { PROFILES } from '../../workflows/activity-options.ts';

const PROJECT = join(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(PROJECT, 'docs/guides/when-something-waits.md'), 'utf8');

/** A wait, a pause, a number of tries: what ends it is named like this. */
const IS_END_OF_A_WAIT =
  /(_MS|_TRIES_MAX|_ATTEMPTS_MAX|_LOOKS_MAX|_RESTARTS_MAX|_FAILURES_MAX|GENERATIONS_MAX|KEEPALIVE_COUNT(_MAX)?)$/;

const UNITS = [
  ['h', 60 * 60_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

function inWords(name: string, value: number): string {
  if (!name.endsWith('_MS')) return value.toLocaleString('en');
  for (const [unit, ms] of UNITS) {
    const whole = value / ms;
    // 75 s says more than 1.25 min.
    if (whole >= 1 && (Number.isInteger(whole) || unit === 's')) return `${whole} ${unit}`;
  }
  return `${value} ms`;
}

function sectionOf(heading: string): string {
  const [, after = ''] = GUIDE.split(`${heading}\n`);
  return after.split(/\n#{2,3} /)[0] ?? '';
}

test('each bound of a wait or a retry is in the table, with its value', () => {
  const ends = Object.entries(limits).filter(([name]) => IS_END_OF_A_WAIT.test(name)) as [string, number][];
  expect(ends.length).toBeGreaterThan(50);
  const table = sectionOf('### Everything else');
  const missing = ends
    .map(([name, value]) => `\`${name}\` ${inWords(name, value)}`)
    .filter((entry) => !table.includes(entry));
  expect(missing).toEqual([]);
});

test('the table names no bound that the code does not have', () => {
  const named = [...sectionOf('### Everything else').matchAll(/`([A-Z_]+(?:_MS|_MAX|_COUNT))`/g)].map(
    ([, name]) => name,
  );
  expect(named.filter((name) => !Object.hasOwn(limits, name ?? ''))).toEqual([]);
});

test('each step is in the table, with the time of one try and the number of tries', () => {
  const rows = sectionOf('### Steps of a run')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const told = rows.flatMap(([, steps = '', one, tries]) =>
    [...steps.matchAll(/`(\w+)`/g)].map(([, step]) => ({ step, one, tries })),
  );
  const known = Object.entries(PROFILES).map(([step, { startToCloseTimeout, retry }]) => ({
    step,
    one: String(startToCloseTimeout).replace(' minutes', ' min').replace(' seconds', ' s'),
    tries: String(retry.maximumAttempts),
  }));
  const byStep = (one: { step?: string | undefined }, other: { step?: string | undefined }) =>
    String(one.step).localeCompare(String(other.step));
  expect(told.toSorted(byStep)).toEqual(known.toSorted(byStep));
});

test('each state in which a file waits is in the table of states', () => {
  const table = sectionOf('## Every state that can wait');
  expect(OPEN_FILE_STATES.filter((state) => !table.includes(`| file \`${state}\` |`))).toEqual([]);
});

test('a bound of a wait stands with the others, and nowhere else', () => {
  const elsewhere = ['src', 'activities', 'workflows'].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => join(folder, path))
      // The stand-ins are no part of a product that somebody runs.
      .filter((path) => path.endsWith('.ts') && !/^src\/(stand-ins|domain\/limits)\//.test(path))
      .flatMap((path) =>
        [...readFileSync(join(PROJECT, path), 'utf8').matchAll(/^(?:export )?const ([A-Z_]+) =/gm)]
          .map(([, name = '']) => name)
          .filter((name) => IS_END_OF_A_WAIT.test(name) && name !== LENGTH_OF_A_DAY)
          .map((name) => `${path}: ${name}`),
      ),
  );
  expect(elsewhere).toEqual([]);
});

/** A unit, not a bound. */
const LENGTH_OF_A_DAY = 'A_DAY_MS';
