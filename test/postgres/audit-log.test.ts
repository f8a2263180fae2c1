/** The audit log: what people did is written before it begins, completed when it ends, and never changed afterwards. */
import { describe, expect, test } from 'vitest';
import { AUDIT_LOG_KEPT_DAYS, LOG_ROWS_PER_PURGE } from '../../src/domain/limits.ts';
import { beginAct, endAct, listActs, type ActFilter } from '../../src/postgres/audit-log.ts';
import type { Database } from '../../src/postgres/database.ts';
import { purge } from '../../src/postgres/purge.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const SET_SHOP = { act: 'shop.set', actor: 'kim', via: 'cli', input: { shopId: 'blue', toZeroLimit: 30 } };

describe('an act', () => {
  test('is in the log from its beginning on, without an end', async () => {
    const { database } = await freshDatabase();
    const before = new Date();

    const id = await beginAct(database, SET_SHOP);

    const { acts } = await listActs(database, { limit: 10 });
    expect(acts).toEqual([
      {
        ...SET_SHOP,
        id,
        startedAt: expect.any(Date) as Date,
        endedAt: null,
        outcome: null,
        before: null,
        after: null,
      },
    ]);
    // Postgres and this test read the clock of the same machine.
    expect(acts[0]?.startedAt.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1);
  });

  test('is listed as DONE when it succeeded, with what it changed', async () => {
    const { database } = await freshDatabase();
    const id = await beginAct(database, SET_SHOP);

    await endAct(database, id, { outcome: 'DONE', before: { toZeroLimit: 20 }, after: { toZeroLimit: 30 } });

    const [act] = (await listActs(database, { limit: 10 })).acts;
    expect(act).toMatchObject({
      id,
      outcome: 'DONE',
      before: { toZeroLimit: 20 },
      after: { toZeroLimit: 30 },
    });
    expect(act?.endedAt?.getTime()).toBeGreaterThanOrEqual(act?.startedAt.getTime() ?? Infinity);
  });

  test('is listed with the code of its error when it failed, without what it would have changed', async () => {
    const { database } = await freshDatabase();
    const id = await beginAct(database, SET_SHOP);

    await endAct(database, id, { outcome: 'SHOP_UNKNOWN' });

    expect((await listActs(database, { limit: 10 })).acts).toMatchObject([
      { outcome: 'SHOP_UNKNOWN', before: null, after: null },
    ]);
  });

  test('ends once: a second end changes nothing', async () => {
    const { database } = await freshDatabase();
    const id = await beginAct(database, SET_SHOP);
    await endAct(database, id, { outcome: 'DONE', after: { toZeroLimit: 30 } });

    await endAct(database, id, { outcome: 'SHOP_BUSY' });

    expect((await listActs(database, { limit: 10 })).acts).toMatchObject([
      { outcome: 'DONE', after: { toZeroLimit: 30 } },
    ]);
  });

  test('is not changed by any statement once it has ended', async () => {
    const { database } = await freshDatabase();
    await endAct(database, await beginAct(database, SET_SHOP), { outcome: 'DONE' });

    await expect(database.query(`UPDATE audit_log SET actor = 'somebody else'`)).rejects.toThrow(
      'an act that has ended never changes',
    );
  });

  test('keeps a replacement character in its input for what Postgres cannot store', async () => {
    const { database } = await freshDatabase();

    await beginAct(database, {
      ...SET_SHOP,
      input: { name: 'a\0b', half: '\uD800', odd: String.raw`\u0000` },
    });

    expect((await listActs(database, { limit: 10 })).acts).toMatchObject([
      { input: { name: 'a\uFFFDb', half: '\uFFFD', odd: String.raw`\u0000` } },
    ]);
  });
});

describe('the list of acts', () => {
  /** They begin in this order, a day after each other, the last one on 5 November. */
  const ACTS = [
    ['shop.add', 'kim'],
    ['shop.set', 'lee'],
    ['shopping.start', 'kim'],
    ['shop', 'kim'],
    ['group.set', 'kim'],
  ] as const;

  async function openLogOfFive(): Promise<Database> {
    const { database } = await freshDatabase();
    for (const [day, [act, actor]] of ACTS.entries()) {
      const id = await beginAct(database, { act, actor, via: 'cli', input: {} });
      await database.query('UPDATE audit_log SET started_at = $2 WHERE id = $1', [
        id,
        new Date(Date.UTC(2026, 10, 1 + day)),
      ]);
    }
    return database;
  }

  async function listNames(database: Database, filter: Partial<ActFilter>): Promise<string[]> {
    return (await listActs(database, { limit: 10, ...filter })).acts.map(({ act }) => act);
  }

  test('has the newest first', async () => {
    const database = await openLogOfFive();

    expect(await listNames(database, {})).toEqual([
      'group.set',
      'shop',
      'shopping.start',
      'shop.set',
      'shop.add',
    ]);
  });

  test('has acts of the same instant in the reverse order of their beginning', async () => {
    const { database } = await freshDatabase();
    for (const act of ['a', 'b', 'c']) await beginAct(database, { ...SET_SHOP, act });
    await database.query(`UPDATE audit_log SET started_at = '2026-11-01'`);

    expect(await listNames(database, {})).toEqual(['c', 'b', 'a']);
  });

  test('can be limited to an exact name, or to all names with the same part before the dot', async () => {
    const database = await openLogOfFive();

    expect(await listNames(database, { act: 'shop.set' })).toEqual(['shop.set']);
    expect(await listNames(database, { act: 'shop' })).toEqual(['shop', 'shop.set', 'shop.add']);
    expect(await listNames(database, { act: 'sho' })).toEqual([]);
    expect(await listNames(database, { act: 'shop%' })).toEqual([]);
  });

  test('can be limited to one person, and to acts since an instant', async () => {
    const database = await openLogOfFive();

    expect(await listNames(database, { actor: 'lee' })).toEqual(['shop.set']);
    expect(await listNames(database, { since: new Date('2026-11-04T00:00:00Z') })).toEqual([
      'group.set',
      'shop',
    ]);
    expect(await listNames(database, { act: 'shop', actor: 'kim' })).toEqual(['shop', 'shop.add']);
  });

  test('says whether there are more acts than it was asked for', async () => {
    const database = await openLogOfFive();

    expect(await listActs(database, { limit: 5 })).toMatchObject({ more: false });
    const { acts, more } = await listActs(database, { limit: 4 });
    expect(acts.map(({ act }) => act)).toEqual(['group.set', 'shop', 'shopping.start', 'shop.set']);
    expect(more).toBe(true);
  });
});

describe('the purge', () => {
  test(`removes acts of more than ${AUDIT_LOG_KEPT_DAYS} days ago, and keeps younger ones`, async () => {
    const { database } = await freshDatabase();
    for (const days of [AUDIT_LOG_KEPT_DAYS - 1, AUDIT_LOG_KEPT_DAYS + 1]) {
      const id = await beginAct(database, { ...SET_SHOP, input: { days } });
      await database.query(
        'UPDATE audit_log SET started_at = now() - make_interval(days => $2) WHERE id = $1',
        [id, days],
      );
      await endAct(database, id, { outcome: 'DONE' });
    }

    await purge(database);

    expect((await listActs(database, { limit: 10 })).acts).toMatchObject([
      { input: { days: AUDIT_LOG_KEPT_DAYS - 1 } },
    ]);
  });

  test('removes more old acts than one of its statements takes', async () => {
    const { database } = await freshDatabase();
    await database.query(
      `INSERT INTO audit_log (act, actor, via, started_at, input)
       SELECT 'shop.set', 'kim', 'cli', now() - make_interval(days => $1), '{}' FROM generate_series(1, $2)`,
      [AUDIT_LOG_KEPT_DAYS + 1, LOG_ROWS_PER_PURGE + 1],
    );

    await purge(database);

    expect(await listActs(database, { limit: 10 })).toEqual({ acts: [], more: false });
  });
});
