/**
 * The rows of docs/guides/how-soon.md that take minutes by their nature: a worker that is gone is known by the age of its last
 * poll.
 */
import { beforeAll, expect, test, vi } from 'vitest';
import { WORKER_POLL_AGE_MAX_MS } from '../../src/domain/limits.ts';
import type { Installation, WorkerProcess } from '../end-to-end/installation.ts';
import { ROWS } from '../told/table.ts';
import { ToldShop, type Way } from '../told/told-shop.ts';

const VERSIONED = { environment: { ATP_WORKER_DEPLOYMENT: 'atp' } };
/** What a busy machine may add to a time that is measured. */
const SLOWER_BY_MS = 120_000;

let told: ToldShop;
let shop: Installation;
let worker: WorkerProcess;

beforeAll(async () => {
  told = await ToldShop.open(async (installation) => {
    worker = await installation.startWorker(VERSIONED);
  });
  shop = told.installation;
  await told.change();
  await shop.hardSync();
  await shop.processUploads();
});

/** Found when so much time has passed, and not much later. */
function passes(words: string, ms: number, isFound: () => Promise<boolean>): NonNullable<Way['grow']> {
  return {
    words,
    pass: async () => {
      await vi.waitFor(async () => expect(await isFound()).toBe(true), {
        timeout: ms + SLOWER_BY_MS,
        interval: 1_000,
      });
    },
  };
}

const WAYS: Readonly<Record<string, () => Way>> = {
  'the worker is dead': () => ({
    code: 'WORKER_MISSING',
    begin: async () => {
      await told.change();
      await worker.kill();
    },
    grow: passes('75 s', WORKER_POLL_AGE_MAX_MS, () => told.finds('WORKER_MISSING')),
    mend: async () => {
      worker = await shop.startWorker(VERSIONED);
    },
  }),
  'the worker is frozen': () => ({
    code: 'WORKER_MISSING',
    begin: async () => {
      await told.change();
      worker.signal('SIGSTOP');
    },
    grow: passes('75 s', WORKER_POLL_AGE_MAX_MS, () => told.finds('WORKER_MISSING')),
    mend: () => Promise.resolve(worker.signal('SIGCONT')),
  }),
};

test('each row of the table is measured', () => {
  expect(ROWS.inFaults.map(({ way }) => way)).toEqual(Object.keys(WAYS));
});

test.each(ROWS.inFaults)('$way', async ({ way, ...row }) => {
  const broken = WAYS[way];
  if (!broken) throw new Error(`Nothing measures "${way}".`);
  const seen = await told.measure(broken(), row);
  console.log(`${way}: ${JSON.stringify(seen)}`);
  expect(seen).toEqual(row);
});
