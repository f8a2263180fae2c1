/** Workers that die, or stand still, where a test wants it. */
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Installation } from '../end-to-end/installation.ts';
import type { WorkerProcess } from '../end-to-end/worker-process.ts';
import { describePoint, type CrashOrder, type RecordedPoint } from './crash-points.ts';

const WATCH = fileURLToPath(new URL('./crashing-worker.ts', import.meta.url));

export interface CrashingWorker {
  readonly process: WorkerProcess;
  /** Orders the signal, which the worker gets when it next comes to the point, once. */
  order(order: CrashOrder): Promise<void>;
  /** Whether the worker has got the signal that was ordered last. */
  isStruck(): Promise<boolean>;
  /** Takes back an order that was not carried out. */
  withdrawOrder(): Promise<void>;
  /** Forgets the points that were recorded so far. */
  recordAnew(): Promise<void>;
  /** The points that this worker, or another crashing one of the shop, has come to since then, in their order. */
  readRecord(): Promise<readonly RecordedPoint[]>;
  /** Waits until the worker has got the signal; throws when it does not reach the point. */
  waitUntilStruck(): Promise<void>;
}

export async function startCrashingWorker(shop: Installation): Promise<CrashingWorker> {
  const file = join(shop.environment['ATP_STATE_DIR'] ?? '', 'crash-order.json');
  const record = join(shop.environment['ATP_STATE_DIR'] ?? '', 'crash-record.jsonl');
  const worker = await shop.startWorker({
    nodeArgs: ['--import', WATCH],
    environment: { CRASH_ORDER_FILE: file, CRASH_RECORD_FILE: record },
  });
  let ordered: CrashOrder | null = null;
  return {
    process: worker,
    async order(order) {
      ordered = order;
      // The time tells two orders for the same point apart: each counts anew.
      await writeFile(file, JSON.stringify({ ...order, orderedAt: Date.now() }));
    },
    isStruck: () => isGone(file),
    withdrawOrder: () => rm(file, { force: true }),
    recordAnew: () => writeFile(record, ''),
    readRecord: async () => countOccurrences((await readFile(record, 'utf8')).split('\n').filter(Boolean)),
    async waitUntilStruck() {
      await shop
        .until(() => isGone(file))
        .catch((cause: unknown) => {
          throw new Error(
            `The worker never came to "${ordered && describePoint(ordered.at)}":\n${worker.output}`,
            { cause },
          );
        });
      if (ordered?.signal === 'SIGKILL') await worker.untilKilled();
      else await worker.untilStopped();
    },
  };
}

/** @param lines points without their occurrence, as JSON */
function countOccurrences(lines: readonly string[]): readonly RecordedPoint[] {
  const times = new Map<string, number>();
  return lines.map((line) => {
    const point = JSON.parse(line) as Omit<RecordedPoint, 'occurrence'>;
    const name = `${point.moment} ${point.label}`;
    const occurrence = (times.get(name) ?? 0) + 1;
    times.set(name, occurrence);
    return { ...point, occurrence };
  });
}

async function isGone(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    () => true,
  );
}
