/** The dashboard for Grafana against its table in docs/guides/metrics.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT, readDocument } from './documents.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

/** Grafana's grid has so many columns. */
const COLUMNS = 24;

const { panels } = JSON.parse(readFileSync(join(PROJECT, 'docker/monitoring/dashboard.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};

test('the guide describes each panel, in its order, with the metrics that it is drawn from', () => {
  const [, after = ''] = readDocument('docs/guides/metrics.md').text.split('\n## The dashboard\n');
  const [section = ''] = after.split('\n## ');
  const described = [...section.matchAll(/^\| ([^|]+) \| (`[^|]+) \| [^|]+\? \|$/gm)].map(
    ([, title = '', metrics = '']) => ({
      title,
      metrics: [...metrics.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    }),
  );
  const drawn = panels.map(({ title, targets }) => ({
    title,
    metrics: targets.flatMap(({ expr }) => expr.match(/\b(atp|temporal|process|nodejs)_\w+/g) ?? []),
  }));
  expect(described).toEqual(drawn);
});

test('the panels stand beside and below each other, and none is covered', () => {
  const taken = new Map<string, string>();
  for (const { title, gridPos } of panels) {
    const { x, y, w, h } = gridPos;
    expect(x + w, title).toBeLessThanOrEqual(COLUMNS);
    for (let column = x; column < x + w; column += 1) {
      for (let row = y; row < y + h; row += 1) {
        expect(taken.get(`${column} ${row}`), title).toBeUndefined();
        taken.set(`${column} ${row}`, title);
      }
    }
  }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});
