/** Signing in at an OpenID provider: the whole way by HTTP, with a real provider at its other end. */
import { generateKeyPairSync } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderSettings } from '../../src/domain/identity-provider.ts';
import { openProvider } from '../../src/oidc/provider.ts';
import { listActs } from '../../src/postgres/audit-log.ts';
import { openBrowser, type Browser, type Page } from '../setup/browser.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { CLIENT, startOpenIdProvider, type OpenIdProvider } from '../setup/openid-provider.ts';
import { openApi, PASSWORD, refusalOf, signIn, type ApiUnderTest } from './api-under-test.ts';

const START = '/api/session/oidc';
const ENVIRONMENT = { OUR_SECRET: CLIENT.secret };

let provider: OpenIdProvider;
let api: ApiUnderTest;
let count = 0;
let name: string;

const settingsFor = (issuer: string): ProviderSettings => ({
  ...{
    issuer,
    clientId: CLIENT.id,
    clientSecretRef: 'env:OUR_SECRET',
    scopes: 'openid profile email groups',
  },
  ...{ roleClaim: 'groups', roles: { 'inventory-admins': 'admin', shops: 'operator', staff: 'viewer' } },
});

async function apiOf(
  issuer: string,
  changed: Partial<ProviderSettings> = {},
  environment: Readonly<Record<string, string>> = ENVIRONMENT,
): Promise<ApiUnderTest> {
  const settings = { ...settingsFor(issuer), ...changed };
  return openApi({}, { identityProvider: openProvider(settings, { environment, timeoutMs: 1_000 }) });
}

beforeAll(async () => {
  provider = await startOpenIdProvider();
  api = await apiOf(provider.issuer);
  provider.open(`${api.url}${START}/callback`);
});

beforeEach(() => {
  name = `person-${(count += 1)}`;
  person('shops');
});

/** Who signs in next, and in which groups. */
function person(...groups: string[]): void {
  provider.person = { subject: `sub-${name}`, claims: { preferred_username: name, groups } };
}

const signInBy = (browser: Browser, change?: (url: URL) => void): Promise<Page> =>
  browser.open(`${api.url}${START}`, change);

/** Signs out here. Where the browser goes on to. */
async function endOf(browser: Browser, of: ApiUnderTest = api): Promise<string> {
  const own = { authorization: '', cookie: browser.cookiesOf(of.url) };
  const { json } = await of.ask('/api/session', { headers: own });
  const headers = { ...own, 'atp-csrf-token': (json as { csrfToken: string }).csrfToken };
  const ended = await of.ask('/api/session', { method: 'DELETE', headers });
  return (ended.json as { continueAt: string }).continueAt;
}

/** The role of whoever is signed in, or why nobody is. */
async function roleIn(browser: Browser, of: ApiUnderTest = api): Promise<string> {
  const answer = await of.ask('/api/session', {
    headers: { authorization: '', cookie: browser.cookiesOf(of.url) },
  });
  return answer.status === 200 ? (answer.json as { role: string }).role : refusalOf(answer);
}

async function nameIn(browser: Browser): Promise<string> {
  const headers = { authorization: '', cookie: browser.cookiesOf(api.url) };
  return ((await api.ask('/api/session', { headers })).json as { name: string }).name;
}

describe('a person of the provider', () => {
  test('is signed in by its word, acts under that name, and signs out', async () => {
    const browser = openBrowser();
    const page = await signInBy(browser);

    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('url=/"') as string });
    expect(page.headers.getSetCookie().join('\n')).toMatch(
      /atp-session=atp_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict/,
    );
    const cookie = browser.cookiesOf(api.url);
    expect(cookie).not.toContain('atp-oidc');
    const { json } = await api.ask('/api/session', { headers: { authorization: '', cookie } });
    expect(json).toMatchObject({ name, role: 'operator', csrfToken: expect.any(String) as string });
    const headers = {
      ...{ authorization: '', cookie },
      'atp-csrf-token': (json as { csrfToken: string }).csrfToken,
    };
    const act = { facilityGroupId: 'FAC_GRP', threshold: 1 };
    expect((await api.post('/api/group/set', act, { headers })).status).toBe(200);
    expect(await api.ask('/api/session', { method: 'DELETE', headers })).toMatchObject({
      ...{ status: 200, json: { continueAt: expect.stringContaining(provider.issuer) as string } },
    });

    expect(await roleIn(browser)).toBe('401 SIGN_IN_NEEDED');
    const { acts } = await listActs(api.database, { actor: name, limit: 5 });
    expect(acts).toMatchObject([
      { act: 'session.end', outcome: 'DONE' },
      { act: 'group.set', via: 'api', outcome: 'DONE' },
      { act: 'session.begin', via: 'api', outcome: 'DONE', input: { by: provider.issuer } },
    ]);
  });

  test('signs out at the provider, too, which then asks anew who it is', async () => {
    const browser = openBrowser();
    await signInBy(browser);
    // Who would sign in there next. While the provider still knows the person, it asks nobody.
    const other = { preferred_username: `${name}-other`, groups: ['staff'] };
    provider.person = { subject: `sub-other-${name}`, claims: other };
    await signInBy(browser);
    expect(await nameIn(browser)).toBe(name);

    const page = await browser.open(await endOf(browser));
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.text) ?? [];
    const headers = { cookie: browser.cookiesOf(provider.issuer) };
    const body = new URLSearchParams({ xsrf, logout: 'yes' });
    const confirmed = await fetch(`${provider.issuer}/session/end/confirm`, {
      ...{ method: 'POST', headers, body, redirect: 'manual' },
    });
    expect(confirmed.status).toBeLessThan(400);

    await signInBy(browser);
    expect(await nameIn(browser)).toBe(`${name}-other`);
  });

  test('is signed out here also while the provider is away', async () => {
    const own = await startOpenIdProvider();
    const here = await apiOf(own.issuer);
    own.open(`${here.url}${START}/callback`);
    own.person = provider.person;
    const browser = openBrowser();
    await browser.open(`${here.url}${START}`);
    const another = openProvider(settingsFor(own.issuer), { environment: ENVIRONMENT, timeoutMs: 1_000 });
    await own.stop();

    // What it said of itself an hour ago at most is still known to the one, and nothing to the other.
    expect(await another.signOutUrl()).toBe(null);
    expect(await endOf(browser, here)).toContain(own.issuer);
    expect(await roleIn(browser, here)).toBe('401 SIGN_IN_NEEDED');
  });

  test('has the role that the groups give now: each sign-in looks again', async () => {
    person('staff', 'inventory-admins', 'others');
    const browser = openBrowser();
    await signInBy(browser);
    expect(await roleIn(browser)).toBe('admin');

    person('staff');
    await signInBy(openBrowser());
    expect(await roleIn(browser)).toBe('viewer');
  });

  test('is let in by no group that has no role, and signed out where a session was left', async () => {
    const browser = openBrowser();
    await signInBy(browser);
    expect(await roleIn(browser)).toBe('operator');

    person('everybody', 'toString', '__proto__');
    const page = await signInBy(openBrowser());

    expect(page).toMatchObject({ status: 403, text: expect.stringContaining('OIDC_ROLE_MISSING') as string });
    expect(await roleIn(browser)).toBe('401 SIGN_IN_NEEDED');
    const { acts } = await listActs(api.database, { act: 'session.refused', limit: 1 });
    expect(acts).toMatchObject([{ actor: 'somebody unknown', outcome: 'OIDC_ROLE_MISSING' }]);
  });

  test('is another one than whoever has that name here', async () => {
    await signIn(api, name, 'admin');
    const browser = openBrowser();

    expect(await signInBy(browser)).toMatchObject({
      status: 409,
      text: expect.stringContaining('OIDC_NAME_TAKEN') as string,
    });
    expect(await roleIn(browser)).toBe('401 SIGN_IN_NEEDED');
  });

  test('is the same one under a new name', async () => {
    await signInBy(openBrowser());
    const first = name;
    provider.person = {
      subject: `sub-${name}`,
      claims: { preferred_username: 'married', groups: ['staff'] },
    };
    const browser = openBrowser();
    await signInBy(browser);
    const { json } = await api.ask('/api/session', {
      headers: { authorization: '', cookie: browser.cookiesOf(api.url) },
    });
    expect(json).toMatchObject({ name: first, role: 'viewer' });
  });

  test('has no password and no role of ours', async () => {
    await signInBy(openBrowser());

    expect((await api.ask('/api/user/list')).json).toContainEqual(
      expect.objectContaining({ userName: name, issuer: provider.issuer, passwordSetAt: null }),
    );
    const password = await api.post('/api/user/password', { userName: name, password: PASSWORD });
    expect(refusalOf(password)).toBe('400 USER_OF_PROVIDER');
    const role = await api.post('/api/user/set', { userName: name, role: 'admin' });
    expect(refusalOf(role)).toBe('400 USER_OF_PROVIDER');
    const signingIn = await api.post(
      '/api/session',
      { userName: name, password: PASSWORD },
      { headers: { authorization: '' } },
    );
    expect(refusalOf(signingIn)).toBe('401 SIGN_IN_REFUSED');
  });

  test('whose name is none for us gets one that says who it is', async () => {
    provider.person = { subject: 'x', claims: { preferred_username: 'Ann Müller', groups: ['staff'] } };
    const browser = openBrowser();
    await signInBy(browser);
    const { json } = await api.ask('/api/session', {
      headers: { authorization: '', cookie: browser.cookiesOf(api.url) },
    });
    expect(json).toMatchObject({ name: expect.stringMatching(/^oidc-[0-9a-f]{12}$/) as string });
  });

  test('is let in by groups that only the user info has', async () => {
    const before = provider.asked.length;
    provider.changed = ({ groups: _, ...claims }) => claims;
    const browser = openBrowser();
    await signInBy(browser);
    provider.changed = (claims) => claims;

    expect(await roleIn(browser)).toBe('operator');
    expect(provider.asked.slice(before)).toContain('/me');
  });
});

describe('nobody is let in', () => {
  const { privateKey: foreignKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const isCallback = (url: URL) => url.pathname.endsWith('/callback');
  const now = () => Math.floor(Date.now() / 1000);

  const bent: readonly [string, (url: URL) => void][] = [
    ['another state', (url) => isCallback(url) && url.searchParams.set('state', 'a'.repeat(43))],
    ['no state', (url) => isCallback(url) && url.searchParams.delete('state')],
    ['another nonce', (url) => url.pathname === '/auth' && url.searchParams.set('nonce', 'b'.repeat(43))],
    ['a code that is none', (url) => isCallback(url) && url.searchParams.set('code', 'c'.repeat(43))],
    ['another issuer', (url) => isCallback(url) && url.searchParams.set('iss', 'http://127.0.0.1:1')],
    [
      'a challenge of another verifier',
      (url) => url.pathname === '/auth' && url.searchParams.set('code_challenge', 'd'.repeat(43)),
    ],
  ];
  test.each(bent)('who comes back with %s', async (_what, change) => {
    const browser = openBrowser();
    const page = await signInBy(browser, change);

    expect(page).toMatchObject({ status: 401, text: expect.stringContaining('OIDC_REFUSED') as string });
    expect(await roleIn(browser)).toBe('401 SIGN_IN_NEEDED');
  });

  test.each<[string, (claims: Record<string, unknown>) => object]>([
    ['for another client', (claims) => ({ ...claims, aud: 'another-client' })],
    ['that has ended', (claims) => ({ ...claims, exp: now() - 3600, iat: now() - 7200 })],
    ['of another issuer', (claims) => ({ ...claims, iss: 'https://id.example.com' })],
    ['without a subject', ({ sub: _, ...claims }) => claims],
  ])('by an ID token %s', async (_what, changed) => {
    provider.changed = changed;
    const browser = openBrowser();
    const page = await signInBy(browser);
    provider.changed = (claims) => claims;

    expect(page).toMatchObject({ status: 401, text: expect.stringContaining('OIDC_REFUSED') as string });
    expect(await roleIn(browser)).toBe('401 SIGN_IN_NEEDED');
  });

  test('by an ID token that another key has signed', async () => {
    const { signedBy } = provider;
    provider.signedBy = foreignKey;
    const browser = openBrowser();
    const page = await signInBy(browser);
    provider.signedBy = signedBy;

    expect(page).toMatchObject({ status: 401, text: expect.stringContaining('OIDC_REFUSED') as string });
    expect(await roleIn(browser)).toBe('401 SIGN_IN_NEEDED');
  });

  test('in another browser than the one that began, and not twice', async () => {
    let back = '';
    const stopped = openBrowser();
    await signInBy(stopped, (url) => {
      if (!isCallback(url)) return;
      back = url.href;
      url.pathname = '/livez';
    });
    expect(await openBrowser().open(back)).toMatchObject({ status: 401 });
    expect(await stopped.open(back)).toMatchObject({ status: 200 });
    expect(await stopped.open(back)).toMatchObject({ status: 401 });
  });

  test('who has refused it at the provider', async () => {
    provider.person = null;
    const page = await signInBy(openBrowser());
    expect(page).toMatchObject({ status: 401, text: expect.stringContaining('access_denied') as string });
  });

  test('and a program reads why as it reads all errors', async () => {
    const answer = await api.ask(`${START}/callback?code=1&state=2`, { headers: { accept: '*/*' } });
    expect(refusalOf(answer)).toBe('401 OIDC_REFUSED');
  });
});

describe('a provider that is away', () => {
  test('keeps nobody from signing in by a password', async () => {
    const gone = await startOpenIdProvider();
    const alone = await apiOf(gone.issuer);
    await gone.stop();
    const answer = await alone.ask(START);

    expect(refusalOf(answer)).toBe('503 OIDC_UNREACHABLE');
    expect(await signIn(alone, name, 'viewer')).toMatchObject({ json: { name } });
  });

  test('is waited for no longer than its limit', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    cleanUp(() => void silent.close());
    const sockets = new Set<{ destroy(): void }>();
    silent.on('connection', (socket) => sockets.add(socket));
    const { port } = silent.address() as AddressInfo;
    const waiting = await apiOf(`http://127.0.0.1:${port}`);

    const answer = await waiting.ask(START);
    for (const socket of sockets) socket.destroy();
    expect(refusalOf(answer)).toBe('503 OIDC_UNREACHABLE');
  });

  test('is asked again by whoever comes next, and then its word is kept', async () => {
    const late = await startOpenIdProvider();
    const waiting = await apiOf(late.issuer);
    expect(refusalOf(await waiting.ask(START))).toBe('503 OIDC_UNREACHABLE');

    late.open(`${waiting.url}${START}/callback`);
    const asked = () => waiting.ask(START, { redirect: 'manual' });
    expect((await asked()).status).toBe(302);
    expect((await asked()).status).toBe(302);
    expect(late.asked).toEqual(['/.well-known/openid-configuration']);
    await late.stop();
    expect((await asked()).status).toBe(302);
  });
});

test('the secret may be in a file, and is read when it is needed', async () => {
  const file = join(api.atp.folder, 'oidc-secret');
  const own = await startOpenIdProvider();
  const withFile = await apiOf(own.issuer, { clientSecretRef: `file:${file}` }, {});
  own.open(`${withFile.url}${START}/callback`);
  own.person = { subject: 'ann', claims: { preferred_username: 'ann', groups: ['staff'] } };
  expect(refusalOf(await withFile.ask(START))).toBe('409 OIDC_SECRET_MISSING');

  await writeFile(file, `${CLIENT.secret}\n`);
  await chmod(file, 0o600);
  const browser = openBrowser();
  await browser.open(`${withFile.url}${START}`);
  expect(await roleIn(browser, withFile)).toBe('viewer');
  expect(withFile.log.join('')).not.toContain(CLIENT.secret);
});

test('without a provider there is only the way by a password, and a browser is told so', async () => {
  const alone = await openApi();
  const nobody = { headers: { authorization: '' } };
  expect((await alone.ask('/api/session/ways', nobody)).json).toEqual({ password: true, oidc: null });
  expect((await api.ask('/api/session/ways', nobody)).json).toEqual({
    password: true,
    oidc: { issuer: provider.issuer, start: START },
  });
  expect(refusalOf(await alone.ask(START, nobody))).toBe('404 REQUEST_INVALID');
});
