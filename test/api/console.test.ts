/** The server sends the console's pages, to whoever asks: what they show is asked for by people who are signed in. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/operations/operations.ts';
import { openApi, type ApiUnderTest } from './api-under-test.ts';

const BUILT = join(import.meta.dirname, '../../dist/console');
/** What a person waits for on a first visit. */
const FIRST_LOAD_BYTES_MAX = 300 * 1024;

let api: ApiUnderTest;

beforeAll(async () => {
  api = await openApi();
});

const get = (path: string) => fetch(`${api.url}${path}`);

test.each(['/', '/pipeline', '/products/A%2FB?as=of'])(
  '%s is the page, for nobody in particular',
  async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toContain('<div id="root">');
  },
);

test('each page has a nonce of its own for its styles, and nothing else may be written into it', async () => {
  const nonces = await Promise.all(
    ['/', '/'].map(async (path) => {
      const response = await get(path);
      const policy = response.headers.get('content-security-policy') ?? '';
      const [, nonce = ''] = /style-src 'self' 'nonce-([\w-]{22})'/.exec(policy) ?? [];
      expect(policy).toContain("default-src 'none';script-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(await response.text()).toContain(`<meta name="style-nonce" content="${nonce}"`);
      return nonce;
    }),
  );
  expect(new Set(nonces).size).toBe(2);
});

test('its files are kept by browsers, since their names change with their content', async () => {
  const [file = ''] = await readdir(join(BUILT, 'assets'));
  const response = await get(`/assets/${file}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('public, max-age=2592000, immutable');
});

test.each([
  ['/assets/index-gone.js', 404],
  ['/assets/', 404],
  ['/assets/..%2f..%2f..%2fpackage.json', 403],
])('%s is refused, with %i', async (path, expected) => {
  const response = await get(path);
  const { code, status } = (await response.json()) as { readonly code: string; readonly status: number };
  expect([response.status, status, code]).toEqual([expected, expected, 'REQUEST_INVALID']);
});

test('without its pages the server says how they are made, and the API goes on', async () => {
  const unbuilt = await openApi({}, { consoleFolder: await mkdtemp(join(tmpdir(), 'unbuilt-')) });
  const response = await fetch(unbuilt.url);
  expect([response.status, ((await response.json()) as { readonly code: string }).code]).toEqual([
    409,
    'CONSOLE_NOT_BUILT',
  ]);
  expect((await fetch(`${unbuilt.url}/api/openapi.json`)).status).toBe(200);
});

test('it tells the definitions of all operations, with the command of each that one command does', async () => {
  const told = (await (await get('/api/operations.json')).json()) as readonly {
    readonly name: string;
    readonly command: unknown;
  }[];
  expect(told.map(({ name }) => name)).toEqual(OPERATIONS.map(({ name }) => name));
  const command = (of: string) => told.find(({ name }) => name === of)?.command;
  expect(command('group.set')).toMatchObject({ words: ['group', 'set', { field: 'facilityGroupId' }] });
  expect(command('lane.approve')).toMatchObject({
    words: ['lane', { field: 'shopId' }, 'approve', { field: 'plan' }],
    options: { reason: '--reason', revision: '--revision' },
  });
});

test('what a first visit loads is at most 300 kB, compressed', async () => {
  const page = await readFile(join(BUILT, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(1);
  const sizes = await Promise.all(
    files.map(async (file) => (await promisify(gzip)(await readFile(join(BUILT, file)))).length),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});
