/** The program of the watchdog; see watchdog.ts. */
import { createInterface } from 'node:readline';
import { endProcesses } from './ending.ts';
import type { EndableProcess } from './ending.ts';
import type { WatchdogOrder } from './watchdog.ts';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const watched = new Map<number, EndableProcess>();

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as WatchdogOrder;
  if ('watch' in order) watched.set(order.watch.pid, order.watch);
  else watched.delete(order.unwatch);
}
await endProcesses([...watched.values()]);
