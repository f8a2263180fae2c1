/** The jobs in a real browser: their cards, schedules, runs and the dashboard, over a whole installation. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureSchedules, scheduleId } from '../../src/temporal/schedules.ts';
import { tomorrow } from '../../web/pages/inventory/draft.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { chooseOption, openBrowser, openPage, pressOn, type OpenPage } from './browser.ts';
import { axeFindings } from './axe.ts';
import { serveConsole, signInAs } from './console.ts';

let shop: Installation;
let browser: Browser;
let url: string;
let admin: OpenPage;
let page: Page;

beforeAll(async () => {
  shop = await Installation.open(['SHIRT-1', 'SHIRT-2']);
  await shop.startWorker();
  await ensureSchedules(shop.temporal, SHOP);
  ({ url } = await serveConsole(shop, { TEMPORAL_UI_URL: 'https://temporal.example.com' }));
  browser = await openBrowser();
  admin = await openPage(browser, url);
  ({ page } = admin);
  await signInAs(page, 'admin');
});

afterAll(() => browser.close());

const card = (name: string, on = page) => on.getByRole('article', { name: `${name}, ${SHOP}` });

async function choose(within: ReturnType<typeof card>, label: string, option: string): Promise<void> {
  await chooseOption(within.getByRole('combobox', { name: label }), option);
}

test('a job is scheduled by keyboard alone for tomorrow 06:00 in Berlin: Temporal has it, and it is pending', async () => {
  await page.goto('/inventory');
  const verify = card('Verify');
  await pressOn(verify.getByRole('button', { name: 'Schedule' }));
  await choose(verify, 'Run time', 'Tomorrow');
  await choose(verify, 'Time zone', 'Europe/Berlin');
  await verify.getByLabel('At', { exact: true }).fill('06:00');

  // What is typed shows its runs before it is saved.
  const typed = await verify.getByText('Once it is saved').locator('xpath=..').innerText();
  expect(typed).toContain('06:00');

  // What is not saved is not lost by a slip.
  await pressOn(page.getByRole('link', { name: 'Pipeline' }));
  const leaving = page.getByRole('dialog', { name: 'Leave without saving?' });
  await pressOn(leaving.getByRole('button', { name: 'Stay' }));
  await pressOn(verify.getByRole('button', { name: 'Save changes' }));
  await verify.getByText('every day at 06:00 (Europe/Berlin)').waitFor();

  const { spec, info } = await shop.temporal.client.schedule.getHandle(scheduleId('verify', SHOP)).describe();
  const [first] = info.nextActionTimes;
  expect(spec.timezone).toBe('Europe/Berlin');
  const shown = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Berlin',
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(first);
  expect(shown).toBe(`${tomorrow('Europe/Berlin', Date.now())} 06:00`);

  await page.goto('/pipeline?state=pending');
  const row = page.getByRole('row', { name: /Verify/ });
  await row.getByText('every day at 06:00 (Europe/Berlin)').waitFor();

  await page.goto(`/inventory/${SHOP}/verify`);
  const change = page.getByRole('row', { name: /admin.*new times/ });
  await change.getByText('every day at 05:04 (UTC) → every day at 06:00 (Europe/Berlin)').waitFor();
});

test('run now leads by keyboard alone to the run, and the pipeline finds it by who started it', async () => {
  await page.goto('/inventory');
  await pressOn(card('Verify').getByRole('button', { name: 'Run now' }));
  const form = page.getByRole('dialog', { name: 'Run now' });
  await form.getByText('Nothing on Shopify changes').waitFor();
  await pressOn(form.getByRole('button', { name: 'Run now' }));
  await pressOn(page.getByRole('link', { name: 'The run has started: look at it' }));

  await page.getByRole('heading', { name: 'Run of Verify' }).waitFor();
  await page
    .getByText(/products equal on Shopify|2 of 2 products/)
    .first()
    .waitFor();
  const link = page.getByRole('link', { name: /^Temporal/ });
  expect(await link.getAttribute('href')).toMatch(
    /^https:\/\/temporal\.example\.com\/namespaces\/[\w-]+\/workflows\/verifyShop%2F[\w-]+\/[\w-]{36}\/history$/,
  );

  await page.goto('/pipeline?state=completed&by=admin');
  await page.getByRole('row', { name: /Verify.*admin/ }).waitFor();
  await page.goto('/pipeline?state=completed&by=nobody');
  await page.getByText('No run is like that').waitFor();
});

test('a job is disabled with a reason, and enabled again', async () => {
  await page.goto(`/inventory?open=recent-changes%2F${SHOP}`);
  const changes = card('Upload recent inventory changes');
  await changes.getByRole('button', { name: 'Disable' }).click();
  const form = page.getByRole('dialog', { name: 'Disable' });
  await form.getByLabel('Reason').fill('stock-taking');
  await form.getByText(`atp job pause recent-changes --shop ${SHOP} --reason stock-taking`).waitFor();
  await form.getByRole('button', { name: 'Disable' }).click();
  await changes.getByText('disabled: stock-taking').waitFor();
  const described = () =>
    shop.temporal.client.schedule.getHandle(scheduleId('recent-changes', SHOP)).describe();
  expect((await described()).state).toMatchObject({ paused: true, note: 'stock-taking' });

  await changes.getByRole('button', { name: 'Enable' }).click();
  await page.getByRole('dialog', { name: 'Enable' }).getByRole('button', { name: 'Enable' }).click();
  await changes.getByText('disabled: stock-taking').waitFor({ state: 'detached' });
  expect((await described()).state.paused).toBe(false);
});

test('saving sets only what was changed: what another person has set meanwhile stays', async () => {
  await page.goto(`/inventory?open=verify%2F${SHOP}`);
  const verify = card('Verify');
  await verify.getByLabel('Sample').fill('5');
  // Another person gives it other times, and leaves out a run.
  const handle = shop.temporal.client.schedule.getHandle(scheduleId('verify', SHOP));
  const startAt = new Date(Date.now() + 3 * 24 * 60 * 60_000);
  startAt.setUTCMilliseconds(0);
  await handle.update((found) => ({
    ...found,
    spec: { ...found.spec, timezone: 'Asia/Kolkata', startAt },
  }));
  await verify.getByRole('button', { name: 'Save changes' }).click();
  await page
    .getByText(/Verify: saved/)
    .first()
    .waitFor();

  const { spec, action } = await handle.describe();
  expect(spec.timezone).toBe('Asia/Kolkata');
  expect(spec.startAt).toEqual(startAt);
  expect(action.args).toEqual([{ shopId: SHOP, sample: 5 }]);
});

test('the page of a job says which times did not run, and why', async () => {
  const operator = shop.temporal.client.schedule.getHandle(scheduleId('map-shop', SHOP));
  await operator.update((found) => ({ ...found, spec: { intervals: [{ every: '1 second' }] } }));
  await expect.poll(async () => (await operator.describe()).info.recentActions.length).toBeGreaterThan(0);
  await operator.pause('stock-take');
  await page.goto(`/inventory/${SHOP}/map-shop`);
  const missed = page.getByRole('region', { name: 'Did not run' });
  // Its times of the pause come due one by one.
  await expect
    .poll(
      async () => {
        await page.reload();
        await missed.waitFor();
        return missed.getByLabel(/Show \d+ times? that did not run/).count();
      },
      { timeout: 60_000, interval: 2_000 },
    )
    .toBe(1);
  await missed.getByLabel(/that did not run/).check({ force: true });
  await missed.getByText('stock-take').first().waitFor();
  expect(page.url()).toContain('missed=yes');

  await page.goto('/pipeline?view=day&job=map-shop');
  await page
    .getByRole('button', { name: /^Map shop: did not start, due .*, disabled: paused: stock-take$/ })
    .first()
    .waitFor();
});

test('a card that is opened has room for its whole form', async () => {
  await page.goto('/inventory');
  const verify = card('Verify');
  await verify.getByRole('button', { name: 'Schedule' }).click();
  const save = verify.getByRole('button', { name: 'Save changes' });
  await save.waitFor();
  const bottomOf = async (part: Locator) => {
    const box = await part.boundingBox();
    return box ? box.y + box.height : NaN;
  };
  await expect.poll(async () => (await bottomOf(verify)) - (await bottomOf(save))).toBeGreaterThan(0);
});

test('a viewer sees everything and can do nothing of it', async () => {
  const { page: theirs } = await openPage(browser, url);
  await signInAs(theirs, 'viewer');
  await theirs.goto(`/inventory?open=verify%2F${SHOP}`);
  const verify = card('Verify', theirs);
  const runNow = verify.getByRole('button', { name: 'Run now' });
  await expect.poll(() => runNow.getAttribute('aria-disabled')).toBe('true');
  // As somebody who insists.
  await runNow.click({ force: true });
  expect(await theirs.getByRole('dialog').count()).toBe(0);
  expect(await verify.getByRole('button', { name: 'Save changes' }).isDisabled()).toBe(true);
  await theirs.context().close();
});

test('what cannot be read is said, with what to do', async () => {
  await page.goto('/runs/verifyShop%2Fnorth/00000000-0000-0000-0000-000000000000');
  await page.getByText('RUN_UNKNOWN').waitFor();
  await page.goto('/inventory/all/no-such-job');
  await page.getByText('JOB_UNKNOWN').waitFor();
});

test.each(['light', 'dark'] as const)('everybody can use the pages, %s', async (scheme) => {
  const { page: seen, faults } = await openPage(browser, url, { width: 390, height: 800, scheme });
  await signInAs(seen, 'admin');
  await shop.verify();
  await seen.goto('/pipeline?state=completed&job=verify');
  const run = await seen.getByRole('main').getByRole('link', { name: 'Verify' }).first().getAttribute('href');
  const paths = [
    '/',
    '/settings?tab=checks',
    run ?? 'the run has no page',
    `/inventory?open=hard-sync%2F${SHOP}`,
    '/pipeline?state=completed',
    '/pipeline?view=day',
    `/inventory/${SHOP}/verify`,
  ];
  // How long a run to come takes as a rule is known by the one that has ended. Another test lets it begin in three days.
  const day = `/pipeline?view=day&job=verify&day=${tomorrow('Europe/Berlin', Date.now() + 4 * 24 * 60 * 60_000)}`;
  await seen.goto(day);
  await seen
    .getByRole('button', { name: /^Verify: pending, .* takes .+ as a rule$/ })
    .first()
    .waitFor();
  for (const path of [...paths, day]) {
    await seen.goto(path);
    await seen.getByRole('heading', { level: 1 }).waitFor();
    await seen.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    expect(await axeFindings(seen, scheme), path).toEqual([]);
    // Nothing is wider than the screen.
    expect(await seen.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390);
  }
  expect(faults).toEqual([]);
  await seen.context().close();
});

test('no page has written a fault to the console', () => {
  // What a test asked for on purpose, and the server refused.
  expect(admin.faults.filter((fault) => !/\b40[04]\b/.test(fault))).toEqual([]);
});
