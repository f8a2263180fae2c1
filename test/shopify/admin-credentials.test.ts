import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { answering, apiOf, connection, ENVIRONMENT, failure, TOKEN_VARIABLE } from './admin-fixture.ts';
import { SHOP, startTwin } from './twin-fixture.ts';

async function tokenFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atp-token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'token');
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

describe('a token is referred to, and read when the client is made', () => {
  test('from a file, each time anew', async () => {
    const twin = await startTwin();
    const path = await tokenFile('shpat_old\n');
    const accessTokenRef = `file:${path}`;
    expect(await failure(apiOf(twin, { accessTokenRef }).readLocation())).toMatchObject({
      code: 'SHOPIFY_ACCESS_DENIED',
    });
    await writeFile(path, `${SHOP.accessToken}\n`);
    expect(await apiOf(twin, { accessTokenRef }).readLocation()).toMatchObject({ isActive: true });
  });

  test('from the process’s environment unless told otherwise', async () => {
    vi.stubEnv(TOKEN_VARIABLE, SHOP.accessToken);
    onTestFinished(() => void vi.unstubAllEnvs());
    const twin = await startTwin();
    const endpoint = `${twin.url}/shops/${SHOP.domain}/admin/api/2026-10/graphql.json`;
    expect(await openAdminApi(connection(endpoint)).readLocation()).not.toBeNull();
  });

  test.each([
    ['a variable that is not set', 'env:NO_SUCH_TOKEN'],
    ['a file that is not there', 'file:/nowhere/token'],
    ['a folder', `file:${tmpdir()}`],
  ])('%s: the error names the reference', async (_what, accessTokenRef) => {
    expect(await failure(() => openAdminApi(connection(null, { accessTokenRef })))).toMatchObject({
      code: 'SHOPIFY_CREDENTIAL_MISSING',
      message: expect.stringContaining(accessTokenRef),
    });
  });

  test.each([
    ['two lines', 'shpat_secret\nshpat_secret'],
    ['a space', 'shpat_secret secret'],
    ['a letter that no header takes', 'shpat_secretü'],
    ['far too much', 'shpat_secret'.repeat(1_000)],
    ['nothing', ' \n'],
  ])('a file that holds %s is no token, and is not repeated', async (_what, text) => {
    const path = await tokenFile(text);
    const error = await failure(() => openAdminApi(connection(null, { accessTokenRef: `file:${path}` })));
    expect(error.code).toBe('SHOPIFY_CREDENTIAL_MISSING');
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });

  test('a token in the place of the reference is not repeated', async () => {
    const error = await failure(() => openAdminApi(connection(null, { accessTokenRef: 'shpat_secret' })));
    expect(error.code).toBe('SHOPIFY_CREDENTIAL_MISSING');
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });
});

describe('the token goes to the endpoint only', () => {
  test.each([
    'https://127.0.0.1:8443/graphql.json',
    'http://example.com/graphql.json',
    'http://127.0.0.1.example.com/graphql.json',
    'http://user:password@127.0.0.1/graphql.json',
    'http://10.0.0.1/graphql.json',
    'file:///etc/passwd',
    'nonsense',
  ])('an admin URL %s is refused before anything is sent', async (adminUrl) => {
    const error = await failure(() => openAdminApi(connection(adminUrl), { environment: ENVIRONMENT }));
    expect(error).toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining('loopback') });
  });

  test('a redirect is not followed', async () => {
    let arrived = 0;
    const elsewhere = await answering((_request, response) => {
      arrived += 1;
      response.end('{}');
    });
    const url = await answering((_request, response) => {
      response.writeHead(308, { location: elsewhere }).end();
    });
    const error = await failure(openAdminApi(connection(url), { environment: ENVIRONMENT }).readLocation());
    expect(error).toMatchObject({ code: 'SHOPIFY_REQUEST_REFUSED', message: expect.stringContaining('308') });
    expect(arrived).toBe(0);
  });
});

describe('the token is in no error and on no console', () => {
  const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation(() => undefined),
  );
  afterEach(() => {
    for (const spy of spies) spy.mockClear();
  });

  test.each(['http-500-before', 'drop-after', 'truncated-body-after', 'throttled', 'http-429'])(
    'after %s, under a version that Shopify has retired',
    async (kind) => {
      const warnings: string[] = [];
      const twin = await startTwin();
      const onWarning = (warning: string) => warnings.push(warning);
      const api = apiOf(twin, { apiVersion: '2021-01' }, { onWarning });
      await twin.control('POST', '/faults', { kind });
      const error = await failure(api.readLocation());
      await api.readLocation();
      const said = [inspect(error, { depth: 9, showHidden: true }), error.stack, ...warnings].join('\n');
      expect(said).not.toContain(SHOP.accessToken);
      expect(spies.flatMap(({ mock }) => mock.calls)).toEqual([]);
    },
  );
});

describe('warnings', () => {
  test('a version that Shopify answers with a later one is told once', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: string) => warnings.push(warning);
    const twin = await startTwin();
    const api = apiOf(twin, { apiVersion: '2026-07' }, { onWarning });
    await api.readLocation();
    await api.readLocation();
    const fallenForward = warnings.filter((warning) => warning.includes('2026-10 instead of 2026-07'));
    expect(fallenForward).toHaveLength(1);

    await apiOf(twin, {}, { onWarning: () => expect.unreachable() }).readLocation();
  });
});
