import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../src/postgres/database.ts';
import type { JobOrder } from '../../src/domain/jobs/jobs.ts';
import type { Random } from './random.ts';
import type { WorkerUnderTest } from './worker-under-test.ts';

/** The job of each kill, in this order and then from the start: most in the job that could send a call twice. */
const TURNS: readonly JobOrder['job'][] = [
  'process-uploads',
  'import',
  'process-uploads',
  'verify',
  'process-uploads',
];
const LOOK_INTERVAL_MS = 10;
/** In other jobs than Process uploads, a kill comes within this time from the job's start. */
const EARLY_MS = 2_000;
/** Longer than it takes until the work of a killed worker goes on. */
const PROGRESS_TIMEOUT_MS = 120_000;

/** Kills the worker at random moments of a job, and starts it again. */
export class Killer {
  readonly #worker: WorkerUnderTest;
  readonly #database: Database;
  readonly #plan: { readonly products: number; readonly kills: number; readonly random: Random };
  killed = 0;

  constructor(
    worker: WorkerUnderTest,
    database: Database,
    plan: { readonly products: number; readonly kills: number; readonly random: Random },
  ) {
    this.#worker = worker;
    this.#database = database;
    this.#plan = plan;
  }

  /** Resolves when the job has had its kills. In Process uploads, each comes after a random number of applied rows. */
  async during(job: JobOrder['job']): Promise<void> {
    const { products, kills, random } = this.#plan;
    const turns = Array.from({ length: kills }, (_, index) => TURNS[index % TURNS.length]);
    const count = turns.filter((turn) => turn === job).length;
    const moments = Array.from({ length: count }, () => random.below(products)).toSorted((a, b) => a - b);
    for (const rows of moments) {
      if (job === 'process-uploads') await this.#untilApplied(rows);
      else await delay(random.below(EARLY_MS));
      await this.#worker.kill();
      this.killed += 1;
      const where = job === 'process-uploads' ? ` after ${rows} of ${products} rows` : '';
      process.stdout.write(`  ${job}: the worker is killed${where}\n`);
      await this.#worker.start();
    }
  }

  async #untilApplied(rows: number): Promise<void> {
    const deadline = Date.now() + PROGRESS_TIMEOUT_MS;
    while (Date.now() < deadline) {
      const [row] = await this.#database.query<{ applied: number }>(
        'SELECT count(*)::int AS applied FROM applied_row',
      );
      if ((row?.applied ?? 0) >= rows) return;
      await delay(LOOK_INTERVAL_MS);
    }
    throw new Error(`After ${PROGRESS_TIMEOUT_MS} ms fewer than ${rows} rows are applied.`);
  }
}
