/** Products by how their SKU begins, page by page, and beside what a shop was told of them. */
import { expect, test } from 'vitest';
import { countFound, searchProducts } from '../../src/postgres/master-data/product-search.ts';
import { atpWith } from '../cli/atp.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

const SKUS = [
  'AB',
  'ab',
  'Ab-1',
  'aB-10',
  'AB_2',
  'AB%3',
  'ÄB',
  'äb-4',
  'B-AB',
  'A',
  'ABÿ',
  'ab\u{1F455}',
  'x',
];

test.each(['AB', 'ab', 'a', 'ä', '%', '_', 'AB%', 'ab_', 'zzz'])(
  '"%s" finds the SKUs that begin with it in any case, each once, whatever the pages',
  async (search) => {
    const { database } = await freshDatabase();
    await database.query(
      'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku',
      [SKUS],
    );
    const expected = SKUS.filter((sku) => sku.toLowerCase().startsWith(search.toLowerCase()));

    const found: string[] = [];
    for (;;) {
      const page = await searchProducts(database, { shopId: null, search, limit: 2, after: found.at(-1) });
      found.push(...page.map(({ sku }) => sku));
      if (page.length < 2) break;
    }

    expect(found.toSorted()).toEqual(expected.toSorted());
    expect(await countFound(database, search)).toBe(expected.length);
  },
);

test('a list of products says what may be sold now, what was published, and what was left on Shopify', async () => {
  const { database, url } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT', 'SHORTS', 'SOCKS']);
  await retailer.produce('hard-sync');
  await retailer.post('SHIRT', BROADWAY, -3, 0);
  const atp = await atpWith({ DATABASE_URL: url });
  const list = (...args: string[]) => atp.json<readonly object[]>(['product', 'list', ...args]);

  expect(await list('--search', 'sh', '--with-atp', '--limit', '10')).toMatchObject([
    { sku: 'SHIRT', onlineAtp: 7, published: 10, lastKnown: null },
    { sku: 'SHORTS', onlineAtp: 10, published: 10, lastKnown: null },
  ]);
  expect((await list('--search', 'sh'))[0]).not.toHaveProperty('onlineAtp');
  expect(await list('--shop', SHOP, '--sku', 'SOCKS', '--with-atp')).toMatchObject([{ onlineAtp: 10 }]);
  expect(await atp.failure('product', 'list', '--with-atp')).toBe('INPUT_INVALID 2');
  expect(await atp.failure('product', 'list', '--sku', 'SOCKS', '--search', 's')).toBe('INPUT_INVALID 2');
});
