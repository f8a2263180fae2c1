import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { serve, apiOf, connection, ENVIRONMENT, expectFailure, TOKEN_VARIABLE } from './admin-fixture.ts';
import { SHOP, startTwin } from './twin-fixture.ts';

async function writeTokenFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atp-token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'token');
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

describe('the token of a shop', () => {
  test('is read from its file each time a client is opened', async () => {
    const twin = await startTwin();
    const path = await writeTokenFile('shpat_old\n');
    const accessTokenRef = `file:${path}`;
    expect(await expectFailure(apiOf(twin, { accessTokenRef }).readLocation())).toMatchObject({
      code: 'SHOPIFY_ACCESS_DENIED',
    });
    await writeFile(path, `${SHOP.accessToken}\n`);
    expect(await apiOf(twin, { accessTokenRef }).readLocation()).toMatchObject({ isActive: true });
  });

  test('is read from the environment of the process by default', async () => {
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
  ])('is missing when it refers to %s, and the error names the reference', async (_what, accessTokenRef) => {
    expect(await expectFailure(() => openAdminApi(connection(null, { accessTokenRef })))).toMatchObject({
      code: 'SHOPIFY_CREDENTIAL_MISSING',
      message: expect.stringContaining(accessTokenRef),
    });
  });

  test.each([
    ['two lines', 'shpat_secret\nshpat_secret'],
    ['a space', 'shpat_secret secret'],
    ['a letter that no header takes', 'shpat_secretü'],
    ['too many characters', 'shpat_secret'.repeat(1_000)],
    ['nothing', ' \n'],
  ])('is refused when its file has %s, and the error does not repeat it', async (_what, text) => {
    const path = await writeTokenFile(text);
    const error = await expectFailure(() =>
      openAdminApi(connection(null, { accessTokenRef: `file:${path}` })),
    );
    expect(error.code).toBe('SHOPIFY_CREDENTIAL_MISSING');
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });

  test.each(['env:DATABASE_URL', 'env:SFTP_URL', 'client:8f3e0:env:TEMPORAL_API_KEY', 'env:PGPASSWORD'])(
    'is never a credential of another service: %s',
    async (accessTokenRef) => {
      const environment = { [accessTokenRef.replace(/^.*env:/, '')]: 'canary' };
      const error = await expectFailure(() =>
        openAdminApi(connection(null, { accessTokenRef }), { environment }),
      );
      expect(error.code).toBe('SHOPIFY_CREDENTIAL_MISSING');
      expect(inspect(error, { depth: 9 })).not.toContain('canary');
    },
  );

  test('is refused in the place of its reference, and the error does not repeat it', async () => {
    const error = await expectFailure(() =>
      openAdminApi(connection(null, { accessTokenRef: 'shpat_secret' })),
    );
    expect(error.code).toBe('SHOPIFY_CREDENTIAL_MISSING');
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });
});

describe('the token is never sent', () => {
  test.each([
    'https://127.0.0.1:8443/graphql.json',
    'http://example.com/graphql.json',
    'http://127.0.0.1.example.com/graphql.json',
    'http://user:password@127.0.0.1/graphql.json',
    'http://10.0.0.1/graphql.json',
    'file:///etc/passwd',
    'nonsense',
  ])('to the admin URL %s, which is refused', async (adminUrl) => {
    const error = await expectFailure(() => openAdminApi(connection(adminUrl), { environment: ENVIRONMENT }));
    expect(error).toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining('loopback') });
  });

  test.each([
    'localhost',
    '127.0.0.1',
    'evil.example',
    'x.myshopify.com.evil.example',
    'evil.example/.myshopify.com',
  ])('to the domain %s, which is refused', async (domain) => {
    const error = await expectFailure(() =>
      openAdminApi(connection(null, { domain }), { environment: ENVIRONMENT }),
    );
    expect(error).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('myshopify.com') as string,
    });
  });

  test('to the target of a redirect', async () => {
    let arrived = 0;
    const elsewhere = await serve((_request, response) => {
      arrived += 1;
      response.end('{}');
    });
    const url = await serve((_request, response) => {
      response.writeHead(308, { location: elsewhere }).end();
    });
    const error = await expectFailure(
      openAdminApi(connection(url), { environment: ENVIRONMENT }).readLocation(),
    );
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
    'when a call fails with %s, under an API version that Shopify has retired',
    async (kind) => {
      const warnings: string[] = [];
      const twin = await startTwin();
      const onWarning = (warning: string) => warnings.push(warning);
      const api = apiOf(twin, { apiVersion: '2021-01' }, { onWarning });
      await twin.control('POST', '/faults', { kind });
      const error = await expectFailure(api.readLocation());
      await api.readLocation();
      const said = [inspect(error, { depth: 9, showHidden: true }), error.stack, ...warnings].join('\n');
      expect(said).not.toContain(SHOP.accessToken);
      expect(spies.flatMap(({ mock }) => mock.calls)).toEqual([]);
    },
  );
});

describe('an API version', () => {
  test('is warned of once when Shopify answers with a later one, and not at all otherwise', async () => {
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
