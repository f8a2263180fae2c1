/** What waits in the outbox when the clock is set back by hours. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeMessage } from '../../src/domain/alert-message.ts';
import { planMessages } from '../../src/domain/alert-target.ts';
import type { Condition } from '../../src/domain/condition-states.ts';
import {
  claimMessage,
  countMessages,
  findNextTry,
  markDelivered,
  markFailed,
  putMessage,
} from '../../src/postgres/alerts/outbox.ts';
import { addTarget } from '../../src/postgres/alerts/targets.ts';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const HOUR_MS = 60 * 60_000;
const EVENING = new Date('2026-11-26T20:00:00Z');
/** By the clock, five hours before. */
const SET_BACK = new Date(EVENING.getTime() - 5 * HOUR_MS);

async function openOutbox(): Promise<Database> {
  const { database } = await freshDatabase();
  await addTarget(database, {
    ...{ name: 'ops', kind: 'webhook', address: 'https://hooks.example.com', sender: null },
    ...{ secretRef: 'env:ALERT_SECRET', minSeverity: 'warning', remindEveryMs: 4 * HOUR_MS },
  });
  await putAt(database, EVENING);
  return database;
}

const putAt = (database: Database, at: Date) =>
  database.transaction((connection) =>
    putMessage(
      connection,
      'ops',
      'began',
      makeMessage({ id: randomUUID(), phase: 'began', at, note: null }, []),
      [],
    ),
  );

test('a message that was to be tried again is due at once, and its next pause is by the new clock', async () => {
  const database = await openOutbox();
  const first = await claimMessage(database, EVENING, 0);
  if (first) await markFailed(database, first, 'ALERT_REFUSED: HTTP 500', EVENING);
  expect(await claimMessage(database, EVENING, 0)).toBeNull();

  expect(await findNextTry(database, SET_BACK)).toEqual(SET_BACK);
  const again = await claimMessage(database, SET_BACK, 0);
  expect(again).toMatchObject({ id: first?.id, tries: 2 });
  expect(await claimMessage(database, SET_BACK, 0)).toBeNull();
  if (again) await markFailed(database, again, 'ALERT_REFUSED: HTTP 500', SET_BACK);
  expect(await findNextTry(database, SET_BACK)).toEqual(new Date(SET_BACK.getTime() + 60_000));
});

test('a message whose sender died with it is free, and a message of now does not wait for it', async () => {
  const database = await openOutbox();
  expect(await claimMessage(database, EVENING, 0)).not.toBeNull();
  await putAt(database, SET_BACK);

  for (const _ of ['that of the evening', 'that of now']) {
    const claimed = await claimMessage(database, SET_BACK, 0);
    expect(claimed).not.toBeNull();
    if (claimed) await markDelivered(database, claimed, SET_BACK);
  }
  expect(await findNextTry(database, SET_BACK)).toBeNull();
});

test('messages of the time that is to come again use up nobody’s share of an hour', async () => {
  const database = await openOutbox();
  await putAt(database, SET_BACK);

  const count = (now: Date) =>
    database.transaction((connection) =>
      countMessages(connection, 'ops', new Date(now.getTime() - HOUR_MS), now),
    );
  expect(await count(SET_BACK)).toBe(1);
  expect(await count(EVENING)).toBe(1);
});

test('who was told in the time that is to come again is reminded at once, and then as always', () => {
  const condition = conditionAt(SET_BACK);
  const phasesAt = (toldAt: Date, now: Date) =>
    planMessages(
      { minSeverity: 'warning', remindEveryMs: HOUR_MS },
      [{ condition, toldAt }],
      0,
      now,
    ).messages?.map(({ phase }) => phase);
  expect(phasesAt(EVENING, SET_BACK)).toEqual(['still']);
  expect(phasesAt(SET_BACK, SET_BACK)).toEqual([]);
  expect(phasesAt(SET_BACK, new Date(SET_BACK.getTime() + HOUR_MS))).toEqual(['still']);
});

function conditionAt(at: Date): Condition & { readonly id: number } {
  return {
    ...{ id: 1, code: 'LANE_BLOCKED', shopId: 'acme', part: '', checkName: 'acme: lane', cost: 'cheap' },
    ...{ detail: 'File 7 blocks the lane.', hint: '', seenInRow: 9, missedInRow: 0 },
    ...{ since: at, firstSeenAt: at, lastSeenAt: at, beganAt: at, endedAt: null },
  };
}
