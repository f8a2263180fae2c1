/** A shop with files of its own on SFTP, and the steps of the jobs that work on it, one at a time. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createApplyActivities } from '../../activities/apply-files.ts';
import { checkShopOrigin } from '../../activities/check-origin.ts';
import { createProduceActivities, type ProduceOutcome } from '../../activities/produce-files.ts';
import type { UploadFileKind } from '../../src/domain/upload-file.ts';
import { fileDrop, type OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

let runs = 0;
/** Activities fail here on purpose: their warnings would look like faults. */
const logger = new DefaultLogger('ERROR');

/** A shop with real files on a real SFTP server, by the activities that the worker runs. */
export class SyncedShop {
  readonly drop: OpenFileDrop;
  readonly #database: () => Retailer['database'];
  readonly shopId: string;

  constructor(database: () => Retailer['database'], drop: OpenFileDrop, shopId = SHOP) {
    this.#database = database;
    this.drop = drop;
    this.shopId = shopId;
  }

  get retailer(): Retailer {
    return Retailer.over(this.#database());
  }

  get #produce() {
    return createProduceActivities({
      diary: () => undefined,
      database: this.#database(),
      fileDrop: this.drop,
      wakeLane: async () => undefined,
    });
  }

  /** Sells one unit and publishes a file of it; approves the first Hard Sync. */
  async makeFile(kind: UploadFileKind): Promise<ProduceOutcome> {
    runs += 1;
    await this.retailer.post('SHIRT', BROADWAY, -1, 0);
    const { shopId } = this;
    const produced = await runActivity(this.#produce.produceFile, {
      kind,
      shopId,
      producerKey: `run ${runs}`,
    });
    if (produced.plan?.because.includes('first Hard Sync')) {
      await this.retailer.approve(produced.plan.plan, `approval ${runs}`, shopId);
    }
    const [newest] = await this.retailer.database.query<{ sequence: number }>(
      `SELECT sequence FROM upload_file WHERE shop_id = $1 AND state = 'WRITING'`,
      [shopId],
    );
    if (newest) await runActivity(this.#produce.publishFile, { shopId, sequence: newest.sequence });
    return produced;
  }

  /** Asks for the next file, as a run of Process uploads does. */
  async lookAtLane() {
    const activities = createApplyActivities({
      diary: () => undefined,
      database: this.#database(),
      fileDrop: this.drop,
      adminApi: () => {
        throw new Error('The lane asked Shopify.');
      },
      isAtWork: async () => false,
    });
    const holder = { shopId: this.shopId, workflowId: 'lane', holder: 'run' };
    return runActivity(activities.nextFile, holder);
  }

  checkOrigin() {
    return checkShopOrigin({ database: this.#database(), fileDrop: this.drop }, this.shopId);
  }

  async readStates(): Promise<string[]> {
    const rows = await this.retailer.database.query<{ line: string }>(
      `SELECT concat_ws(' ', sequence, kind, state) AS line FROM upload_file WHERE shop_id = $1 ORDER BY sequence`,
      [this.shopId],
    );
    return rows.map(({ line }) => line);
  }
}

export function runActivity<Input, Result>(
  activity: (input: Input) => Promise<Result>,
  input: Input,
): Promise<Result> {
  return new MockActivityEnvironment({}, { logger }).run(activity, input);
}

export async function freshShop(database: () => Retailer['database']): Promise<SyncedShop> {
  const { settings } = await freshSftpRoot();
  await Retailer.open(database(), ['SHIRT', 'SOCKS']);
  return new SyncedShop(database, fileDrop(settings));
}
