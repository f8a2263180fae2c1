/** Writes the histories of runs to files, for record-histories.ts. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { WorkflowFailure } from '../src/domain/failure.ts';
import { liveWorkflowId } from '../src/domain/live.ts';
import { TASK_QUEUE } from '../src/domain/workflow-names.ts';
import type { Database } from '../src/postgres/database.ts';
import { endLive, setLive } from '../src/postgres/producing/live-shops.ts';
import type { TemporalClient } from '../src/temporal/connection.ts';
import { decideLane, decideLaneWorkflowId } from '../src/temporal/lane-decisions.ts';
import { tellChange, tellLiveSet } from '../src/temporal/live-run.ts';
import { jobWorkflowId } from '../src/temporal/run-job.ts';

export const HISTORIES = join(import.meta.dirname, '../test/replay/histories');
export const SHOP = { shopId: 'blue-shirts' };

const LOOK_INTERVAL_MS = 100;
const STATE_TIMEOUT_MS = 60_000;

export async function until(database: Database, condition: string): Promise<void> {
  const deadline = Date.now() + STATE_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const [row] = await database.query<{ holds: boolean }>(`SELECT ${condition} AS holds`);
    if (row?.holds) return;
    await delay(LOOK_INTERVAL_MS);
  }
  throw new Error(`After ${STATE_TIMEOUT_MS} ms this is still not true: ${condition}`);
}

export class Recorder {
  readonly #temporal: TemporalClient;
  readonly #only: readonly string[];
  readonly #written = new Set<string>();

  /** @param only the names of the histories to write; none: all */
  constructor(temporal: TemporalClient, only: readonly string[]) {
    this.#temporal = temporal;
    this.#only = only;
  }

  /** Runs a workflow to its end, whichever that is, and writes its history. */
  async record(name: string, type: string, input: unknown): Promise<void> {
    const handle = await this.#temporal.client.workflow.start(type, {
      workflowId: name,
      taskQueue: TASK_QUEUE,
      args: [input],
    });
    const ended = await handle.result().then(
      () => 'completed',
      (error: unknown) => {
        if (error instanceof WorkflowFailedError) return 'failed';
        throw error;
      },
    );
    await this.write(name, handle);
    process.stdout.write(`${name}: ${ended}\n`);
  }

  /** Decides about the lane, and writes the history of the run that carried it out or refused it. */
  async decide(name: string, decision: Readonly<Record<string, unknown>>): Promise<void> {
    const outcome = await decideLane(this.#temporal, SHOP.shopId, { by: 'Ann', ...decision }).then(
      () => 'carried out',
      (error: unknown) => {
        if (error instanceof WorkflowFailure) return `refused, ${error.code}`;
        throw error;
      },
    );
    const handle = this.#temporal.client.workflow.getHandle(decideLaneWorkflowId(SHOP.shopId));
    await handle.result();
    await this.write(name, handle);
    process.stdout.write(`${name}: ${outcome}\n`);
  }

  /** Follows the changes of the shop for one delta, and writes the history of the run that made it. */
  async follow(name: string, database: Database): Promise<void> {
    await setLive(database, SHOP.shopId, { atLeastEveryMs: 2_000, isPaused: false });
    const [{ steps } = { steps: 0 }] = await database.query<{ steps: number }>(
      'SELECT count(*) AS steps FROM snapshot_step',
    );
    await tellChange(this.#temporal, SHOP.shopId, new Date());
    await until(database, `(SELECT count(*) FROM snapshot_step) > ${steps}`);
    await this.#temporal.client.workflow
      .getHandle(`uploadRecentChanges/${liveWorkflowId(SHOP.shopId)}`)
      .result();
    await endLive(database, SHOP.shopId);
    await tellLiveSet(this.#temporal, SHOP.shopId);
    const handle = this.#temporal.client.workflow.getHandle(liveWorkflowId(SHOP.shopId));
    await handle.result();
    await this.write(name, handle);
  }

  /** A run that is told of a change too late: the shop is live no more. */
  async followNobody(name: string): Promise<void> {
    await tellChange(this.#temporal, SHOP.shopId, new Date(0));
    const handle = this.#temporal.client.workflow.getHandle(liveWorkflowId(SHOP.shopId));
    await handle.result();
    await this.write(name, handle);
  }

  /** Throws when a history that was named is not one of these. */
  refuseUnknown(): void {
    const unknown = this.#only.filter((name) => !this.#written.has(name));
    if (unknown.length > 0) throw new Error(`There is no history with the name ${unknown.join(', ')}.`);
  }

  /** Runs a job of the shop to its end. */
  async run(type: string): Promise<void> {
    const workflowId = `${type}/${randomUUID()}`;
    await this.#temporal.client.workflow.execute(type, { workflowId, taskQueue: TASK_QUEUE, args: [SHOP] });
  }

  /** The run of Process uploads that the producers have started. */
  lane(): WorkflowHandle {
    return this.#temporal.client.workflow.getHandle(jobWorkflowId('process-uploads', SHOP.shopId));
  }

  /** Writes the history, if it is wanted. */
  async write(name: string, handle: WorkflowHandle): Promise<void> {
    if (this.#only.length > 0 && !this.#only.includes(name)) return;
    this.#written.add(name);
    const history = JSON.parse(historyToJSON(await handle.fetchHistory())) as unknown;
    writeFileSync(join(HISTORIES, `${name}.json`), `${JSON.stringify(history, withoutMachine, 1)}\n`);
  }
}

/** Leaves out what tells about the machine that recorded: it is private, and a replay does not need it. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  if (key === 'identity') return 'worker';
  if (typeof value === 'string' && /^\d+@/.test(value)) return 'queue of a worker';
  if (key === 'stickyAttributes' || key === 'binaryChecksum' || key === 'buildId') return undefined;
  if (typeof value !== 'string') return value;
  return key === 'data' ? btoa(withoutStackFolder(atob(value))) : withoutStackFolder(value);
}

/** Errors of the file drop name the folder in which this stack lies. */
function withoutStackFolder(text: string): string {
  return text.replaceAll(/\/[^\s"]*?\/atp-own-stack-[^/\s"]+/g, '');
}
