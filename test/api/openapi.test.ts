/** The document that programs read: it is valid, it is the one in the repository, and it tells what the routes take. */
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, expect, test } from 'vitest';
import { apiPage } from '../../src/api/api-page.ts';
import { openApiDocument } from '../../src/api/openapi.ts';
import { columnsOf } from '../../src/api/result-schemas.ts';
import { routeOf } from '../../src/api/route.ts';
import { OPERATIONS } from '../../src/operations/operations.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { requireDescribed } from './answer-schemas.ts';
import { openApi, type ApiUnderTest } from './api-under-test.ts';

const CHECKED_IN = readFileSync(new URL('../../docs/reference/openapi.json', import.meta.url), 'utf8');

let api: ApiUnderTest;

beforeAll(async () => {
  api = await openApi();
});

test('it is a valid document of OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(CHECKED_IN) as Record<string, unknown>);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
});

test('it is served to whoever asks, and is the one in docs/reference', async () => {
  const served = (await (await fetch(`${api.url}/api/openapi.json`)).json()) as object;
  expect(served).toEqual(JSON.parse(CHECKED_IN));
  expect(openApiDocument(packageJson.version)).toEqual(served);
});

test('it has exactly the routes of the server', () => {
  const { paths } = JSON.parse(CHECKED_IN) as { readonly paths: Readonly<Record<string, object>> };
  const told = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(told).toEqual(OPERATIONS.map(routeOf).map(({ method, path }) => `${method} ${path}`));
  for (const { method, path } of OPERATIONS.map(routeOf)) {
    expect(api.server.hasRoute({ method, url: path })).toBe(true);
  }
});

test('the page for people has every route and no script, and its style comes from here', async () => {
  const page = await fetch(`${api.url}/api`);
  const html = await page.text();

  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(html).toBe(apiPage(packageJson.version));
  for (const { method, path } of OPERATIONS.map(routeOf)) expect(html).toContain(`${method} ${path}<`);
  expect(html).not.toMatch(/<script|(src|href)="(https?:)?\/\/| style=|<[^>]+ on\w+=/);
  expect((await fetch(`${api.url}/api/page.css`)).headers.get('content-type')).toBe(
    'text/css; charset=utf-8',
  );
});

test('looks that need no input answer as they are described', async () => {
  const looks = OPERATIONS.map(routeOf).filter(
    ({ method, fields }) =>
      method === 'GET' && !Object.values(fields).some(({ presence }) => presence === 'required'),
  );
  const statuses = new Map<string, number>();
  // `ask` compares what is answered with what is described.
  for (const { path } of looks) statuses.set(path, (await api.ask(path)).status);
  const answered = [...statuses].filter(([, status]) => status === 200);
  // The others need Temporal, which is not there, or one of several fields.
  expect(answered.length).toBeGreaterThan(10);
  expect(() => requireDescribed('/api/facility/list', { facilities: [{}] })).toThrow('facilityId');
});

/** What pages of the console save as CSV. */
const LISTS_OF_PAGES = [
  ...[
    'audit.log',
    'facility.list',
    'group.list',
    'import.list',
    'import.refused',
    'installation.check',
    'lane.files',
    'lane.plan',
  ],
  ...[
    'lane.quarantine',
    'pipeline.show',
    'product.list',
    'product.pushes',
    'shop.differences',
    'whatif.show',
  ],
];

test.each(LISTS_OF_PAGES)('%s has columns to tell, whatever its rows', (name) => {
  expect(columnsOf(name).length).toBeGreaterThan(2);
});
