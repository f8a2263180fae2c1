/** The lane applies one file at a time, whoever starts it, and no file overtakes another. */
import { describe, expect, test } from 'vitest';
import {
  blockFile,
  closeFile,
  endLease,
  enterLane,
  findLease,
  takeNextFile,
  startApplying,
  type LanePass,
} from '../../src/postgres/lane/lane.ts';
import { glanceAtLane, readLaneView } from '../../src/postgres/lane/lane-view.ts';
import { LEASE_DURATION_MS } from '../../src/domain/limits.ts';
import { asHolder, openLane, type Lane } from './lane-under-test.ts';
import { SHOP } from './retailer.ts';

describe('the lease', () => {
  test('keeps another run out until it is released', async () => {
    const lane = await openLane();
    const pass = await lane.enter('run A');

    expect(await enterLane(lane.database, asHolder('run B'))).toBeNull();
    expect(await takeNextFile(lane.database, pass)).toBeNull();

    expect(await enterLane(lane.database, asHolder('run B'))).not.toBeNull();
  });

  test('is taken over once it has expired, and its old holder writes nothing more', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    const dead = await lane.enter('run A');
    await lane.database.query(`UPDATE lane SET expires_at = clock_timestamp() - interval '1 second'`);

    const pass = await lane.enter('run B');

    await expect(startApplying(lane.database, dead, 1)).rejects.toMatchObject({ code: 'LANE_TAKEN_OVER' });
    expect(await takeNextFile(lane.database, pass)).toMatchObject({ sequence: 1, state: 'READY' });
  });

  test('that was taken by a clock that was ahead lasts for one whole lease more', async () => {
    const lane = await openLane();
    await lane.enter('run A');
    const pass = (ms: number) =>
      lane.database.query(
        `UPDATE lane SET expires_at = expires_at - make_interval(secs => $1::float8 / 1000)`,
        [ms],
      );
    await pass(-3 * 24 * 60 * 60_000);
    expect(await enterLane(lane.database, asHolder('run B'))).toBeNull();

    await pass(LEASE_DURATION_MS + 1);

    expect(await enterLane(lane.database, asHolder('run B'))).not.toBeNull();
  });

  test('refuses the writes of an earlier attempt of the same run', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    const paused = await lane.enter();
    const successor = await lane.enter();

    await expect(startApplying(lane.database, paused, 1)).rejects.toMatchObject({
      code: 'LANE_ATTEMPT_OVERTAKEN',
    });
    await startApplying(lane.database, successor, 1);
    expect(await lane.readStates()).toEqual(['APPLYING']);
  });

  test('of a run that has ended is ended, unless it was renewed since', async () => {
    const lane = await openLane();
    await lane.enter('run A');
    const lease = await findLease(lane.database, SHOP);
    expect(lease).toMatchObject({ shopId: SHOP, workflowId: 'processUploads/blue-shirts', holder: 'run A' });
    if (!lease) throw new Error('There is no lease.');
    await lane.enter('run A');

    await endLease(lane.database, lease);
    expect(await enterLane(lane.database, asHolder('run B'))).toBeNull();

    await endLease(lane.database, { ...lease, epoch: lease.epoch + 1 });
    expect(await enterLane(lane.database, asHolder('run B'))).not.toBeNull();
  });

  test('is renewed by a look at the next file and by a write', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    const pass = await lane.enter();

    for (const work of [takeNextFile, startApplying]) {
      await lane.database.query(`UPDATE lane SET expires_at = clock_timestamp() + interval '1 second'`);

      await work(lane.database, pass, 1);

      const [lease] = await lane.database.query(
        `SELECT expires_at > clock_timestamp() + interval '30 seconds' AS "isRenewed" FROM lane`,
      );
      expect(lease).toEqual({ isRenewed: true });
    }
  });
});

describe('the next file', () => {
  test('is the first by number that is not closed', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await lane.makeReadyFile('recent-changes');

    const pass = await lane.enter();

    expect(await takeNextFile(lane.database, pass)).toMatchObject({ sequence: 1 });
    await startApplying(lane.database, pass, 1);
    await closeFile(lane.database, pass, 1);
    expect(await takeNextFile(lane.database, pass)).toMatchObject({ sequence: 2 });
  });

  test('may be one that is still WRITING, so that no later file is applied before it', async () => {
    const lane = await openLane();
    const writing = await lane.produce('hard-sync');
    await lane.makeReadyFile('recent-changes');

    expect(await takeNextFile(lane.database, await lane.enter())).toMatchObject({
      sequence: writing,
      state: 'WRITING',
    });
  });

  test('is a blocked one until a person decides, and the lane is free meanwhile', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await lane.makeReadyFile('recent-changes');
    const block = { sequence: 1, code: 'FILE_MISSING', reason: 'It is not there.' } as const;
    await blockFile(lane.database, await lane.enter('run A'), block);

    const pass = await lane.enter('run B');

    expect(await takeNextFile(lane.database, pass)).toMatchObject({ sequence: 1, state: 'BLOCKED' });
    expect(await readLaneView(lane.database, SHOP)).toMatchObject({
      state: 'blocked',
      reason: 'FILE_MISSING: It is not there.',
    });
    await lane.decide('retry', 1);
    expect(await takeNextFile(lane.database, await lane.enter('run B'))).toMatchObject({ state: 'READY' });
  });

  test('is never missed: a file that becomes READY is seen by the lane’s last look, or finds the lane free', async () => {
    const lane = await openLane();
    for (let round = 0; round < 20; round += 1) {
      const sequence = await lane.produce('hard-sync');
      const pass = await lane.enter('run A');
      // The producer wakes the lane after READY has committed.
      const woken = lane.markReady(sequence).then(() => enterLane(lane.database, asHolder('run B')));
      const [seen, entered] = await Promise.all([lookWhileWriting(lane, pass), woken]);

      expect(seen === 'READY' || entered !== null).toBe(true);
      await lane.database.query(`UPDATE upload_file SET state = 'SUPERSEDED' WHERE state <> 'SUPERSEDED'`);
      await lane.database.query('UPDATE lane SET holder = NULL');
    }
  });
});

/** Looks at the next file, again and again while it is WRITING, as Process uploads does. Returns its state then. */
async function lookWhileWriting(lane: Lane, pass: LanePass): Promise<string | undefined> {
  for (;;) {
    const file = await takeNextFile(lane.database, pass);
    if (file?.state !== 'WRITING') return file?.state;
  }
}

describe('a Hard Sync that becomes READY', () => {
  test('supersedes what waits before it, but not what is being applied', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await startApplying(lane.database, await lane.enter(), 1);
    await lane.makeReadyFile('recent-changes');
    await lane.makeReadyFile('hard-sync');
    await lane.makeReadyFile('recent-changes');

    expect(await lane.readStates()).toEqual(['APPLYING', 'SUPERSEDED', 'READY', 'READY']);
  });

  test.each([
    ['supersedes a file that is blocked by a fault of its own', 'FILE_CHECKSUM_MISMATCH', 'SUPERSEDED'],
    ['supersedes no file that is blocked by a fault of the shop', 'SHOPIFY_ACCESS_DENIED', 'BLOCKED'],
  ] as const)('%s', async (_behaviour, code, state) => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await blockFile(lane.database, await lane.enter(), { sequence: 1, code, reason: 'test' });

    await lane.makeReadyFile('hard-sync');

    expect(await lane.readStates()).toEqual([state, 'READY']);
  });
});

test('a blocked file with an unanswered call is not superseded, because the call may still arrive', async () => {
  const lane = await openLane();
  await lane.makeFileBlockedWithUnansweredCall();

  await lane.makeReadyFile('hard-sync');

  expect(await lane.readStates()).toEqual(['BLOCKED', 'READY']);
});

test('a file that is superseded between the look at it and its start is not applied', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  const pass = await lane.enter();
  expect(await takeNextFile(lane.database, pass)).toMatchObject({ sequence: 1, state: 'READY' });
  await lane.makeReadyFile('hard-sync');

  expect(await startApplying(lane.database, pass, 1)).toBe(false);

  expect(await lane.readStates()).toEqual(['SUPERSEDED', 'READY']);
});

test('the rows of a file under way are counted for whoever asks for the lane, and for no look at all lanes', async () => {
  const lane = await openLane(['SHIRT', 'SOCKS', 'TIE', 'HAT']);
  await lane.makeReadyFile('hard-sync');
  await startApplying(lane.database, await lane.enter(), 1);
  await lane.settle('SHIRT', 1, 'APPLIED');
  await lane.settle('SOCKS', 1, 'UNCHANGED');
  await lane.settle('TIE', 1, 'QUARANTINED');

  const { files, productsWaiting, left: _left, ...lookedAt } = await readLaneView(lane.database, SHOP);
  const glance = await glanceAtLane(lane.database, SHOP);

  expect(files).toMatchObject([{ rows: 4, applied: 1, skipped: 1, quarantined: 1, owed: 0 }]);
  expect(productsWaiting).toBe(1);
  const uncounted = files.map(({ applied: _, skipped: _s, quarantined: _q, owed: _o, ...file }) => file);
  expect(glance).toEqual({ ...lookedAt, files: uncounted });
});
