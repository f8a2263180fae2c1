/** What a worker tells on its own HTTP address, as Prometheus reads it. */
import { until } from '../setup/until.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Gives the worker a free port of the loopback. */
export const WITH_METRICS = { ATP_METRICS_ADDRESS: '127.0.0.1:0' } as const;

/** Where it listens, as its log says. */
export function addressOf(worker: WorkerProcess): string {
  const [, address] = /Metrics and health are at ([\d.]+:\d+)/.exec(worker.output) ?? [];
  if (address === undefined) throw new Error(`The worker tells no metrics:\n${worker.output}`);
  return address;
}

/** `atp_lane_state{shop="a",state="idle"} 1` → its number, by the words before it. */
export type Page = ReadonlyMap<string, number>;

export async function scrape(worker: WorkerProcess): Promise<Page> {
  const text = await (await fetch(`http://${addressOf(worker)}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** The names of all metrics that the worker tells of, those without a value yet among them. */
export async function readNames(worker: WorkerProcess): Promise<ReadonlySet<string>> {
  const text = await (await fetch(`http://${addressOf(worker)}/metrics`)).text();
  const names = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type = '']) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return new Set(names);
}

/** Scrapes until each of these has its number; a reading is kept for some seconds. */
export async function untilPageHas(
  worker: WorkerProcess,
  expected: Readonly<Record<string, number>>,
): Promise<Page> {
  return until(async () => {
    const page = await scrape(worker);
    for (const [series, value] of Object.entries(expected)) {
      if (page.get(series) !== value)
        throw new Error(`${series} is ${page.get(series) ?? 'absent'}, not ${value}.`);
    }
    return page;
  });
}
