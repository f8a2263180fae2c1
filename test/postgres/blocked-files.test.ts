/** Files that are blocked: by a cause that may go away by itself, and by a person. */
import { describe, expect, test } from 'vitest';
import {
  blockFile,
  closeFile,
  enterLane,
  renewLease,
  startApplying,
  takeNextFile,
} from '../../src/postgres/lane/lane.ts';
import { readLaneView } from '../../src/postgres/lane/lane-view.ts';
import { asHolder, openLane, type Lane } from './lane-under-test.ts';
import { SHOP } from './retailer.ts';

const AGAIN = { triesBlocked: true };

function look(lane: Lane) {
  return readLaneView(lane.database, SHOP);
}

describe('a file that is blocked by a cause that may go away by itself', () => {
  test('is taken up again by a run that may, and by no other', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await lane.block(1, 'SHOPIFY_UNREACHABLE');
    expect(await look(lane)).toMatchObject({ state: 'blocked', movedOnBy: 'next-run' });

    expect(await takeNextFile(lane.database, await lane.enter('run A'))).toMatchObject({ state: 'BLOCKED' });
    expect(await takeNextFile(lane.database, await lane.enter('run B'), AGAIN)).toMatchObject({
      state: 'READY',
      reasonCode: 'SHOPIFY_UNREACHABLE',
    });
  });

  test.each([
    ['WRITING', (lane: Lane) => lane.produce('hard-sync')],
    ['READY', (lane: Lane) => lane.makeReadyFile('hard-sync')],
    ['APPLYING', (lane: Lane) => lane.makeFileBlockedWithUnansweredCall()],
  ] as const)('goes back to %s', async (state, make) => {
    const lane = await openLane();
    await make(lane);
    if (state === 'APPLYING') await lane.decide('retry', 1);
    await lane.block(1, 'SFTP_UNREACHABLE');

    expect(await takeNextFile(lane.database, await lane.enter(), AGAIN)).toMatchObject({ state });
  });

  test('tells since when, and what failed last, until it is applied', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await lane.block(1, 'SHOPIFY_UNREACHABLE');
    const { blockedSince } = await look(lane);
    expect(blockedSince).not.toBeNull();

    const pass = await lane.enter();
    await takeNextFile(lane.database, pass, AGAIN);
    expect(await look(lane)).toMatchObject({ state: 'applying', blockedSince, movedOnBy: 'next-run' });

    await lane.block(1, 'SHOPIFY_THROTTLED');
    expect(await look(lane)).toMatchObject({
      state: 'blocked',
      blockedSince,
      reason: expect.stringContaining('SHOPIFY_THROTTLED') as string,
    });

    const last = await lane.enter();
    await takeNextFile(lane.database, last, AGAIN);
    await startApplying(lane.database, last, 1);
    await closeFile(lane.database, last, 1);
    expect(await look(lane)).toMatchObject({ blockedSince: null, reason: null, movedOnBy: null });
  });

  test('is superseded by a Hard Sync, unless the outcome of one of its calls is unknown', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await lane.block(1, 'SHOPIFY_UNREACHABLE');
    await lane.makeReadyFile('hard-sync');
    expect(await lane.readStates()).toEqual(['SUPERSEDED', 'READY']);

    const other = await openLane();
    await other.makeFileBlockedWithUnansweredCall();
    await other.decide('retry', 1);
    await other.block(1, 'SHOPIFY_UNREACHABLE');
    await other.makeReadyFile('hard-sync');
    expect(await other.readStates()).toEqual(['BLOCKED', 'READY']);
  });

  test('stays where it is when it is not in the state any more in which a step of it has failed', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    const block = { sequence: 1, code: 'SFTP_UNREACHABLE', reason: 'no', from: ['WRITING'] } as const;

    await blockFile(lane.database, await lane.enter(), block);

    expect(await lane.readStates()).toEqual(['READY']);
  });

  test('that a person has decided about is not blocked again by the step that had blocked it, whose answer was lost', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    const head = await takeNextFile(lane.database, await lane.enter());
    const block = {
      sequence: 1,
      code: 'LOCATION_UNUSABLE',
      reason: 'It is deactivated.',
      lastBlocked: head?.lastBlocked ?? null,
    } as const;
    await blockFile(lane.database, await lane.enter(), block);
    await lane.decide('retry', 1);

    await blockFile(lane.database, await lane.enter(), block);

    expect(await lane.readStates()).toEqual(['READY']);
    const again = await takeNextFile(lane.database, await lane.enter());
    await blockFile(lane.database, await lane.enter(), { ...block, lastBlocked: again?.lastBlocked ?? null });
    expect(await lane.readStates()).toEqual(['BLOCKED']);
  });

  test('that needs a person is not taken up by any run', async () => {
    const lane = await openLane();
    await lane.makeBlockedFile();

    expect(await takeNextFile(lane.database, await lane.enter(), AGAIN)).toMatchObject({ state: 'BLOCKED' });
    expect(await look(lane)).toMatchObject({ movedOnBy: 'person' });
  });
});

describe('a person', () => {
  const OPEN: Readonly<Record<string, (lane: Lane) => Promise<unknown>>> = {
    WRITING: (lane) => lane.produce('hard-sync'),
    READY: (lane) => lane.makeReadyFile('hard-sync'),
    APPLYING: async (lane) => {
      await lane.makeReadyFile('hard-sync');
      await startApplying(lane.database, await lane.enter(), 1);
    },
    BLOCKED: async (lane) => {
      await lane.makeReadyFile('hard-sync');
      await lane.block(1, 'SHOPIFY_UNREACHABLE');
    },
  };

  test.each(Object.keys(OPEN))('stops a file that is %s, and no run takes it up again', async (state) => {
    const lane = await openLane();
    await OPEN[state]?.(lane);

    expect(await lane.hold()).toMatchObject({ decision: 'hold', sequence: 1, by: 'Ann' });

    expect(await look(lane)).toMatchObject({
      state: 'blocked',
      movedOnBy: 'person',
      reason: 'HELD_BY_PERSON: Ann has stopped the file: it does not go.',
    });
    expect(await takeNextFile(lane.database, await lane.enter('run B'), AGAIN)).toMatchObject({
      state: 'BLOCKED',
    });
  });

  test('who stops a file ends the lease of the run, whose next write is refused', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    const working = await lane.enter('run A');
    await startApplying(lane.database, working, 1);

    await lane.hold(1);

    await expect(renewLease(lane.database, working)).rejects.toMatchObject({ code: 'LANE_TAKEN_OVER' });
    await expect(closeFile(lane.database, working, 1)).rejects.toMatchObject({ code: 'LANE_TAKEN_OVER' });
    expect(await lane.readStates()).toEqual(['BLOCKED']);
    expect(await enterLane(lane.database, asHolder('run B'))).not.toBeNull();
  });

  test('who stops a file keeps a run out that comes back for it, and the lane stays free', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await startApplying(lane.database, await lane.enter('run A'), 1);
    await lane.hold();

    const again = enterLane(lane.database, asHolder('run A'), { sequence: 1, states: ['APPLYING'] });

    await expect(again).rejects.toMatchObject({ code: 'UPLOAD_FILE_TAKEN_BACK' });
    expect(await enterLane(lane.database, asHolder('run B'))).not.toBeNull();
  });

  test('can skip, retry and rewrite a file after stopping it', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await lane.hold();
    await lane.decide('retry', 1);
    expect(await lane.readStates()).toEqual(['READY']);
    expect(await look(lane)).toMatchObject({ reason: null, blockedSince: null });

    await lane.hold();
    await lane.decide('rewrite', 1);
    expect(await lane.readStates()).toEqual(['WRITING']);

    await lane.hold();
    await lane.decide('skip', 1, { expectedReason: 'HELD_BY_PERSON' });
    expect(await lane.readStates()).toEqual(['SKIPPED']);
  });

  test('who stops a file does not shorten the wait for an unanswered call before it is skipped', async () => {
    const lane = await openLane();
    await lane.makeFileBlockedWithUnansweredCall();
    await lane.decide('retry', 1);
    await lane.database.query(`UPDATE shopify_call SET stored_at = clock_timestamp() - interval '1 hour'`);
    await lane.database.query(`UPDATE upload_file SET blocked_at = clock_timestamp() - interval '1 hour'`);

    await lane.hold();

    await expect(lane.decide('skip', 1)).rejects.toMatchObject({ code: 'UPLOAD_FILE_CALL_UNANSWERED' });
  });

  test('stops a later file, and the files before it go on', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await lane.makeReadyFile('recent-changes');

    await lane.hold(2);

    expect(await look(lane)).toMatchObject({ state: 'waiting', reason: null });
    expect(await takeNextFile(lane.database, await lane.enter())).toMatchObject({
      sequence: 1,
      state: 'READY',
    });
  });

  test('is refused when the file is done, unknown, or when no file waits', async () => {
    const lane = await openLane();
    await expect(lane.hold()).rejects.toMatchObject({ code: 'LANE_EMPTY' });
    await lane.makeBlockedFile();
    await lane.decide('skip', 1);

    await expect(lane.hold(1)).rejects.toMatchObject({ code: 'UPLOAD_FILE_DONE' });
    await expect(lane.hold(7)).rejects.toMatchObject({ code: 'UPLOAD_FILE_UNKNOWN' });
    await expect(lane.hold()).rejects.toMatchObject({ code: 'LANE_EMPTY' });
  });
});
