/** docs/benchmarks.json has a command and a figure for each benchmark, and for nothing else. */
import { expect, test } from 'vitest';
import data from '../../docs/benchmarks.json' with { type: 'json' };
import { BENCHES } from '../../scripts/bench/benches.ts';
import { isMissed, type Figure } from '../../scripts/benchmark-chart.ts';

const NAMES = Object.keys(BENCHES).toSorted();

test('each benchmark has a command that runs it', () => {
  expect(Object.keys(data.commands).toSorted()).toEqual(NAMES);
  for (const [name, command] of Object.entries(data.commands))
    expect(`${command} `).toMatch(new RegExp(`^npm run bench ${name} `));
});

test('each benchmark has a figure, and each figure a benchmark', () => {
  expect([...new Set(data.figures.map(({ bench }) => bench))].toSorted()).toEqual(NAMES);
});

test('each figure that was measured names a machine of the list, and a day', () => {
  for (const { label, measured } of data.figures) {
    if (measured === null) continue;
    expect(Object.keys(data.machines), label).toContain(measured.machine);
    expect(measured.date, label).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  }
});

test('each figure that misses its target says what stands in the way, and no other does', () => {
  for (const figure of data.figures as readonly Figure[])
    expect((figure.inTheWay ?? '') !== '', `${figure.bench}, ${figure.label}`).toBe(isMissed(figure));
});
