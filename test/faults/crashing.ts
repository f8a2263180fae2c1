/** Workers that die, or stand still, where a test wants it. */
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Installation } from '../end-to-end/installation.ts';
import type { WorkerProcess } from '../end-to-end/worker-process.ts';
import type { CrashOrder } from './crash-points.ts';

const WATCH = fileURLToPath(new URL('./crashing-worker.ts', import.meta.url));

export interface CrashingWorker {
  readonly process: WorkerProcess;
  /** Orders the signal, which the worker gets when it next comes to the point, once. */
  order(order: CrashOrder): Promise<void>;
  /** Waits until the worker has got the signal; throws when it does not reach the point. */
  waitUntilStruck(): Promise<void>;
}

export async function startCrashingWorker(shop: Installation): Promise<CrashingWorker> {
  const file = join(shop.environment['ATP_STATE_DIR'] ?? '', 'crash-order.json');
  const worker = await shop.startWorker({
    nodeArgs: ['--import', WATCH],
    environment: { CRASH_ORDER_FILE: file },
  });
  let ordered: CrashOrder | null = null;
  return {
    process: worker,
    async order(order) {
      ordered = order;
      await writeFile(file, JSON.stringify(order));
    },
    async waitUntilStruck() {
      await shop
        .until(() => isGone(file))
        .catch((cause: unknown) => {
          throw new Error(`The worker never came to "${ordered?.at}":\n${worker.output}`, { cause });
        });
      if (ordered?.signal === 'SIGKILL') await worker.untilKilled();
    },
  };
}

async function isGone(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    () => true,
  );
}
