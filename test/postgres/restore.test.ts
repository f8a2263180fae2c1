/** A database that was restored knows less than was sent: it is noticed, whatever way it came, and nothing old is sent. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createApplyActivities } from '../../activities/apply-files.ts';
import { createProduceActivities, type ProduceOutcome } from '../../activities/produce-files.ts';
import { originOf } from '../../activities/check-origin.ts';
import { outgoingFolder, type UploadFileKind } from '../../src/domain/upload-file.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { removeShop } from '../../src/postgres/master-data/shops.ts';
import { fileDrop, type OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { OwnPostgres } from './own-postgres.ts';
import { BROADWAY, GROUP, Retailer, SHOP } from './retailer.ts';

let runs = 0;
/** The activities that fail here are meant to. */
const logger = new DefaultLogger('ERROR');

/** A shop with real files on a real SFTP server, by the activities that the worker runs. */
class SyncedShop {
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
      database: this.#database(),
      fileDrop: this.drop,
      wakeLane: async () => undefined,
    });
  }

  /** One unit is sold, and a file is made of it; the first Hard Sync is approved. */
  async file(kind: UploadFileKind): Promise<ProduceOutcome> {
    runs += 1;
    await this.retailer.post('SHIRT', BROADWAY, -1, 0);
    const { shopId } = this;
    const produced = await run(this.#produce.produceFile, { kind, shopId, producerKey: `run ${runs}` });
    if (produced.plan?.cause === 'FIRST_HARD_SYNC') {
      await this.retailer.approve(produced.plan.plan, `approval ${runs}`, shopId);
    }
    const [newest] = await this.retailer.database.query<{ sequence: number }>(
      `SELECT sequence FROM upload_file WHERE shop_id = $1 AND state = 'WRITING'`,
      [shopId],
    );
    if (newest) await run(this.#produce.publishFile, { shopId, sequence: newest.sequence });
    return produced;
  }

  /** What the lane finds to do. */
  async laneHead() {
    const activities = createApplyActivities({
      database: this.#database(),
      fileDrop: this.drop,
      adminApi: () => {
        throw new Error('The lane asked Shopify.');
      },
      isAtWork: async () => false,
    });
    const holder = { shopId: this.shopId, workflowId: 'lane', holder: 'run' };
    return run(activities.nextFile, holder);
  }

  origin() {
    return originOf({ database: this.#database(), fileDrop: this.drop }, this.shopId);
  }

  async states(): Promise<string[]> {
    const rows = await this.retailer.database.query<{ told: string }>(
      `SELECT concat_ws(' ', sequence, kind, state) AS told FROM upload_file WHERE shop_id = $1 ORDER BY sequence`,
      [this.shopId],
    );
    return rows.map(({ told }) => told);
  }
}

function run<Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result> {
  return new MockActivityEnvironment({}, { logger }).run(activity, input);
}

async function freshShop(database: () => Retailer['database']): Promise<SyncedShop> {
  const { settings } = await freshSftpRoot();
  await Retailer.open(database(), ['SHIRT', 'SOCKS']);
  return new SyncedShop(database, fileDrop(settings));
}

describe('on a Postgres of its own,', () => {
  let own: OwnPostgres;
  let shop: SyncedShop;

  beforeEach(async () => {
    own = await OwnPostgres.start();
    shop = await freshShop(() => own.database);
    await shop.file('hard-sync');
    await shop.file('recent-changes');
  });

  test('a plain restart asks for nothing', async () => {
    await own.restart();

    expect(await shop.origin()).toEqual({ restoredReason: null });
    expect(await shop.file('recent-changes')).toMatchObject({ file: { sequence: 3 } });
    expect(await shop.laneHead()).toMatchObject({ lane: 'file', sequence: 1 });
  });

  test('a disk that is put back is noticed by SFTP: a delta and the lane wait, and a Hard Sync begins anew', async () => {
    await own.backUp();
    await shop.file('recent-changes');
    await shop.file('recent-changes');

    await own.restore();

    expect(await shop.states()).toEqual(['1 hard-sync READY', '2 recent-changes READY']);
    // Files 1 and 2 of the backup are READY, and were applied long since.
    expect(await shop.laneHead()).toMatchObject({ lane: 'blocked', sequence: null });
    await expect(shop.file('recent-changes')).rejects.toMatchObject({
      code: 'HARD_SYNC_REQUIRED',
      message: expect.stringContaining('SFTP holds file 4') as string,
    });
    expect(await shop.file('hard-sync')).toMatchObject({ file: { sequence: 5 } });
    expect(await shop.states()).toEqual([
      '1 hard-sync SUPERSEDED',
      '2 recent-changes SUPERSEDED',
      '5 hard-sync READY',
    ]);
    expect(await shop.laneHead()).toMatchObject({ lane: 'file', sequence: 5 });
    expect(await shop.file('recent-changes')).toMatchObject({ file: { sequence: 6 } });
    expect(await auditShop(own.database, SHOP)).toMatchObject({ isSound: true });
  });

  test('a disk that is put back before anything more was sent asks for nothing', async () => {
    await own.backUp();

    await own.restore();

    expect(await shop.file('recent-changes')).toMatchObject({ file: { sequence: 3 } });
  });

  test('a database that is loaded from a copy is noticed, though SFTP holds nothing more', async () => {
    await own.copyWithin('yesterday');

    await own.putInPlace('yesterday');

    expect(await shop.laneHead()).toMatchObject({ lane: 'blocked' });
    await expect(shop.file('recent-changes')).rejects.toMatchObject({ code: 'HARD_SYNC_REQUIRED' });
    expect(await shop.file('hard-sync')).toMatchObject({ file: { sequence: 3 } });
    expect(await shop.file('recent-changes')).toMatchObject({ file: { sequence: 4 } });
  });

  test('a standby takes no part, and one that is promoted needs a Hard Sync', async () => {
    await own.backUp();
    await own.restore({ asStandby: true });
    const sold = () => shop.retailer.post('SHIRT', BROADWAY, -1, 0);
    for (const ask of [
      () => shop.laneHead(),
      () => shop.origin(),
      () => produce(shop, 'recent-changes'),
      sold,
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
    }

    await own.database.query('SELECT pg_promote()');

    await expect(shop.file('recent-changes')).rejects.toMatchObject({ code: 'HARD_SYNC_REQUIRED' });
    expect(await shop.file('hard-sync')).toMatchObject({ file: { sequence: 3 } });
  });
});

/** Without a sale before it: the database may be read-only. */
function produce(shop: SyncedShop, kind: UploadFileKind) {
  const { database } = shop.retailer;
  const activities = createProduceActivities({
    database,
    fileDrop: shop.drop,
    wakeLane: async () => undefined,
  });
  return run(activities.produceFile, { kind, shopId: shop.shopId, producerKey: 'no sale' });
}

describe('a Hard Sync after a restore', () => {
  let shop: SyncedShop;

  /** As a restore is recorded; the ways of noticing one are tried above. */
  async function restored(): Promise<void> {
    await shop.retailer.database.query(
      `UPDATE shop_origin SET incarnation = 'another', highest_sequence = 9`,
    );
  }

  beforeEach(async () => {
    const { database } = await freshDatabase();
    shop = await freshShop(() => database);
    await shop.file('hard-sync');
    await shop.file('recent-changes');
  });

  test('gives up calls without an answer, forgets what Shopify had shown, and has keys of a new generation', async () => {
    const { database } = shop.retailer;
    await database.query(`UPDATE upload_file SET state = 'APPLYING' WHERE sequence = 1`);
    await database.query(
      `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state)
       VALUES ('${SHOP}', 1, 0, 0, gen_random_uuid(), '{}', 1, 'STORED')`,
    );
    await database.query(
      `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, last_known, debt, drops)
       VALUES ('${SHOP}', 'SHIRT', 1, 'APPLIED', 9, 9, 2, '[]')`,
    );
    await restored();

    await shop.file('hard-sync');

    expect(await shop.states()).toEqual([
      '1 hard-sync SUPERSEDED',
      '2 recent-changes SUPERSEDED',
      '10 hard-sync READY',
    ]);
    expect(await database.query('SELECT state FROM shopify_call')).toEqual([{ state: 'EXPIRED_UNKNOWN' }]);
    expect(await database.query('SELECT last_known, debt, drops FROM applied_row')).toEqual([
      { last_known: null, debt: 0, drops: null },
    ]);
    expect(await database.query('SELECT restore_generation AS generation FROM shop')).toEqual([
      { generation: 1 },
    ]);
    expect(await auditShop(database, SHOP)).toMatchObject({ isSound: true });
  });

  test('drops what another cluster has logged, which every delta would look at again', async () => {
    const { database } = shop.retailer;
    await database.query(`INSERT INTO change_log (txid, product_id) VALUES ('9000000000000', 'SHIRT')`);
    await restored();

    await shop.file('hard-sync');

    expect(await database.query(`SELECT FROM change_log WHERE txid >= '9000000000000'`)).toEqual([]);
  });

  test('that is held changes nothing of this until it is approved', async () => {
    const { retailer } = shop;
    await restored();
    await retailer.post('SOCKS', BROADWAY, -10, 0);

    expect(await shop.file('hard-sync')).toMatchObject({ file: null, plan: { cause: 'TO_ZERO' } });

    expect(await shop.states()).toEqual(['1 hard-sync READY', '2 recent-changes READY']);
    expect(await shop.laneHead()).toMatchObject({ lane: 'blocked' });
    await retailer.approve(2);
    expect(await shop.states()).toEqual([
      '1 hard-sync SUPERSEDED',
      '2 recent-changes SUPERSEDED',
      '10 hard-sync WRITING',
    ]);
  });

  test('fences whoever entered the lane before', async () => {
    const { database } = shop.retailer;
    expect(await shop.laneHead()).toMatchObject({ lane: 'file', sequence: 1 });
    const epoch = async () =>
      (await database.query<{ epoch: number }>('SELECT epoch FROM lane'))[0]?.epoch ?? 0;
    const before = await epoch();
    await restored();

    await shop.origin();

    expect(await epoch()).toBeGreaterThan(before + 1_000);
  });

  test('is needed once: the origin is known again', async () => {
    await restored();
    await shop.file('hard-sync');

    expect(await shop.origin()).toEqual({ restoredReason: null });
    expect(await shop.file('recent-changes')).toMatchObject({ file: { sequence: 11 } });
  });
});

test('a disk that is put back is noticed by a file that was archived since, though no number is new', async () => {
  const { database } = await freshDatabase();
  const shop = await freshShop(() => database);
  await shop.file('hard-sync');
  expect(await shop.origin()).toEqual({ restoredReason: null });
  // The disk of now is put back later: by then the file had been applied.
  await shop.drop(async (drop) => {
    const [file] = await drop.list(outgoingFolder(SHOP));
    const name = file?.name.replace(/\.sha256$/, '') ?? '';
    await drop.move(`${outgoingFolder(SHOP)}/${name}`, `archive/${SHOP}/${name}`);
  });
  await database.query(`UPDATE shop_origin SET server_start = server_start - interval '1 day'`);

  expect((await shop.origin()).restoredReason).toContain('has archived file 1');
});

describe('the first contact of a shop', () => {
  test('that was removed and added again numbers on, behind all that lie on SFTP', async () => {
    const { database } = await freshDatabase();
    const shop = await freshShop(() => database);
    await shop.file('hard-sync');
    await shop.file('recent-changes');
    await shop.drop(async (drop) => {
      const [, { name } = { name: '' }] = (await drop.list(outgoingFolder(SHOP))).filter(({ name: found }) =>
        found.endsWith('.csv'),
      );
      await drop.move(`${outgoingFolder(SHOP)}/${name}`, `archive/${SHOP}/superseded/${name}`);
    });
    await removeShop(database, SHOP);
    await shop.retailer.openShop(SHOP, GROUP);

    await shop.file('hard-sync');

    expect(await shop.origin()).toEqual({ restoredReason: null });
    expect(await shop.states()).toEqual(['3 hard-sync READY']);
  });

  test('takes only names of its own files for numbers', async () => {
    const { database } = await freshDatabase();
    const shop = await freshShop(() => database);
    const localPath = join(await scratchFolder(), 'foreign');
    await writeFile(localPath, '');
    const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    await shop.drop((drop) =>
      drop.publish(localPath, { folder: outgoingFolder(SHOP), name: '000000000777-notes.csv', sha256 }),
    );

    await shop.file('hard-sync');

    expect(await shop.states()).toEqual(['1 hard-sync READY']);
  });
});
