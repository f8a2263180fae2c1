/** The pages of the list of imports: feeds that are held first, and then the last ones. */
import { expect, test } from 'vitest';
import { openApi, refusalOf, type ApiUnderTest } from './api-under-test.ts';

interface Page {
  readonly imports: readonly { readonly importId: number }[];
  readonly next: string | null;
}

async function openWithImports(states: readonly string[]): Promise<ApiUnderTest> {
  const api = await openApi();
  await api.database.query(
    `INSERT INTO feed_import (import_key, file_name, feed_type, sent_at, state, came_at)
     SELECT 'key ' || place, 'feed ' || place, 'RESET_INVENTORY', now(), state, now() + place * interval '1 second'
     FROM unnest($1::text[]) WITH ORDINALITY AS import (state, place) ORDER BY place`,
    [states],
  );
  return api;
}

async function readPages(api: ApiUnderTest, query: string): Promise<number[][]> {
  const pages: number[][] = [];
  let after = '';
  for (;;) {
    const { imports, next } = (await api.ask(`/api/import/list?${query}${after}`)).json as Page;
    pages.push(imports.map(({ importId }) => importId));
    if (next === null) return pages;
    after = `&after=${encodeURIComponent(next)}`;
  }
}

test('each import is on one page, those that are held first and the oldest of them first', async () => {
  const api = await openWithImports(['applied', 'held', 'undone', 'held', 'applied', 'held', 'applied']);

  expect(await readPages(api, 'limit=2')).toEqual([[2, 4], [6, 7], [5, 3], [1]]);
  expect(await readPages(api, 'limit=3')).toEqual([[2, 4, 6], [7, 5, 3], [1]]);
  expect(await readPages(api, 'limit=2&state=held')).toEqual([[2, 4], [6]]);
  expect(await readPages(api, 'limit=2&state=applied')).toEqual([[7, 5], [1]]);
});

test('a held import that was decided meanwhile does not move where the next page begins', async () => {
  const api = await openWithImports(['held', 'held', 'held']);
  const { next } = (await api.ask('/api/import/list?limit=2')).json as Page;
  await api.database.query(`UPDATE feed_import SET state = 'approved' WHERE import_id = 2`);

  const second = (await api.ask(`/api/import/list?after=${encodeURIComponent(next ?? '')}`)).json as Page;
  expect(second.imports.map(({ importId }) => importId)).toEqual([3, 2]);
});

test('the CSV has all pages, and anything else than a next is refused', async () => {
  const api = await openWithImports(Array.from({ length: 5 }, () => 'applied'));

  const csv = await api.ask('/api/import/list', { headers: { accept: 'text/csv' } });
  expect(csv.text.trimEnd().split('\n')).toHaveLength(6);
  expect(refusalOf(await api.ask('/api/import/list?after=yesterday'))).toBe('400 INPUT_INVALID');
});
