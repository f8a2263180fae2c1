/** Work that takes longer than an answer may: a look and an act both tell how far it is, and then what came of it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE } from '../../src/api/connections.ts';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { openBrowser } from './browser.ts';
import { openAs, openSmallStore } from './small-store.ts';

let browser: Browser;
let api: ApiUnderTest;

beforeAll(async () => {
  // So short an answer that whatever waits for a lock is told of.
  const patience = { ...PATIENCE, answerMs: 500, answerLookMs: 200 };
  [browser, api] = await Promise.all([openBrowser(), openSmallStore({ patience })]);
});
afterAll(() => browser.close());

/** Holds a table until `work` has ended: whoever needs it waits. */
async function whileLocked(table: string, work: () => Promise<void>): Promise<void> {
  await api.database.transaction(async (connection) => {
    await connection.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await work();
  });
}

test('a look tells what the server computes, and an act that the server works on it', async () => {
  const { page, faults } = await openAs(browser, api, 'operator');
  await page.goto('/facilities/NEW_YORK');
  const toggle = page.getByRole('switch', { name: /is now selling on/ });
  await toggle.waitFor();
  const drawer = page.getByRole('dialog');
  await whileLocked('product_facility', async () => {
    await toggle.click({ force: true });
    await drawer.getByText('Computing Online ATP of the catalogue, as it is and as it would be').waitFor();
  });
  await drawer.getByRole('row', { name: 'MUG-BLUE 14 4 −10' }).waitFor();
  expect(await drawer.getByText('Computing Online ATP').count()).toBe(0);

  await whileLocked('facility_group_member', async () => {
    await drawer.getByRole('button', { name: /^Stop selling on/ }).click();
    await drawer.getByText('The server works on it …').waitFor();
  });
  await page.getByRole('switch', { name: /does not sell on/ }).waitFor();
  expect(faults).toEqual([]);
});

test('an act without a form tells how far it is in a message, and then what came of it', async () => {
  const added = await api.post('/api/alert/add', { name: 'ops', slack: 'env:NO_SUCH_HOOK' });
  expect(added.status).toBe(200);
  const { page } = await openAs(browser, api, 'admin');
  await page.goto('/settings?tab=alerts');
  const send = page.getByRole('button', { name: 'Test' });
  await send.waitFor();
  const working = page.getByRole('alert').filter({ hasText: 'The server works on it …' });
  await whileLocked('alert_target', async () => {
    await send.click();
    await working.waitFor();
  });
  await page.getByRole('alert').filter({ hasText: 'ALERT_SECRET_MISSING' }).waitFor();
  await working.waitFor({ state: 'detached' });
});
