/** A shop's lane with files, and what a run and a person do to it. */
import type { LaneDecision } from '../../src/domain/lane-decision.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import type { UploadFileKind } from '../../src/domain/upload-file.ts';
import {
  blockFile,
  enterLane,
  startApplying,
  type LaneHolder,
  type LanePass,
} from '../../src/postgres/lane/lane.ts';
import { decide } from '../../src/postgres/lane/lane-decisions.ts';
import { readLaneView } from '../../src/postgres/lane/lane-view.ts';
import { markReady } from '../../src/postgres/producing/ready-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

/** A run of Process uploads as the holder of the lane, by its first run id. */
export function asHolder(holder: string): LaneHolder {
  return { shopId: SHOP, workflowId: `processUploads/${SHOP}`, holder };
}

export async function openLane(skus: readonly string[] = ['SHIRT']): Promise<Lane> {
  const { database } = await freshDatabase();
  return new Lane(await Retailer.open(database, skus));
}

export class Lane {
  readonly retailer: Retailer;
  #decisions = 0;

  constructor(retailer: Retailer) {
    this.retailer = retailer;
  }

  get database() {
    return this.retailer.database;
  }

  /** Makes the next file, WRITING, with one more shirt than the file before. */
  async produce(kind: UploadFileKind): Promise<number> {
    await this.retailer.post('SHIRT', BROADWAY, 1, 0);
    const { file } = await this.retailer.produce(kind);
    if (!file) throw new Error('There was nothing to publish.');
    return file.sequence;
  }

  markReady(sequence: number): Promise<void> {
    return markReady(this.database, { shopId: SHOP, sequence, sha256: `hash of ${sequence}` });
  }

  async makeReadyFile(kind: UploadFileKind): Promise<number> {
    const sequence = await this.produce(kind);
    await this.markReady(sequence);
    return sequence;
  }

  async enter(holder = 'run A'): Promise<LanePass> {
    const pass = await enterLane(this.database, asHolder(holder));
    if (!pass) throw new Error('The lane is busy.');
    return pass;
  }

  /** Blocks a file that was READY, as one that cannot be applied. */
  async block(sequence: number, code: ErrorCode = 'FILE_MISSING'): Promise<void> {
    await blockFile(this.database, await this.enter(), { sequence, code, reason: 'It is not there.' });
  }

  async makeBlockedFile(kind: UploadFileKind = 'hard-sync'): Promise<number> {
    const sequence = await this.makeReadyFile(kind);
    await this.block(sequence);
    return sequence;
  }

  /** Makes file 1, which has begun and sent a call that was not answered, and blocks it. */
  async makeFileBlockedWithUnansweredCall(): Promise<void> {
    await this.makeReadyFile('hard-sync');
    const pass = await this.enter();
    await startApplying(this.database, pass, 1);
    await this.database.query(
      `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state)
       VALUES ($1, 1, 0, 0, gen_random_uuid(), '{}', $2, 'STORED')`,
      [SHOP, pass.epoch],
    );
    await this.block(1);
  }

  /** Settles a row of the file, as the answer of a call does. */
  async settle(
    sku: string,
    sequence: number,
    outcome: 'APPLIED' | 'UNCHANGED' | 'QUARANTINED',
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target) VALUES ($1, $2, $3, $4, 1)`,
      [SHOP, sku, sequence, outcome],
    );
  }

  decide(
    decision: 'retry' | 'rewrite' | 'skip',
    sequence: number,
    {
      key,
      ...more
    }: {
      readonly key?: string;
      readonly expectedReason?: ErrorCode;
      readonly by?: string;
      readonly reason?: string;
    } = {},
  ) {
    this.#decisions += 1;
    return decide(this.database, {
      shopId: SHOP,
      decisionKey: key ?? `decision ${this.#decisions}`,
      decision: { decision, sequence, by: 'Ann', ...more } satisfies LaneDecision,
    });
  }

  /** A person stops a file; without a number the first one that waits. */
  hold(sequence?: number) {
    this.#decisions += 1;
    return decide(this.database, {
      shopId: SHOP,
      decisionKey: `decision ${this.#decisions}`,
      decision: {
        decision: 'hold',
        by: 'Ann',
        reason: 'it does not go',
        ...(sequence !== undefined && { sequence }),
      },
    });
  }

  async readStates(): Promise<string[]> {
    return (await readLaneView(this.database, SHOP)).files.map((file) => file.status);
  }

  /** Products that the next file carries again, with the cause. */
  async readOwed(): Promise<string[]> {
    const rows = await this.database.query<{ owed: string }>(
      `SELECT product_id || ' ' || cause AS owed FROM owed_row WHERE shop_id = $1 ORDER BY 1`,
      [SHOP],
    );
    return rows.map(({ owed }) => owed);
  }
}
