/** A verification reads many pages at once, and what it says and keeps is as if it had read one after the other. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import { createVerifyActivities } from '../../activities/verify-shop.ts';
import { PAGES_COMPARED_AT_ONCE, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';
import { SHOP as TWIN_SHOP } from './twin-fixture.ts';

const PAGES = 4;
/** In the order in which they are compared. */
const SKUS = Array.from({ length: PAGES * ROWS_PER_CALL }, (_, at) => `SKU-${String(at).padStart(4, '0')}`);
/** One on each page: Shopify has a unit that we do not promise. */
const DIFFERENT = Array.from({ length: PAGES }, (_, page) => SKUS[page * ROWS_PER_CALL + page] ?? '');

let bench: ChunkBench;

beforeAll(async () => {
  bench = await openShop(SKUS);
});

function openShop(skus: readonly string[]): Promise<ChunkBench> {
  return ChunkBench.open(Object.fromEntries(skus.map((sku) => [sku, DIFFERENT.includes(sku) ? 1 : 0])));
}

/** An attempt; what it fails for would look like a fault in the log. */
function environmentWith(info: { readonly heartbeatDetails?: unknown }) {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

function verify(environment = environmentWith({}), { database } = bench) {
  const { compareShop } = createVerifyActivities({
    database,
    adminApi: (shop) => openAdminApi(shop),
    diary: () => undefined,
  });
  return environment.run(compareShop, { shopId: SHOP });
}

const findings = {
  checked: SKUS.length,
  differentCount: PAGES,
  different: DIFFERENT.map((sku) => ({ sku, onlineAtp: 0, shopify: 1, cause: 'NEVER_PUBLISHED' })),
};

/** Lets the reads of pages wait at Shopify until each of them is there. */
async function holdPages(count: number, { twin } = bench): Promise<readonly string[]> {
  const held: string[] = [];
  for (let page = 0; page < count; page += 1) held.push((await twin.hold('ReadOnlineAtp')).id);
  return held;
}

const arrived = (id: string, { twin } = bench) => twin.control('GET', `/holds/${id}?arrived`);
const release = (id: string, { twin } = bench) => twin.control('DELETE', `/holds/${id}`);

test('all pages are on their way at once, and are told in the order of the products', async () => {
  const held = await holdPages(PAGES);
  const verified = verify();
  for (const id of held) await arrived(id);
  // The last one is answered first.
  for (const id of held.toReversed()) await release(id);

  expect(await verified).toMatchObject(findings);
});

test('a large plan has more pages on their way, also when no call has told the plan yet', async () => {
  const pages = PAGES_COMPARED_AT_ONCE + 1;
  const products = pages * ROWS_PER_CALL;
  const large = await openShop(Array.from({ length: products }, (_, at) => `LARGE-${at}`));
  await large.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/economy`, { restoreRate: 2_000 });
  const held = await holdPages(pages, large);

  const verified = verify(environmentWith({}), large);
  for (const id of held) await arrived(id, large);
  for (const id of held) await release(id, large);

  expect(await verified).toMatchObject({ checked: products, differentCount: 0 });
});

test('when a page fails, the next attempt goes on behind the last page before it, and counts nothing twice', async () => {
  const environment = environmentWith({});
  let left: { readonly checked: number } | undefined;
  environment.on('heartbeat', (details: typeof left) => (left = details));
  await bench.twin.control('POST', '/faults', {
    kind: 'http-500-before',
    operation: 'ReadOnlineAtp',
    skip: 2,
    times: 1,
  });
  await expect(verify(environment)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  const checked = left?.checked ?? -1;
  expect(checked % ROWS_PER_CALL).toBe(0);
  expect(checked).toBeLessThan(SKUS.length);
  const before = (await bench.twin.requests('ReadOnlineAtp')).length;

  expect(await verify(environmentWith({ heartbeatDetails: left }))).toMatchObject(findings);

  const asked = (await bench.twin.requests('ReadOnlineAtp')).length - before;
  expect(asked).toBe(PAGES - checked / ROWS_PER_CALL);
});
