/** Passwords of people: their own change of it, how many are checked at once, and what the audit log has of signing in. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  PASSWORDS_CHECKED_AT_ONCE_MAX,
  PASSWORDS_WAITING_MAX,
  REFUSED_SIGN_INS_RECORDED_MAX,
} from '../../src/domain/limits.ts';
import { isPassword } from '../../src/operations/access/passwords.ts';
import { recordRefusal } from '../../src/operations/access/sign-in-records.ts';
import { listActs } from '../../src/postgres/audit-log.ts';
import { AtpError } from '../../src/domain/errors.ts';
import { openApi, PASSWORD, refusalOf, signIn, type ApiUnderTest, type SignedIn } from './api-under-test.ts';

let api: ApiUnderTest;
let count = 0;
let name: string;

beforeAll(async () => {
  api = await openApi();
});

beforeEach(() => {
  name = `user-${(count += 1)}`;
});

const NEW_PASSWORD = 'a new password of mine';
const as = ({ cookie, csrfToken }: SignedIn) => ({
  headers: { authorization: '', cookie, 'atp-csrf-token': csrfToken },
});
const change = (who: SignedIn, password: string, newPassword = NEW_PASSWORD) =>
  api.post('/api/session/password', { password, newPassword }, as(who));
const isSignedIn = async (who: SignedIn) => (await api.ask('/api/session', as(who))).status === 200;

describe('a person gives herself another password', () => {
  test('which ends her other sessions, and not the one in which she did', async () => {
    const here = await signIn(api, name, 'viewer');
    const elsewhere = await signIn(api, name, null);
    expect((await change(here, PASSWORD)).status).toBe(204);

    expect(await isSignedIn(here)).toBe(true);
    expect(await isSignedIn(elsewhere)).toBe(false);
    expect(await signIn(api, name, null, NEW_PASSWORD)).toMatchObject({ json: { name } });
    await expect(signIn(api, name, null, PASSWORD)).rejects.toThrow('SIGN_IN_REFUSED');
    const { acts } = await listActs(api.database, { act: 'session.password', limit: 1 });
    expect(acts).toMatchObject([{ actor: name, outcome: 'DONE', input: {} }]);
  });

  test('and is asked for the old one: nobody takes over a browser that was left', async () => {
    const here = await signIn(api, name, 'admin');
    const elsewhere = await signIn(api, name, null);

    expect(refusalOf(await change(here, 'a wrong password'))).toBe('403 PASSWORD_WRONG');
    expect(refusalOf(await change(here, PASSWORD, 'too short'))).toBe('400 INPUT_INVALID');
    expect(await isSignedIn(elsewhere)).toBe(true);
    expect(await signIn(api, name, null)).toMatchObject({ json: { name } });
    const { acts } = await listActs(api.database, { act: 'session.password', limit: 1 });
    expect(acts).toMatchObject([{ actor: name, outcome: 'PASSWORD_WRONG' }]);
  });

  test('only from a page of ours, and a program has none', async () => {
    const { cookie } = await signIn(api, name, 'viewer');
    const foreign = { headers: { authorization: '', cookie } };
    const input = { password: PASSWORD, newPassword: NEW_PASSWORD };
    expect(refusalOf(await api.post('/api/session/password', input, foreign))).toBe('403 FOREIGN_REQUEST');
    expect(refusalOf(await api.post('/api/session/password', input))).toBe('400 REQUEST_INVALID');
  });

  test('and tries of the old one are counted', async () => {
    const here = await signIn(api, name, 'viewer');
    const answers: string[] = [];
    for (let tried = 0; tried < 11; tried += 1) answers.push(refusalOf(await change(here, 'wrong', 'short')));
    expect(answers.at(-2)).toBe('400 INPUT_INVALID');
    expect(answers.at(-1)).toBe('429 TOO_MANY_REQUESTS');
  });
});

test('so many passwords are checked at once, some wait in their order, and the others are told to come again', async () => {
  const places = PASSWORDS_CHECKED_AT_ONCE_MAX + PASSWORDS_WAITING_MAX;
  const cheap = `$scrypt$ln=4,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  const ended: number[] = [];
  const checks = Array.from({ length: places + 3 }, (_, index) =>
    isPassword('guess', cheap).then((isRight) => {
      ended.push(index);
      return isRight;
    }),
  );
  const results = await Promise.allSettled(checks);

  expect(results.slice(0, places)).toEqual(Array(places).fill({ status: 'fulfilled', value: false }));
  expect(
    results.slice(places).map((result) => (result as PromiseRejectedResult).reason as AtpError),
  ).toMatchObject(Array(3).fill({ code: 'TOO_MANY_REQUESTS' }));
  expect(ended).toHaveLength(places);
  // Nothing is left behind.
  expect(await isPassword('guess', cheap)).toBe(false);
});

describe('the audit log has who was refused', () => {
  const refused = async () => (await listActs(api.database, { act: 'session.refused', limit: 1 })).acts[0];
  const tryAs = (userName: string, password: string) =>
    api.post('/api/session', { userName, password }, { headers: { authorization: '' } });

  test('by the name of the account', async () => {
    await signIn(api, name, 'viewer');
    await tryAs(name.toUpperCase(), 'a wrong password');
    expect(await refused()).toMatchObject({ actor: name, outcome: 'SIGN_IN_REFUSED', via: 'api', input: {} });
  });

  test('and no name that nobody has: it may be a password in the wrong field', async () => {
    await tryAs('my-secret-password', 'ann');
    expect(await refused()).toMatchObject({ actor: 'somebody unknown', outcome: 'SIGN_IN_REFUSED' });
    const rows = await api.database.query('SELECT t::text FROM audit_log AS t');
    expect(JSON.stringify(rows)).not.toContain('my-secret-password');
  });

  test('and so many of a quarter of an hour, for nobody fills the table by guessing', async () => {
    const error = new AtpError('SIGN_IN_REFUSED', {});
    for (let tried = 0; tried <= REFUSED_SIGN_INS_RECORDED_MAX; tried += 1) {
      await recordRefusal(api.database, { error });
    }
    const counted = () =>
      api.database.query(`SELECT count(*)::int AS rows FROM audit_log WHERE act = 'session.refused'`);
    expect(await counted()).toEqual([{ rows: REFUSED_SIGN_INS_RECORDED_MAX }]);

    // Time passes by making older what is stored; the product itself can change no act that has ended.
    await api.database.query('ALTER TABLE audit_log DISABLE TRIGGER USER');
    await api.database.query(
      `UPDATE audit_log SET started_at = started_at - interval '16 minutes' WHERE act = 'session.refused'`,
    );
    await api.database.query('ALTER TABLE audit_log ENABLE TRIGGER USER');
    await recordRefusal(api.database, { error });
    expect(await counted()).toEqual([{ rows: REFUSED_SIGN_INS_RECORDED_MAX + 1 }]);
  });

  test('and who has signed out', async () => {
    const here = await signIn(api, name, 'viewer');
    await api.ask('/api/session', { method: 'DELETE', ...as(here) });
    const { acts } = await listActs(api.database, { act: 'session', limit: 1 });
    expect(acts).toMatchObject([{ act: 'session.end', actor: name, outcome: 'DONE' }]);
  });
});
