/** Lists that a person reads on and on: the server is not asked for all of it whenever something changes. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { openBrowser } from './browser.ts';
import { openAs, openSmallStore } from './small-store.ts';

const SHOP = 'mugs';
const FILES = 5;
/** More than are read again by themselves. */
const PAGES = 4;

let browser: Browser;
let api: ApiUnderTest;

beforeAll(async () => {
  [browser, api] = await Promise.all([openBrowser(), openSmallStore()]);
  const { status } = await api.post('/api/shop/add', {
    ...{ shopId: SHOP, domain: 'mugs.myshopify.com', locationId: 'gid://shopify/Location/1' },
    ...{ facilityGroupId: 'FAC_GRP', token: 'env:NO_TOKEN', noCheck: true },
  });
  expect(status).toBe(200);
  await api.database.query(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       snapshot, effective_at, row_count)
     SELECT $1, file, 'recent-changes', 'APPLIED', 'test ' || file, 'FAC_GRP', 'there', pg_current_snapshot(), now(), 1
     FROM generate_series(1, $2::int) AS file`,
    [SHOP, FILES],
  );
});
afterAll(() => browser.close());

/** What the page asks of an operation from now on: the addresses. */
function questionsFor(page: Page, path: string): readonly string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === `/api/${path}`) asked.push(request.url());
  });
  return asked;
}

/** Something happens to the lane, and the page has heard of it. */
async function changeLane(page: Page, act: 'pause' | 'resume', state: 'Paused' | 'Idle'): Promise<void> {
  expect((await api.post(`/api/lane/${act}`, { shopId: SHOP, reason: 'count' })).status).toBe(200);
  await page.getByText(state, { exact: true }).first().waitFor();
}

test('a list that was read on is read again when somebody asks for it, and not by each event or half minute', async () => {
  const { page, faults } = await openAs(browser, api, 'viewer');
  await page.clock.install();
  // A page of the list is one file: five files are as long as five hundred.
  await page.route('**/api/lane/files?*', (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('limit', '1');
    return route.continue({ url: url.href });
  });
  await page.goto(`/files/${SHOP}`);
  const rows = page.getByRole('region', { name: `Files of ${SHOP}` }).getByRole('row');
  await expect.poll(() => rows.count()).toBe(2);
  await page.getByText('live', { exact: true }).waitFor();
  const ofList = questionsFor(page, 'lane/files');
  const ofLane = questionsFor(page, 'lane/show');

  // While it is short, it is read again whenever the lane changes.
  await changeLane(page, 'pause', 'Paused');
  await expect.poll(() => ofList.length).toBeGreaterThan(0);

  for (let shown = 2; shown <= PAGES; shown += 1) {
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => rows.count()).toBe(shown + 1);
  }
  await page.getByText('So long a list is not read again by itself').waitFor();
  const ofListBefore = ofList.length;
  const ofLaneBefore = ofLane.length;
  await changeLane(page, 'resume', 'Idle');
  await page.clock.fastForward('01:00');
  // The lane itself was asked for after both.
  await expect.poll(() => ofLane.length).toBeGreaterThanOrEqual(ofLaneBefore + 2);
  expect(ofList.length).toBe(ofListBefore);

  await page.getByRole('button', { name: 'Read again' }).click();
  await expect.poll(() => ofList.length).toBe(ofListBefore + PAGES);
  expect(faults).toEqual([]);
});

test('a badge says when more feeds are held than it counts', async () => {
  const hold = (from: number, to: number) =>
    api.database.query(
      `INSERT INTO feed_import (import_key, file_name, source, feed_type, sent_at, state, row_count)
       SELECT 'night ' || feed, 'night ' || feed, 'erp', 'RESET_INVENTORY', now(), 'held', 1
       FROM generate_series($1::int, $2::int) AS feed`,
      [from, to],
    );
  const { page, faults } = await openAs(browser, api, 'viewer');
  await hold(1, 100);
  await page.reload();
  await page.getByRole('link', { name: /^Approvals\s*100\s+wait$/ }).waitFor();
  await hold(101, 101);
  await page.reload();
  await page.getByRole('link', { name: /^Approvals\s*100\+\s+wait$/ }).waitFor();
  expect(faults).toEqual([]);
});
