/** A large file on a slow line: how much of it has gone, and that it can be stopped on its way. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { openAs, openSmallStore } from './small-store.ts';

const SLOW_BYTES_PER_SECOND = 250_000;
const UNKNOWN_ROWS = 150;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Two megabytes with few rows: an ERP’s export has many columns that nobody needs. */
function wideCount(): Buffer {
  const others = Array.from({ length: 60 }, (_, at) => `note${at}`);
  const cells = others.map(() => 'x'.repeat(240)).join(',');
  const skus = ['MUG-BLUE', ...Array.from({ length: UNKNOWN_ROWS }, (_, at) => `NO-SUCH-MUG-${at}`)];
  return Buffer.from(
    [
      `facilityId,idValue,idType,resetByAtp,availableQty,${others.join(',')}`,
      ...skus.map((sku) => `NEW_YORK,${sku},SKU,N,25,${cells}`),
      '',
    ].join('\n'),
  );
}

/** The browser’s own line; -1: as fast as it is. */
async function slowDown(page: Page, uploadThroughput: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput },
  });
}

test('a file tells how much of it is sent and how long the rest takes; one that is stopped has changed nothing', async () => {
  const api = await openSmallStore();
  const { page, faults } = await openAs(browser, api, 'operator');
  const imports = async () =>
    ((await api.ask('/api/import/list')).json as { readonly imports: readonly unknown[] }).imports.length;
  const choose = () =>
    page.locator('input[type=file]').setInputFiles({
      ...{ name: 'RESET_INVENTORY__wide.csv', mimeType: 'text/csv', buffer: wideCount() },
    });
  await page.goto('/import');
  await slowDown(page, SLOW_BYTES_PER_SECOND);
  await choose();
  await page.getByText('Sending RESET_INVENTORY__wide.csv …').waitFor();
  await page.getByText(/^(0\.[1-9]|1\.\d) of 2\.2 MB sent$/).waitFor();
  await page.getByText(/^about .+ left$/).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Drop a CSV file here, or click to choose one').waitFor();

  await slowDown(page, -1);
  await choose();
  await page.getByRole('region', { name: 'Refused rows' }).waitFor();
  // Most rows are refused, which is more likely a fault of the sender.
  await page.getByRole('checkbox', { name: 'It is right: apply it all the same' }).check();
  await slowDown(page, SLOW_BYTES_PER_SECOND);
  await page.getByRole('button', { name: 'Apply 1 row' }).click();
  await page.getByText(/^(0\.[1-9]|1\.\d) of 2\.2 MB sent$/).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Apply 1 row' }).waitFor();
  expect(await imports()).toBe(1);

  await slowDown(page, -1);
  // It is asked once more, as before each try.
  await page.getByRole('checkbox', { name: 'It is right: apply it all the same' }).check();
  await page.getByRole('button', { name: 'Apply 1 row' }).click();
  await page.getByRole('alert').filter({ hasText: 'RESET_INVENTORY__wide.csv is applied' }).waitFor();
  expect(await imports()).toBe(2);
  expect(faults).toEqual([]);
});
