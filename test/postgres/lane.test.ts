/** The lane: one file at a time, whoever starts it, and nothing overtakes. */
import { describe, expect, test } from 'vitest';
import {
  blockFile,
  closeFile,
  enterLane,
  nextFile,
  retryFile,
  startApplying,
  type LanePass,
} from '../../src/postgres/lane.ts';
import { laneView } from '../../src/postgres/lane-view.ts';
import { produceFile } from '../../src/postgres/producing.ts';
import { markReady } from '../../src/postgres/ready-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

const LANE = { shopId: SHOP, holder: 'run A' };

class Lane {
  readonly retailer: Retailer;
  #runs = 0;

  constructor(retailer: Retailer) {
    this.retailer = retailer;
  }

  get database() {
    return this.retailer.database;
  }

  /** The next file, WRITING. */
  async produce(kind: 'hard-sync' | 'recent-changes'): Promise<number> {
    this.#runs += 1;
    await this.retailer.post('SHIRT', BROADWAY, 1, 0);
    const request = { shopId: SHOP, kind, producerKey: `run ${this.#runs}` };
    const file = await produceFile(this.database, request);
    if (!file) throw new Error('There was nothing to publish.');
    return file.sequence;
  }

  ready(sequence: number): Promise<void> {
    return markReady(this.database, { shopId: SHOP, sequence, sha256: `hash of ${sequence}` });
  }

  async readyFile(kind: 'hard-sync' | 'recent-changes'): Promise<number> {
    const sequence = await this.produce(kind);
    await this.ready(sequence);
    return sequence;
  }

  async enter(holder = LANE.holder): Promise<LanePass> {
    const pass = await enterLane(this.database, { shopId: SHOP, holder });
    if (!pass) throw new Error('The lane is busy.');
    return pass;
  }

  async states(): Promise<string[]> {
    return (await laneView(this.database, SHOP)).files.map((file) => file.status);
  }
}

async function openLane(): Promise<Lane> {
  const { database } = await freshDatabase();
  return new Lane(await Retailer.open(database, ['SHIRT']));
}

describe('the lease', () => {
  test('keeps another run out until it is released', async () => {
    const lane = await openLane();
    const pass = await lane.enter('run A');

    expect(await enterLane(lane.database, { shopId: SHOP, holder: 'run B' })).toBeNull();
    expect(await nextFile(lane.database, pass)).toBeNull();

    expect(await enterLane(lane.database, { shopId: SHOP, holder: 'run B' })).not.toBeNull();
  });

  test('that has expired is taken over, and its old holder writes nothing more', async () => {
    const lane = await openLane();
    await lane.readyFile('hard-sync');
    const dead = await lane.enter('run A');
    await lane.database.query(`UPDATE lane SET expires_at = clock_timestamp() - interval '1 second'`);

    const pass = await lane.enter('run B');

    await expect(startApplying(lane.database, dead, 1)).rejects.toMatchObject({ code: 'LANE_TAKEN_OVER' });
    expect(await nextFile(lane.database, pass)).toMatchObject({ sequence: 1, state: 'READY' });
  });

  test('fences an earlier attempt of the same run', async () => {
    const lane = await openLane();
    await lane.readyFile('hard-sync');
    const paused = await lane.enter();
    const successor = await lane.enter();

    await expect(startApplying(lane.database, paused, 1)).rejects.toMatchObject({
      code: 'LANE_ATTEMPT_OVERTAKEN',
    });
    await startApplying(lane.database, successor, 1);
    expect(await lane.states()).toEqual(['APPLYING']);
  });

  test('is renewed by every look and every write', async () => {
    const lane = await openLane();
    await lane.readyFile('hard-sync');
    const pass = await lane.enter();
    await lane.database.query(`UPDATE lane SET expires_at = clock_timestamp() + interval '1 second'`);

    await nextFile(lane.database, pass);

    const [lease] = await lane.database.query(
      `SELECT expires_at > clock_timestamp() + interval '30 seconds' AS "isRenewed" FROM lane`,
    );
    expect(lease).toEqual({ isRenewed: true });
  });
});

describe('the next file', () => {
  test('is the first by number that is not done with', async () => {
    const lane = await openLane();
    await lane.readyFile('hard-sync');
    await lane.readyFile('recent-changes');

    const pass = await lane.enter();

    expect(await nextFile(lane.database, pass)).toMatchObject({ sequence: 1 });
    await startApplying(lane.database, pass, 1);
    await closeFile(lane.database, pass, 1);
    expect(await nextFile(lane.database, pass)).toMatchObject({ sequence: 2 });
  });

  test('is one that is still being written: nothing later is applied before it', async () => {
    const lane = await openLane();
    const writing = await lane.produce('hard-sync');
    await lane.readyFile('recent-changes');

    expect(await nextFile(lane.database, await lane.enter())).toMatchObject({
      sequence: writing,
      state: 'WRITING',
    });
  });

  test('is the blocked one until a person decides, and the lane is free meanwhile', async () => {
    const lane = await openLane();
    await lane.readyFile('hard-sync');
    await lane.readyFile('recent-changes');
    const block = { sequence: 1, code: 'FILE_MISSING', reason: 'It is not there.' } as const;
    await blockFile(lane.database, await lane.enter('run A'), block);

    const pass = await lane.enter('run B');

    expect(await nextFile(lane.database, pass)).toMatchObject({ sequence: 1, state: 'BLOCKED' });
    expect(await laneView(lane.database, SHOP)).toMatchObject({
      state: 'blocked',
      reason: 'FILE_MISSING: It is not there.',
    });
    await retryFile(lane.database, SHOP, 1);
    expect(await nextFile(lane.database, await lane.enter('run B'))).toMatchObject({ state: 'READY' });
  });

  test('is never missed: a file that becomes READY is seen by the lane’s last look, or finds the lane free', async () => {
    const lane = await openLane();
    for (let round = 0; round < 20; round += 1) {
      const sequence = await lane.produce('hard-sync');
      const pass = await lane.enter('run A');
      // The wake-up comes after READY has committed, as the producer's does.
      const woken = lane.ready(sequence).then(() => enterLane(lane.database, { ...LANE, holder: 'run B' }));
      const [seen, entered] = await Promise.all([lastLook(lane, pass), woken]);

      expect(seen === 'READY' || entered !== null).toBe(true);
      await lane.database.query(`UPDATE upload_file SET state = 'SUPERSEDED' WHERE state <> 'SUPERSEDED'`);
      await lane.database.query('UPDATE lane SET holder = NULL');
    }
  });
});

/** What the holder's look at the lane finds: READY goes on, WRITING is looked at again, as Process uploads does. */
async function lastLook(lane: Lane, pass: LanePass): Promise<string | undefined> {
  for (;;) {
    const file = await nextFile(lane.database, pass);
    if (file?.state !== 'WRITING') return file?.state;
  }
}

describe('a Hard Sync that becomes READY', () => {
  test('supersedes what waits before it, but not what is being applied', async () => {
    const lane = await openLane();
    await lane.readyFile('hard-sync');
    await startApplying(lane.database, await lane.enter(), 1);
    await lane.readyFile('recent-changes');
    await lane.readyFile('hard-sync');
    await lane.readyFile('recent-changes');

    expect(await lane.states()).toEqual(['APPLYING', 'SUPERSEDED', 'READY', 'READY']);
  });

  test.each([
    ['the file itself', 'FILE_CHECKSUM_MISMATCH', 'SUPERSEDED'],
    ['the shop', 'SHOPIFY_ACCESS_DENIED', 'BLOCKED'],
  ] as const)('replaces a blocked file when %s is at fault: %s → %s', async (_what, code, state) => {
    const lane = await openLane();
    await lane.readyFile('hard-sync');
    await blockFile(lane.database, await lane.enter(), { sequence: 1, code, reason: 'test' });

    await lane.readyFile('hard-sync');

    expect(await lane.states()).toEqual([state, 'READY']);
  });
});

describe('a file whose call has no answer', () => {
  async function withUnansweredCall(): Promise<Lane> {
    const lane = await openLane();
    await lane.readyFile('hard-sync');
    const pass = await lane.enter();
    await startApplying(lane.database, pass, 1);
    await lane.database.query(
      `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state)
       VALUES ($1, 1, 0, 0, gen_random_uuid(), '{}', $2, 'STORED')`,
      [SHOP, pass.epoch],
    );
    await blockFile(lane.database, pass, { sequence: 1, code: 'FILE_MISSING', reason: 'test' });
    return lane;
  }

  test('is not superseded, whatever blocks it: the call may still arrive', async () => {
    const lane = await withUnansweredCall();

    await lane.readyFile('hard-sync');

    expect(await lane.states()).toEqual(['BLOCKED', 'READY']);
  });

  test('goes on with its calls when it is retried, and SFTP is not asked again', async () => {
    const lane = await withUnansweredCall();

    await retryFile(lane.database, SHOP, 1);

    expect(await lane.states()).toEqual(['APPLYING']);
  });
});

test('a file that is superseded between the look and its start is not applied', async () => {
  const lane = await openLane();
  await lane.readyFile('hard-sync');
  const pass = await lane.enter();
  expect(await nextFile(lane.database, pass)).toMatchObject({ sequence: 1, state: 'READY' });
  await lane.readyFile('hard-sync');

  expect(await startApplying(lane.database, pass, 1)).toBe(false);

  expect(await lane.states()).toEqual(['SUPERSEDED', 'READY']);
});

test('only a blocked file is retried', async () => {
  const lane = await openLane();
  await lane.readyFile('hard-sync');

  await expect(retryFile(lane.database, SHOP, 1)).rejects.toMatchObject({ code: 'UPLOAD_FILE_NOT_BLOCKED' });
  await expect(retryFile(lane.database, SHOP, 7)).rejects.toMatchObject({ code: 'UPLOAD_FILE_UNKNOWN' });
});
