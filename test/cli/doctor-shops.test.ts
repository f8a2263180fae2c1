/** `atp doctor` on a shop: each fault of it made real, in the database or at Shopify. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { addFacility } from '../../src/postgres/master-data/facilities.ts';
import { addGroupMember, createFacilityGroup } from '../../src/postgres/master-data/facility-groups.ts';
import { addProduct } from '../../src/postgres/master-data/products.ts';
import { addShop, findShop } from '../../src/postgres/master-data/shops.ts';
import { removeShop } from '../../src/postgres/remove-shop.ts';
import { SHOP } from '../end-to-end/installation.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Patient, type Check } from './doctor-fixture.ts';

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.open();
});

test('doctor finds a token that is not there, and one that Shopify refuses', async () => {
  const { accessTokenRef } = await findShop(patient.shop.database, SHOP);
  const back = `UPDATE shop SET access_token_ref = '${accessTokenRef}'`;
  await patient.inDatabase(`UPDATE shop SET access_token_ref = 'env:NO_SUCH_TOKEN'`, back);
  // The worker of the fixture tells that it cannot read the reference either, as soon as it has tried.
  const { 'Credentials of workers': _, ...missing } = await patient.failing();
  expect(Object.keys(missing)).toEqual([
    'blue-shirts: token',
    'blue-shirts: scopes',
    'blue-shirts: location',
  ]);
  expect(missing['blue-shirts: token']?.detail).toContain('env:NO_SUCH_TOKEN');

  const wrong = await patient.failing({ NO_SUCH_TOKEN: 'shpat_wrong_word' });
  expect(wrong['blue-shirts: token']).toMatchObject({
    detail: expect.stringContaining('HTTP 401') as string,
    hint: expect.stringContaining('env:NO_SUCH_TOKEN') as string,
  });
  expect(JSON.stringify(wrong)).not.toContain('wrong_word');
});

test('doctor finds an API version that was stored before too old ones were refused', async () => {
  await patient.inDatabase(
    `UPDATE shop SET api_version = '2026-01'`,
    `UPDATE shop SET api_version = '2026-10'`,
  );

  const failing = await patient.failing();

  expect(failing['blue-shirts: API version']).toMatchObject({
    detail: expect.stringContaining('2026-04') as string,
    hint: expect.stringContaining('atp shop set blue-shirts --api-version 2026-10') as string,
  });
});

test('doctor names a scope that the app was not granted', async () => {
  const { adminUrl } = await findShop(patient.shop.database, SHOP);
  // A proxy in front of Shopify takes a scope out of the answers.
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const answer = await fetch(adminUrl ?? '', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-shopify-access-token': String(request.headers['x-shopify-access-token']),
        },
        body,
      });
      const text = (await answer.text()).replace('{"handle":"write_inventory"},', '');
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql.json`;
  await patient.inDatabase(
    `UPDATE shop SET admin_url = '${url}'`,
    `UPDATE shop SET admin_url = '${adminUrl}'`,
  );

  const found = await patient.failing();

  expect(Object.keys(found)).toEqual(['blue-shirts: scopes']);
  expect(found['blue-shirts: scopes']).toMatchObject({
    detail: 'The app lacks write_inventory.',
    hint: expect.stringContaining('Add write_inventory') as string,
  });
});

test('doctor finds a location that does not sell online, is not active, or is not there', async () => {
  const [{ id }] = TWIN_SHOP.locations;
  await patient.atShopify(
    'locations',
    { id, fulfillsOnlineOrders: false },
    { id, fulfillsOnlineOrders: true },
  );
  expect((await patient.failing())['blue-shirts: location']).toMatchObject({
    detail: expect.stringContaining('does not fulfill online orders') as string,
    hint: expect.stringContaining('Fulfill online orders') as string,
  });

  await patient.atShopify('locations', { id, isActive: false }, { id, isActive: true });
  expect((await patient.failing())['blue-shirts: location']?.detail).toContain('is not active');

  await patient.inDatabase(
    `UPDATE shop SET location_id = 'gid://shopify/Location/4711'`,
    `UPDATE shop SET location_id = '${id}'`,
  );
  expect((await patient.failing())['blue-shirts: location']?.detail).toContain(
    'no location gid://shopify/Location/4711',
  );
});

test('doctor shows a name at Shopify that would steer the terminal, or fake a line of the report', async () => {
  const [{ id, name }] = TWIN_SHOP.locations;
  await patient.atShopify('locations', { id, name: 'L\u001b[31mred\n✔ x' }, { id, name });
  const location = (await patient.checks()).find(({ name: check }) => check === 'blue-shirts: location');
  expect(location?.detail).toContain('"L\\u{1b}[31mred\\n✔ x"');
});

test.each<[string, 'items' | 'levels', object, object, RegExp, RegExp]>([
  [
    'SELLS_BELOW_ZERO',
    'items',
    { inventoryPolicy: 'CONTINUE' },
    { inventoryPolicy: 'DENY' },
    /inventoryPolicy CONTINUE/,
    /Continue selling/,
  ],
  ['UNTRACKED', 'items', { tracked: false }, { tracked: true }, /not tracked/, /Track quantity/],
  [
    'INACTIVE',
    'levels',
    { isActive: false },
    { isActive: true },
    /not stocked at the location/,
    /stock these variants/i,
  ],
])(
  'doctor names a product that is %s, where Online ATP has no effect',
  async (_, path, there, back, detail, hint) => {
    const sku = 'RED-SHIRT';
    await patient.atShopify(path, { sku, ...there }, { sku, ...back });

    const found = await patient.failing();

    expect(Object.keys(found)).toEqual(['blue-shirts: mapping']);
    const { detail: said, hint: advice } = found['blue-shirts: mapping'] as Check;
    expect(said).toMatch(detail);
    expect(said).toContain('1 product (RED-SHIRT)');
    expect(advice).toMatch(hint);
    expect(advice).toContain('`atp shop map blue-shirts`');
  },
);

test('doctor tells SKUs that are twice on Shopify from those that are gone and those that never were there', async () => {
  const [item] = await patient.shop.twin.levels('GREEN-SHIRT');
  const inventoryItemId = item?.inventoryItemId ?? '';
  await patient.atShopify(
    'items',
    { inventoryItemId, newSku: 'BLUE-SHIRT' },
    { inventoryItemId, newSku: 'GREEN-SHIRT' },
  );
  await patient.inDatabase(
    `INSERT INTO published_row VALUES ('${SHOP}', 'GREEN-SHIRT', 1, 'gone', 3)`,
    `DELETE FROM published_row`,
  );
  await addProduct(patient.shop.database, { productId: 'IN-STORE-ONLY', sku: 'IN-STORE-ONLY' });
  onTestFinished(async () => {
    await patient.shop.database.query(`DELETE FROM product WHERE product_id = 'IN-STORE-ONLY'`);
  });
  await patient.atp.json(['shop', 'map', SHOP]);

  const { 'blue-shirts: mapping': mapping } = await patient.failing();

  expect(mapping?.detail).toContain(
    '1 product (BLUE-SHIRT) with a SKU that another variant has come to carry',
  );
  expect(mapping?.detail).toContain('1 product (GREEN-SHIRT) published before');
  expect(mapping?.detail).toContain('1 product (IN-STORE-ONLY) not on Shopify');
});

test('doctor reports a product that is not on Shopify, but not as a fault', async () => {
  await addProduct(patient.shop.database, { productId: 'TOTE', sku: 'TOTE' });
  onTestFinished(async () => {
    await patient.shop.database.query(`DELETE FROM product WHERE product_id = 'TOTE'`);
  });
  await patient.atp.json(['shop', 'map', SHOP]);

  const mapping = (await patient.checks()).find(({ name }) => name === 'blue-shirts: mapping');

  expect(mapping).toMatchObject({ ok: true, hint: expect.stringContaining('`atp shop map') as string });
  expect(mapping?.detail).toContain('1 product (TOTE) not on Shopify');
});

test('doctor finds a catalogue that was never read', async () => {
  await patient.inDatabase('UPDATE shop SET mapped_at = NULL', 'UPDATE shop SET mapped_at = now()');

  expect((await patient.failing())['blue-shirts: mapping']).toMatchObject({
    detail: 'The catalogue was never read.',
    hint: expect.stringContaining('`atp shop map blue-shirts`') as string,
  });
});

test('doctor finds a group without members, and a facility whose stock two shops promise', async () => {
  const noMembers = `UPDATE facility_group_member SET thru_date = now() WHERE facility_group_id = 'FAC_GRP'`;
  await patient.inDatabase(
    noMembers,
    `UPDATE facility_group_member SET thru_date = NULL WHERE facility_group_id = 'FAC_GRP'`,
  );
  expect((await patient.failing())['blue-shirts: facility group']).toMatchObject({
    detail: expect.stringContaining('no member') as string,
    hint: expect.stringContaining('`atp group add FAC_GRP') as string,
  });
  await patient.shop.database.query(`UPDATE facility_group_member SET thru_date = NULL`);

  await createFacilityGroup(patient.shop.database, { facilityGroupId: 'OUTLET' });
  await addGroupMember(patient.shop.database, { facilityGroupId: 'OUTLET', facilityId: 'BROADWAY' });
  const { shopId: _, ...first } = await findShop(patient.shop.database, SHOP);
  expect(await patient.failing()).toEqual({});
  const second = { ...first, shopId: 'outlet', facilityGroupId: 'OUTLET' };
  await addShop(patient.shop.database, { ...second, locationId: TWIN_SHOP.locations[1].id });
  onTestFinished(async () => {
    await removeShop(patient.shop.database, 'outlet');
    await patient.shop.database.query(`DELETE FROM facility_group_member WHERE facility_group_id = 'OUTLET'`);
  });

  const found = await patient.failing();

  for (const name of ['blue-shirts: facility group', 'outlet: facility group']) {
    expect(found[name]).toMatchObject({
      detail:
        'The same units are promised by several shops: BROADWAY by blue-shirts and outlet, in FAC_GRP and OUTLET.',
      hint: expect.stringContaining('`atp group remove <facilityGroupId> BROADWAY`') as string,
    });
  }

  await patient.shop.database.query(`UPDATE shop SET facility_group_id = 'FAC_GRP'`);
  const ofOneGroup = await patient.failing();
  expect(ofOneGroup['outlet: facility group']).toMatchObject({
    detail: expect.stringContaining('BROADWAY by blue-shirts and outlet, in FAC_GRP') as string,
    hint: expect.stringContaining('`atp shop set <shop> --group') as string,
  });
  expect(await patient.shop.verify()).toMatchObject({ sharedWith: ['outlet'] });
  expect((await patient.atp.run('verify', SHOP)).stdout).toContain('The same units are promised by outlet');
});

test('doctor finds a catalogue that was not matched for long, and products that wait to be unmapped', async () => {
  await patient.inDatabase(
    `UPDATE shop SET mapped_at = now() - interval '27 hours'`,
    'UPDATE shop SET mapped_at = now()',
  );
  expect((await patient.failing())['blue-shirts: catalogue']).toMatchObject({
    detail: expect.stringContaining('so variants and products that are new since sell nothing') as string,
    hint: expect.stringContaining('`atp job show map-shop --shop blue-shirts`') as string,
  });

  await patient.inDatabase(
    `INSERT INTO mapping_finding SELECT '${SHOP}', product_id, 'LEAVING' FROM product WHERE sku LIKE 'B%'`,
    `DELETE FROM mapping_finding WHERE finding = 'LEAVING'`,
  );
  expect((await patient.failing())['blue-shirts: catalogue']).toMatchObject({
    detail: expect.stringContaining('The items of 1 product (BLUE-SHIRT) have other SKUs') as string,
    hint: expect.stringContaining('`atp shop map blue-shirts --approve`') as string,
  });
});

test('doctor finds a group whose only member is virtual, so that every Online ATP is 0', async () => {
  await addFacility(patient.shop.database, {
    facilityId: 'PARKED',
    facilityName: 'Parked',
    facilityTypeId: 'VIRTUAL_FACILITY',
  });
  await addGroupMember(patient.shop.database, { facilityGroupId: 'FAC_GRP', facilityId: 'PARKED' });
  await patient.inDatabase(
    `UPDATE facility_group_member SET thru_date = now() WHERE facility_id <> 'PARKED'`,
    `UPDATE facility_group_member SET thru_date = NULL WHERE facility_id <> 'PARKED'`,
  );

  expect((await patient.failing())['blue-shirts: facility group']?.detail).toContain('every Online ATP is 0');
});

test('doctor finds a blocked lane, and names the command that lets it go on', async () => {
  await patient.inDatabase(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       snapshot, effective_at, sha256, reason_code, reason)
     VALUES ('${SHOP}', 7, 'hard-sync', 'BLOCKED', 'a run', 'FAC_GRP', 'gid://shopify/Location/1',
       pg_current_snapshot(), now(), 'a hash', 'FILE_MISSING', 'It is not on SFTP.')`,
    'DELETE FROM upload_file',
  );

  expect((await patient.failing())['blue-shirts: lane']).toMatchObject({
    detail: 'File 7 blocks the lane. FILE_MISSING: It is not on SFTP.',
    hint: expect.stringContaining('`atp lane blue-shirts retry 7') as string,
  });
});

test('doctor finds units that are kept back for a day more than the order lag, because no order of the shop is imported', async () => {
  const keptBack = (
    hours: number,
  ) => `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, debt, drops)
    VALUES ('${SHOP}', 'RED-SHIRT', 1, 'APPLIED', 10, 3, jsonb_build_array(
      jsonb_build_object('at', now() - interval '${hours} hours', 'units', 2),
      jsonb_build_object('at', now(), 'units', 1)))
    ON CONFLICT (shop_id, product_id) DO UPDATE SET drops = excluded.drops`;
  await patient.inDatabase(keptBack(29), 'DELETE FROM applied_row');
  const fine = (await patient.checks()).find(({ name }) => name === 'blue-shirts: unseen sales');
  expect(fine).toMatchObject({
    ok: true,
    detail: '3 units of 1 product kept back; no feed of orders was imported yet.',
  });

  await patient.shop.database.query(keptBack(31));

  const { 'blue-shirts: unseen sales': found, ...others } = await patient.failing();
  expect(others).toEqual({});
  expect(found?.detail).toContain('1 product (RED-SHIRT)');
  expect(found?.hint).toContain('ORDER_ITEMS with shopId blue-shirts');
  expect(found?.hint).toContain('`atp shop set blue-shirts --sales-policy overwrite`');
});

test('doctor finds statements of complete orders that have stopped, and says what ends stating', async () => {
  const stated = (hours: number) =>
    `UPDATE shop_orders SET imported_until = now() - interval '${hours} hours' WHERE shop_id = '${SHOP}'`;
  await patient.inDatabase(
    `INSERT INTO shop_orders (shop_id, fed_until) VALUES ('${SHOP}', now())`,
    'DELETE FROM shop_orders',
  );
  await patient.shop.database.query(stated(29));
  expect(await patient.failing()).toEqual({});

  await patient.shop.database.query(stated(31));

  const { 'blue-shirts: unseen sales': found, ...others } = await patient.failing();
  expect(others).toEqual({});
  expect(found?.detail).toContain('nothing later was stated. 0 units of 0 products kept back');
  expect(found?.hint).toContain('`atp shop set blue-shirts --order-watermark none`');
});

test('doctor reminds of a location that the shop has left, while what is restocked there is sold', async () => {
  const [, { id: left }] = TWIN_SHOP.locations;
  await patient.inDatabase(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       snapshot, effective_at)
     VALUES ('${SHOP}', 7, 'drain', 'APPLIED', 'a drain', 'FAC_GRP', '${left}', pg_current_snapshot(), now())`,
    'DELETE FROM upload_file',
  );
  const location = async () => (await patient.checks()).find(({ name }) => name === 'blue-shirts: location');

  expect((await location())?.hint).toContain(`The shop has left "Back room" (${left})`);
  await patient.inDatabase(
    `INSERT INTO left_item (shop_id, location_id, inventory_item_id, product_id, state, sequence, units)
     SELECT '${SHOP}', '${left}', inventory_item_id, product_id, 'ON_SALE', 7, 2 FROM shop_product`,
    'DELETE FROM left_item',
  );
  const { detail, hint } = (await location()) ?? {};
  expect(detail).toMatch(
    /3 items with 6 units \(.*\) at "Back room" \(gid:.*\), which file 7 has not sent to 0/,
  );
  expect(hint).toContain('`atp shop drain blue-shirts` sends them to 0');

  await patient.atShopify(
    'locations',
    { id: left, fulfillsOnlineOrders: false },
    { id: left, fulfillsOnlineOrders: true },
  );
  expect(await location()).toMatchObject({ ok: true, hint: null });
});

test('doctor tells of a shop that is being emptied and was not removed', async () => {
  await patient.inDatabase('UPDATE shop SET closing_since = now()', 'UPDATE shop SET closing_since = NULL');

  expect((await patient.failing())['blue-shirts: lane']).toMatchObject({
    detail: expect.stringContaining('the shop is emptied to be removed') as string,
    hint: expect.stringContaining('`atp shop remove blue-shirts --drain`') as string,
  });
});
