/** People: accounts by the command line, sessions by a cookie. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SESSION_IDLE_MS, SESSIONS_PER_USER_MAX, SIGN_INS_OF_NAME_MAX } from '../../src/domain/limits.ts';
import { runCli } from '../../src/cli/program.ts';
import { openApplication } from '../../src/main/application.ts';
import { openMachine } from '../../src/main/machine.ts';
import { setPassword } from '../../src/postgres/access/users.ts';
import { listActs } from '../../src/postgres/audit-log.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { until } from '../setup/until.ts';
import { openApi, PASSWORD, refusalOf, signIn, type ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let count = 0;
let name: string;

beforeAll(async () => {
  api = await openApi();
});

/** Tries to sign in are counted by name. */
beforeEach(() => {
  name = `user-${(count += 1)}`;
});

/** Types a command of accounts, with this password. */
async function type(password: string | null, ...args: string[]): Promise<{ exitCode: number; said: string }> {
  const surroundings = { variables: { DATABASE_URL: api.databaseUrl }, folder: api.atp.folder };
  const app = openApplication(surroundings);
  cleanUp(() => app.close());
  let said = '';
  const terminal = {
    out: (text: string) => void (said += text),
    error: (text: string) => void (said += text),
    showsProgress: false,
    ...(password !== null && { readSecret: () => Promise.resolve(password) }),
  };
  const exitCode = await runCli([...args, '--json'], { app, machine: openMachine(surroundings), terminal });
  return { exitCode, said };
}

const credentials = (userName: string, password: string = PASSWORD) => ({ userName, password });
const SIGN_IN = { headers: { authorization: '' } };

describe('an account', () => {
  test('is made by a command, which takes the password from no argument', async () => {
    const { exitCode, said } = await type(PASSWORD, 'user', 'add', name, '--role', 'operator', '--by', 'Ann');

    expect(exitCode, said).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ userName: name, role: 'operator' });
    expect((await type(PASSWORD, 'user', 'add', 'x', '--role', 'viewer', '--password', 'y')).exitCode).toBe(
      2,
    );
    expect(await api.post('/api/session', credentials(name), SIGN_IN)).toMatchObject({ status: 200 });
  });

  test('has one name, whatever its capitals', async () => {
    await type(PASSWORD, 'user', 'add', name, '--role', 'viewer');
    const second = await type(PASSWORD, 'user', 'add', name.toUpperCase(), '--role', 'viewer');

    expect(second.said).toContain('USER_EXISTS');
    expect((await api.post('/api/session', credentials(name.toUpperCase()), SIGN_IN)).json).toMatchObject({
      name,
    });
  });

  test('has a password that is long enough; a refused one is not repeated', async () => {
    const { exitCode, said } = await type('hunter2', 'user', 'add', name, '--role', 'viewer');

    expect(exitCode).toBe(2);
    expect(said).toContain('15 to 255 characters');
    expect(said).not.toContain('hunter2');
    expect((await type(null, 'user', 'add', name, '--role', 'viewer')).said).toContain('password is missing');
  });

  test('leaves no password in the tables and in the log', async () => {
    await signIn(api, name, 'viewer');
    const rows = await api.database.query(
      `SELECT t::text FROM user_account AS t UNION ALL SELECT t::text FROM user_session AS t
       UNION ALL SELECT t::text FROM audit_log AS t`,
    );

    const everything = `${JSON.stringify(rows)}${api.log.join('')}`;
    expect(everything).toContain(name);
    expect(everything).not.toContain(PASSWORD);
  });
});

describe('a session', () => {
  test('is a cookie that no script and no other site gets', async () => {
    const { setCookie, json } = await signIn(api, name, 'viewer');

    expect(setCookie).toMatch(
      /^atp-session=atp_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(json).toMatchObject({ name, role: 'viewer', csrfToken: expect.any(String) });
  });

  test('is for TLS only where there is TLS', async () => {
    const { BlockList } = await import('node:net');
    const here = new BlockList();
    here.addAddress('127.0.0.1');
    const behindProxy = await openApi({}, { proxy: here, isOnLoopback: false });

    const { setCookie } = await signIn(behindProxy, name, 'viewer');
    expect(setCookie).toMatch(/^__Host-atp-session=.*; HttpOnly; Secure; SameSite=Strict$/);
  });

  test('acts under the person’s name', async () => {
    const { cookie, csrfToken } = await signIn(api, name, 'operator');
    await api.post(
      '/api/group/set',
      { facilityGroupId: 'FAC_GRP', threshold: count },
      { headers: { authorization: '', cookie, 'atp-csrf-token': csrfToken } },
    );

    const { acts } = await listActs(api.database, { actor: name, limit: 2 });
    expect(acts).toMatchObject([
      { act: 'group.set', via: 'api', outcome: 'DONE' },
      { act: 'session.begin', via: 'api', outcome: 'DONE' },
    ]);
  });

  const whoAmI = async (cookie: string) => {
    const answer = await api.ask('/api/session', { headers: { authorization: '', cookie } });
    return answer.status === 200 ? (answer.json as { role: string }).role : refusalOf(answer);
  };

  test('tells who is signed in, with the token of our pages', async () => {
    const { cookie, csrfToken } = await signIn(api, name, 'viewer');
    const { json } = await api.ask('/api/session', { headers: { authorization: '', cookie } });
    expect(json).toMatchObject({ name, role: 'viewer', csrfToken });
  });

  test('ends when the person signs out', async () => {
    const { cookie, csrfToken } = await signIn(api, name, 'viewer');
    const headers = { authorization: '', cookie, 'atp-csrf-token': csrfToken };
    expect((await api.ask('/api/session', { method: 'DELETE', headers })).status).toBe(204);
    expect(await whoAmI(cookie)).toBe('401 SIGN_IN_NEEDED');
  });

  test('is not ended by a program, whatever cookie comes with its token', async () => {
    const { cookie } = await signIn(api, name, 'viewer');
    const answer = await api.ask('/api/session', { method: 'DELETE', headers: { cookie } });

    expect(refusalOf(answer)).toBe('400 REQUEST_INVALID');
    expect(await whoAmI(cookie)).toBe('viewer');
    const { acts } = await listActs(api.database, { act: 'session.end', limit: 10 });
    expect(acts.filter(({ actor }) => actor.startsWith('token'))).toEqual([]);
  });

  test('ends when it was not used for long, and at its end', async () => {
    const { cookie } = await signIn(api, name, 'viewer');
    expect(await whoAmI(cookie)).toBe('viewer');

    await api.database.query(
      `UPDATE user_session SET last_used_at = clock_timestamp() - make_interval(secs => $2) WHERE user_name = $1`,
      [name, SESSION_IDLE_MS / 1000],
    );
    expect(await whoAmI(cookie)).toBe('401 SIGN_IN_NEEDED');

    await api.database.query(
      `UPDATE user_session SET last_used_at = clock_timestamp(), expires_at = clock_timestamp() WHERE user_name = $1`,
      [name],
    );
    expect(await whoAmI(cookie)).toBe('401 SIGN_IN_NEEDED');
  });

  test('has the role that the person has now', async () => {
    const { cookie } = await signIn(api, name, 'admin');
    await type(null, 'user', 'set-role', name, '--role', 'viewer');
    expect(await whoAmI(cookie)).toBe('viewer');
  });

  test('ends with another password, and with the account', async () => {
    const first = await signIn(api, name, 'viewer');
    await type('another password of ours', 'user', 'set-password', name);
    expect(await whoAmI(first.cookie)).toBe('401 SIGN_IN_NEEDED');
    expect(refusalOf(await api.post('/api/session', credentials(name), SIGN_IN))).toBe('401 SIGN_IN_REFUSED');

    const second = await signIn(api, name, null, 'another password of ours');
    await type(null, 'user', 'remove', name);
    expect(await whoAmI(second.cookie)).toBe('401 SIGN_IN_NEEDED');
  });

  test('ends with another password also when it has begun while that was set', async () => {
    const { cookie } = await signIn(api, name, 'viewer');
    const [held, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const signingIn = api.database.session(async (session) => {
      await session.query('SET idle_in_transaction_session_timeout = 0; BEGIN');
      await session.query('SELECT FROM user_account WHERE user_name = $1 FOR UPDATE', [name]);
      await session.query(
        `INSERT INTO user_session (session_hash, user_name, expires_at) VALUES ('late', $1, 'infinity')`,
        [name],
      );
      held.resolve();
      await goOn.promise;
      await session.query('COMMIT');
    });
    await held.promise;
    const set = setPassword(api.database, name, 'another hash');
    await until(async () => {
      const waiting = await api.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).not.toEqual([]);
    });
    goOn.resolve();
    await signingIn;
    await set;

    expect(await whoAmI(cookie)).toBe('401 SIGN_IN_NEEDED');
    expect(await api.database.query('SELECT FROM user_session WHERE user_name = $1', [name])).toEqual([]);
  });

  test(`is one of ${SESSIONS_PER_USER_MAX}: the oldest ends for a new one`, async () => {
    const { cookie: oldest } = await signIn(api, name, 'viewer');
    await api.database.query(
      `INSERT INTO user_session (session_hash, user_name, created_at, expires_at)
       SELECT sha256(('other' || number)::bytea), $1, clock_timestamp() + interval '1 second', 'infinity'
       FROM generate_series(2, $2::int) AS number`,
      [name, SESSIONS_PER_USER_MAX],
    );
    expect(await whoAmI(oldest)).toBe('viewer');

    await signIn(api, name, null);
    expect(await whoAmI(oldest)).toBe('401 SIGN_IN_NEEDED');
  });
});

describe('a sign-in is refused', () => {
  test('in the same words for a wrong password and for a name that nobody has', async () => {
    await type(PASSWORD, 'user', 'add', name, '--role', 'viewer');
    const wrong = await api.post('/api/session', credentials(name, 'a wrong password'), SIGN_IN);
    const unknown = await api.post('/api/session', credentials(`${name}-none`, 'a wrong password'), SIGN_IN);

    expect(refusalOf(wrong)).toBe('401 SIGN_IN_REFUSED');
    const { requestId: _one, ...ofWrong } = wrong.json as Record<string, unknown>;
    const { requestId: _other, ...ofUnknown } = unknown.json as Record<string, unknown>;
    expect(ofUnknown).toEqual(ofWrong);
  });

  test('after too many tries for one name, also with the right password', async () => {
    await type(PASSWORD, 'user', 'add', name, '--role', 'viewer');
    for (let tried = 0; tried < SIGN_INS_OF_NAME_MAX; tried += 1) {
      const spelling = tried % 2 === 0 ? name : name.toUpperCase();
      expect(refusalOf(await api.post('/api/session', { userName: spelling }, SIGN_IN))).toBe(
        '400 INPUT_INVALID',
      );
    }
    const refused = await api.post('/api/session', credentials(name), SIGN_IN);

    expect(refusalOf(refused)).toBe('429 TOO_MANY_REQUESTS');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
  });

  test('also with names that nobody can have: all of them are counted as one', async () => {
    const answers: string[] = [];
    for (let tried = 0; tried <= SIGN_INS_OF_NAME_MAX; tried += 1) {
      const userName = tried % 2 === 0 ? `\u0130 ${tried}` : `${tried}`.repeat(100);
      answers.push(refusalOf(await api.post('/api/session', { userName }, SIGN_IN)));
    }
    expect(answers.at(-2)).toBe('400 INPUT_INVALID');
    expect(answers.at(-1)).toBe('429 TOO_MANY_REQUESTS');
  });
});

describe('a request that a foreign page makes a browser send is refused', () => {
  test.each([
    ['another origin', { origin: 'https://evil.example.com' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a page that says nothing of itself', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another name of the domain', { 'sec-fetch-site': 'same-site' }],
  ])('%s', async (_what, headers) => {
    const { cookie, csrfToken } = await signIn(api, name, 'operator');
    const asPage = { authorization: '', cookie, 'atp-csrf-token': csrfToken, ...headers };
    const act = await api.post(
      '/api/group/set',
      { facilityGroupId: 'FAC_GRP', threshold: 99 },
      { headers: asPage },
    );

    expect(refusalOf(act)).toBe('403 FOREIGN_REQUEST');
    const login = await api.post('/api/session', credentials(name), {
      headers: { authorization: '', ...headers },
    });
    expect(refusalOf(login)).toBe('403 FOREIGN_REQUEST');
  });

  test('with the token of another session', async () => {
    const { cookie } = await signIn(api, name, 'operator');
    const { csrfToken } = await signIn(api, `${name}-other`, 'operator');
    const headers = { authorization: '', cookie, 'atp-csrf-token': csrfToken };
    const act = await api.post('/api/group/set', { facilityGroupId: 'FAC_GRP', threshold: 99 }, { headers });
    expect(refusalOf(act)).toBe('403 FOREIGN_REQUEST');
  });

  test('and one of our own page is not', async () => {
    const { cookie, csrfToken } = await signIn(api, name, 'operator');
    const headers = {
      ...{ authorization: '', cookie, 'atp-csrf-token': csrfToken },
      ...{ origin: api.url, 'sec-fetch-site': 'same-origin' },
    };
    const act = await api.post('/api/group/set', { facilityGroupId: 'FAC_GRP', threshold: 3 }, { headers });
    expect(act.status).toBe(200);
  });
});
