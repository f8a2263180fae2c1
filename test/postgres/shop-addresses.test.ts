/** Whoever can write the table of shops, and nothing else, gets no secret of ours sent to a host of theirs. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { findShop } from '../../src/postgres/master-data/shops.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { expectFailure } from '../shopify/admin-fixture.ts';

let database: Database;

beforeAll(async () => {
  ({ database } = await freshDatabase());
  await addShop('acme', 'acme.myshopify.com', 'env:ACME_TOKEN', null);
});

function addShop(shopId: string, domain: string, reference: string, adminUrl: string | null) {
  return database.query(
    `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, admin_url, api_version)
     VALUES ($1, $2, 'gid://shopify/Location/1', 'FAC_GRP', $3, $4, '2026-10')`,
    [shopId, domain, reference, adminUrl],
  );
}

describe('the table takes', () => {
  test.each([
    ['the name of a variable', 'env:BLUE_SHIRTS_TOKEN', null],
    ['a file', 'file:/run/secrets/token 2', null],
    ['an app', 'client:8f3e0-a:env:SFTPX_SECRET', null],
    ['a stand-in', 'env:ATP_TOKEN', 'http://[::1]:4000/shops/x/graphql.json'],
  ])('%s', async (what, reference, adminUrl) => {
    await addShop(
      what.replaceAll(' ', '-'),
      `${what.replaceAll(' ', '-')}.myshopify.com`,
      reference,
      adminUrl,
    );
  });
});

describe('the table refuses', () => {
  test.each([
    ['shop_domain_check', 'localhost', 'env:T', null],
    ['shop_domain_check', 'evil.example/.myshopify.com', 'env:T', null],
    ['shop_domain_check', 'x.myshopify.com.evil.example', 'env:T', null],
    ['shop_access_token_ref_check', 'x.myshopify.com', 'env:DATABASE_URL', null],
    ['shop_access_token_ref_check', 'x.myshopify.com', 'client:a:env:TEMPORAL_API_KEY', null],
    ['shop_access_token_ref_check', 'x.myshopify.com', 'shpat_1234', null],
    ['shop_admin_url_check', 'x.myshopify.com', 'env:T', 'http://evil.example/'],
    ['shop_admin_url_check', 'x.myshopify.com', 'env:T', 'http://user:pass@127.0.0.1/'],
    ['shop_admin_url_check', 'x.myshopify.com', 'env:T', 'http://127.0.0.1.evil.example/'],
  ])('by %s: %s, %s, %s', async (constraint, domain, reference, adminUrl) => {
    const error = await expectFailure(addShop('x', domain, reference, adminUrl));
    expect(error.cause).toMatchObject({ code: '23514', constraint });
  });
});

test('a row that got around the rules is refused where it is used, before a token is read', async () => {
  await database.query('ALTER TABLE shop DROP CONSTRAINT shop_domain_check');
  await database.query(
    `UPDATE shop SET domain = 'localhost', access_token_ref = 'env:T' WHERE shop_id = 'acme'`,
  );
  const shop = await findShop(database, 'acme');
  const error = await expectFailure(() => openAdminApi(shop, { environment: {} }));
  expect(error).toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining('myshopify.com') });
});
