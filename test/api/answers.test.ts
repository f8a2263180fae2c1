/** No request waits for ever: what takes long is answered with where its answer will be. */
import { once } from 'node:events';
import { request } from 'node:http';
import { beforeAll, expect, test } from 'vitest';
import { PATIENCE } from '../../src/api/connections.ts';
import { until } from '../setup/until.ts';
import { openApi, refusalOf, type Answer, type ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await openApi({}, { patience: { ...PATIENCE, answerMs: 200, answerLookMs: 100 } });
});

/** Does `work` while whatever needs facility groups waits. */
async function whileGroupsAreLocked(work: () => Promise<void>): Promise<void> {
  await api.database.transaction(async (connection) => {
    await connection.query('LOCK TABLE facility_group IN ACCESS EXCLUSIVE MODE');
    await work();
  });
}

function placeOf(answer: Answer): string {
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([202, '1']);
  const place = answer.headers.get('location') ?? '';
  expect(place).toMatch(/^\/api\/answer\/[0-9a-f-]{36}$/);
  expect(answer.json).toMatchObject({
    answer: place.split('/').at(-1),
    begunAt: expect.any(String) as string,
  });
  return place;
}

async function fetched(place: string, init: RequestInit = {}): Promise<Answer> {
  return until(async () => {
    const answer = await api.ask(place, init);
    expect(answer.status).not.toBe(202);
    return answer;
  });
}

test('an act goes on after its request was answered, and is told once to whoever has begun it', async () => {
  let place = '';
  await whileGroupsAreLocked(async () => {
    place = placeOf(await api.post('/api/group/set', { facilityGroupId: 'FAC_GRP', threshold: 7 }));
    // Whoever asks there while it goes on is told so.
    expect(placeOf(await api.ask(place))).toBe(place);
    const others = { headers: { authorization: `Bearer ${api.tokens.operator}` } };
    expect(refusalOf(await api.ask(place, others))).toBe('400 ANSWER_UNKNOWN');
  });
  const answer = await fetched(place);
  expect([answer.status, answer.json]).toMatchObject([200, { facilityGroupId: 'FAC_GRP', threshold: 7 }]);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(refusalOf(await api.ask(place))).toBe('400 ANSWER_UNKNOWN');
});

test('what fails later is refused there as it would have been at once', async () => {
  let place = '';
  await whileGroupsAreLocked(async () => {
    place = placeOf(await api.post('/api/group/set', { facilityGroupId: 'NO_SUCH', threshold: 7 }));
  });
  expect(refusalOf(await fetched(place))).toBe('400 FACILITY_GROUP_UNKNOWN');
});

test('a file that was sent is there until its answer is', async () => {
  await api.database.query(`INSERT INTO product (product_id, sku) VALUES ('SOCKS', 'SOCKS')`);
  await api.post('/api/facility/add', {
    ...{ facilityId: 'BROADWAY', facilityName: 'Broadway', facilityTypeId: 'RETAIL_STORE' },
  });
  let place = '';
  await api.database.transaction(async (connection) => {
    await connection.query('LOCK TABLE product IN ACCESS EXCLUSIVE MODE');
    const answer = await api.ask('/api/feed/import?file=MDM_INV_VARIANCE__a.csv&dryRun=true', {
      ...{ method: 'POST', body: 'idValue,facilityId,availableDelta\nSOCKS,BROADWAY,5\nTIE,BROADWAY,5\n' },
      headers: { 'content-type': 'text/csv' },
    });
    place = placeOf(answer);
    expect(answer.json).toMatchObject({
      act: 'feed.import',
      progress: expect.stringContaining('Judging MDM_INV_VARIANCE__a.csv') as string,
    });
  });
  expect((await fetched(place)).json).toMatchObject({
    ...{ rows: 2, applied: 1, failed: 1 },
    refusedRows: expect.stringContaining('PRODUCT_UNKNOWN') as string,
  });
});

test('rows as CSV that come late keep their type and their columns', async () => {
  let place = '';
  await whileGroupsAreLocked(async () => {
    place = placeOf(await api.ask('/api/group/list', { headers: { accept: 'text/csv' } }));
  });
  const { headers, text } = await fetched(place);
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(text).toMatch(/^facilityGroupId,.*\nFAC_GRP,/);
});

test('a client may want to hear sooner', async () => {
  const patient = await openApi();
  await patient.database.transaction(async (connection) => {
    await connection.query('LOCK TABLE facility_group IN ACCESS EXCLUSIVE MODE');
    placeOf(await patient.ask('/api/group/list', { headers: { prefer: 'respond-async, wait=0' } }));
  });
});

test('a look ends when its client goes while it waits for the answer', async () => {
  const slow = await openApi({}, { patience: { ...PATIENCE, answerMs: 100, answerLookMs: 60_000 } });
  const place = await slow.database.transaction(async (connection) => {
    await connection.query('LOCK TABLE facility_group IN ACCESS EXCLUSIVE MODE');
    const found = placeOf(await slow.ask('/api/group/list'));
    const asking = request(`${slow.url}${found}`, {
      headers: { authorization: `Bearer ${slow.tokens.admin}` },
    });
    asking.on('error', () => undefined);
    asking.end();
    await once(asking, 'finish');
    asking.destroy();
    await until(() => expect(slow.log.join('')).toContain('a client has gone before its answer'));
    await until(async () => {
      const { rows } = await connection.query(
        `SELECT FROM pg_locks WHERE NOT granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(rows).toEqual([]);
    });
    return found;
  });
  // Had the statement ended by its own limit, that would be the answer.
  expect(refusalOf(await slow.ask(place))).toBe('500 UNEXPECTED');
});
