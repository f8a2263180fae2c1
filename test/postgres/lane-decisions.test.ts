/** A decision about a blocked file is carried out once, recorded with who and why, and refused when it is stale. */
import { describe, expect, test } from 'vitest';
import { UNANSWERED_CALL_SETTLED_AFTER_MS } from '../../src/domain/limits.ts';
import { startApplying } from '../../src/postgres/lane/lane.ts';
import { decide, isRewritten, listDecisions } from '../../src/postgres/lane/lane-decisions.ts';
import { openLane } from './lane-under-test.ts';
import { BROADWAY, SHOP } from './retailer.ts';

describe('a retry', () => {
  test('puts a file that was never begun back to READY', async () => {
    const lane = await openLane();
    await lane.makeBlockedFile();

    expect(await lane.decide('retry', 1)).toMatchObject({ decision: 'retry', by: 'Ann', sequence: 1 });

    expect(await lane.readStates()).toEqual(['READY']);
  });

  test('puts a file that never came to SFTP back to WRITING', async () => {
    const lane = await openLane();
    await lane.produce('hard-sync');
    await lane.block(1, 'FILE_NAME_TAKEN');

    await lane.decide('retry', 1);

    expect(await lane.readStates()).toEqual(['WRITING']);
  });

  test('puts a file that has begun back to APPLYING, where it goes on with its stored calls', async () => {
    const lane = await openLane();
    await lane.makeFileBlockedWithUnansweredCall();

    await lane.decide('retry', 1);

    expect(await lane.readStates()).toEqual(['APPLYING']);
  });
});

test('a rewrite puts a file back to WRITING and removes the hash of what was written', async () => {
  const lane = await openLane();
  await lane.makeFileBlockedWithUnansweredCall();
  expect(await isRewritten(lane.database, SHOP, 1)).toBe(false);

  await lane.decide('rewrite', 1);

  expect(await lane.readStates()).toEqual(['WRITING']);
  expect(await lane.database.query('SELECT sha256 FROM upload_file')).toEqual([{ sha256: null }]);
  expect(await isRewritten(lane.database, SHOP, 1)).toBe(true);
});

describe('a skip', () => {
  test('owes the products that the file has not applied and that no later file carries', async () => {
    const lane = await openLane(['BEANIE', 'SHIRT', 'SOCKS', 'TOTE']);
    await lane.makeBlockedFile();
    await lane.settle('BEANIE', 1, 'APPLIED');
    await lane.settle('TOTE', 1, 'QUARANTINED');
    await lane.produce('recent-changes'); // of a shirt

    const outcome = await lane.decide('skip', 1);

    expect(outcome).toMatchObject({ decision: 'skip', sequence: 1, owed: 2 });
    expect(await lane.readStates()).toEqual(['SKIPPED', 'WRITING']);
    expect(await lane.readOwed()).toEqual(['SOCKS SKIPPED', 'TOTE SKIPPED']);
    const [file] = await lane.database.query(
      `SELECT applied_count AS applied, quarantined_count AS quarantined, closed_at IS NOT NULL AS "isClosed"
       FROM upload_file WHERE sequence = 1`,
    );
    expect(file).toEqual({ applied: 1, quarantined: 1, isClosed: true });
  });

  test('lets the next delta carry the products of the file, although nothing has changed since', async () => {
    const lane = await openLane(['SHIRT', 'SOCKS']);
    await lane.makeBlockedFile();
    await lane.decide('skip', 1);

    const { file } = await lane.retailer.produce('recent-changes');

    expect(await lane.retailer.rowsOf(file?.sequence ?? 0)).toEqual({ SHIRT: 11, SOCKS: 10 });
    expect(await lane.readOwed()).toEqual([]);
  });

  test('is refused while a call of the file may still arrive at Shopify, and gives the call up afterwards', async () => {
    const lane = await openLane();
    await lane.makeFileBlockedWithUnansweredCall();
    const age = (column: string, seconds: number) =>
      lane.database.query(`UPDATE ${column === 'stored_at' ? 'shopify_call' : 'upload_file'}
        SET ${column} = clock_timestamp() - make_interval(secs => ${seconds})`);
    const settledAfter = UNANSWERED_CALL_SETTLED_AFTER_MS / 1000;

    // The call was stored long ago, but it was repeated until the file was blocked.
    await age('stored_at', settledAfter + 1);
    await expect(lane.decide('skip', 1)).rejects.toMatchObject({ code: 'UPLOAD_FILE_CALL_UNANSWERED' });
    expect(await lane.readStates()).toEqual(['BLOCKED']);

    await age('blocked_at', settledAfter + 1);
    await lane.decide('skip', 1);
    expect(await lane.readStates()).toEqual(['SKIPPED']);
    expect(await lane.database.query('SELECT state FROM shopify_call')).toEqual([
      { state: 'EXPIRED_UNKNOWN' },
    ]);
  });

  test('waits no longer for an unanswered call when the clock was set back by hours', async () => {
    const lane = await openLane();
    await lane.makeFileBlockedWithUnansweredCall();
    await lane.database.query(`UPDATE shopify_call SET stored_at = clock_timestamp() + interval '3 hours'`);
    await lane.database.query(`UPDATE upload_file SET blocked_at = clock_timestamp() + interval '3 hours'`);
    await expect(lane.decide('skip', 1)).rejects.toMatchObject({
      code: 'UPLOAD_FILE_CALL_UNANSWERED',
      detail: { seconds: 0 },
    });

    const settledAfter = UNANSWERED_CALL_SETTLED_AFTER_MS / 1000 + 1;
    await lane.database.query(
      `UPDATE upload_file SET blocked_at = blocked_at - make_interval(secs => $1::float8)`,
      [settledAfter],
    );
    await lane.decide('skip', 1);
    expect(await lane.readStates()).toEqual(['SKIPPED']);
  });
});

describe('a decision', () => {
  test('is recorded with who made it and why', async () => {
    const lane = await openLane();
    await lane.makeBlockedFile();
    await lane.decide('retry', 1, { by: 'Bert', reason: 'put back' });
    await lane.block(1);
    await lane.decide('skip', 1);

    expect(await listDecisions(lane.database, SHOP)).toMatchObject([
      { decision: 'skip', sequence: 1, plan: null, by: 'Ann', reason: null },
      { decision: 'retry', sequence: 1, plan: null, by: 'Bert', reason: 'put back' },
    ]);
  });

  test.each(['retry', 'rewrite', 'skip'] as const)(
    'to %s a file that is not blocked, or not known, is refused',
    async (what) => {
      const lane = await openLane();
      await lane.makeReadyFile('hard-sync');
      await startApplying(lane.database, await lane.enter(), 1);

      await expect(lane.decide(what, 1)).rejects.toMatchObject({ code: 'UPLOAD_FILE_NOT_BLOCKED' });
      await expect(lane.decide(what, 7)).rejects.toMatchObject({ code: 'UPLOAD_FILE_UNKNOWN' });
      expect(await lane.readStates()).toEqual(['APPLYING']);
      expect(await listDecisions(lane.database, SHOP)).toEqual([]);
    },
  );

  test('is refused when the file is blocked for another reason than the decision expects', async () => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    await lane.block(1, 'LOCATION_UNUSABLE');

    await expect(lane.decide('skip', 1, { expectedReason: 'FILE_MISSING' })).rejects.toMatchObject({
      code: 'UPLOAD_FILE_BLOCKED_OTHERWISE',
      message: expect.stringContaining('blocked by LOCATION_UNUSABLE, not by FILE_MISSING') as string,
    });
    await lane.decide('skip', 1, { expectedReason: 'LOCATION_UNUSABLE' });
    expect(await lane.readStates()).toEqual(['SKIPPED']);
  });

  test('returns its own outcome when the same update comes again', async () => {
    const lane = await openLane();
    await lane.makeBlockedFile();
    const first = await lane.decide('skip', 1, { key: 'update 1' });
    await lane.retailer.post('SHIRT', BROADWAY, 1, 0);

    expect(await lane.decide('skip', 1, { key: 'update 1' })).toEqual(first);

    expect(await listDecisions(lane.database, SHOP)).toHaveLength(1);
    await expect(lane.decide('skip', 1, { key: 'update 2' })).rejects.toMatchObject({
      code: 'UPLOAD_FILE_NOT_BLOCKED',
    });
  });

  test('is carried out for exactly one of two people who decide at once', async () => {
    const lane = await openLane();
    for (let round = 0; round < 10; round += 1) {
      const sequence = await lane.makeBlockedFile('hard-sync');

      const outcomes = await Promise.allSettled([
        lane.decide('skip', sequence, { by: 'Ann' }),
        lane.decide('retry', sequence, { by: 'Bert' }),
      ]);

      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual([
        'UPLOAD_FILE_NOT_BLOCKED',
      ]);
      const [winner] = await listDecisions(lane.database, SHOP);
      const states = await lane.readStates();
      expect(states.at(-1)).toBe(winner?.decision === 'skip' ? 'SKIPPED' : 'READY');
    }
  });

  test('is refused for an unknown shop', async () => {
    const { database } = await openLane();

    const decision = { decision: 'release', by: 'Ann' } as const;
    await expect(
      decide(database, { shopId: 'red-shirts', decisionKey: 'update 1', decision }),
    ).rejects.toMatchObject({ code: 'SHOP_UNKNOWN' });
  });
});
