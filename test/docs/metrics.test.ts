/** docs/guides/metrics.md against the metrics and the events of the diary. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DIARY_EVENTS } from '../../src/domain/diary.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';

const GUIDE = readFileSync(new URL('../../docs/guides/metrics.md', import.meta.url), 'utf8');

test('the guide lists every metric with its labels, in the order of the code', () => {
  const { registry } = createMetrics({ version: '1' });
  const metrics = registry.getMetricsAsArray().filter(({ name }) => name.startsWith('atp_'));
  const rows = [...GUIDE.matchAll(/^\| `(atp_\w+)` \|([^|]*)\|/gm)].map(([, name = '', labels = '']) => {
    return { name, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label) };
  });

  const ofCode = metrics.map((metric) => {
    const { labelNames = [] } = metric as { labelNames?: string[] };
    return { name: metric.name, labels: labelNames };
  });
  expect(rows).toEqual(ofCode);
});

test('the names follow Prometheus: counters end with _total, and a unit is a base unit', () => {
  const { registry } = createMetrics({ version: '1' });
  for (const { name, type } of registry
    .getMetricsAsArray()
    .filter((metric) => metric.name.startsWith('atp_')) as unknown as { name: string; type: string }[]) {
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|hours)(_|$)/);
  }
});

test('the guide lists every event of the diary with its level', () => {
  const rows = [...GUIDE.matchAll(/^\| `([A-Z_]+)` \| (\w+) \|/gm)].map(([, event, level]) => ({
    event,
    level,
  }));
  expect(rows).toEqual(DIARY_EVENTS);
});
