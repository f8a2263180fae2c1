/** The SFTP server of a source in Settings: where it is, whether imports can use it, and who may say so. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordServerLook } from '../../src/postgres/feeds/source-servers.ts';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { openBrowser, pressOn, typeInto } from './browser.ts';
import { axeFindings, openAs, openEmptyStore } from './small-store.ts';

const SOURCES = '/settings?tab=sources';
const HOST_KEY = `SHA256:${'A'.repeat(43)}`;
const SERVER = {
  ...{ host: 'sftp.partner.example', port: 2222, username: 'atp', folder: '/out', hostKey: HOST_KEY },
  ...{ password: 'env:STORE_12_PASSWORD', privateKeyFile: null },
};

let browser: Browser;
let api: ApiUnderTest;

beforeAll(async () => {
  [browser, api] = await Promise.all([openBrowser(), openEmptyStore()]);
  for (const source of ['store-12', 'store-13'])
    expect((await api.post('/api/source/add', { source, type: 'RESET_INVENTORY' })).status).toBe(200);
});
afterAll(() => browser.close());

const sources = async () => (await api.ask('/api/source/list')).json;

test('an admin connects a source to its server, sees whether it can be used, and disconnects it', async () => {
  const { page, faults } = await openAs(browser, api, 'admin');
  await page.goto(SOURCES);
  const card = page.getByRole('region', { name: 'store-12' });
  await card.getByText('Its feeds lie on the SFTP server of all sources.').waitFor();
  await pressOn(card.getByRole('button', { name: 'Connect' }));
  const form = page.getByRole('dialog');
  for (const [field, value] of [
    ['Host', SERVER.host],
    ['Port', '2222'],
    ['Username', SERVER.username],
    ['Folder', SERVER.folder],
    ['Host key', 'SHA256:short'],
    ['Password', SERVER.password],
  ] as const)
    await typeInto(form.getByRole('textbox', { name: field, exact: true }), value);
  await pressOn(form.getByRole('button', { name: 'Connect' }));
  await form
    .getByRole('alert')
    .getByText(/SHA256:… as ssh-keygen -l prints it/)
    .waitFor();
  await form.getByRole('textbox', { name: 'Host key', exact: true }).fill(HOST_KEY);
  await pressOn(form.getByRole('button', { name: 'Connect' }));

  await card.getByText('sftp://atp@sftp.partner.example:2222/out').waitFor();
  await card.getByText('no import has looked there yet').waitFor();
  expect(await sources()).toMatchObject([{ source: 'store-12', server: SERVER }, { server: null }]);

  const fault = { code: 'SFTP_UNREACHABLE', message: 'The SFTP server does not answer.' };
  await recordServerLook(api.database, 'store-12', fault);
  await page.reload();
  await card.getByText('cannot be used').waitFor();
  await card.getByText(fault.message).waitFor();
  await recordServerLook(api.database, 'store-12', null);
  await page.reload();
  await card.getByText('the last import could use it').waitFor();

  // The form begins with what was said, and sends it again.
  await card.getByRole('button', { name: 'Connect anew' }).click();
  await form.getByRole('textbox', { name: 'Folder', exact: true }).fill('/outgoing');
  await form.getByRole('button', { name: 'Connect anew' }).click();
  await card.getByText('sftp://atp@sftp.partner.example:2222/outgoing').waitFor();
  await card.getByText('no import has looked there yet').waitFor();

  await card.getByRole('button', { name: 'Disconnect' }).click();
  await form.getByRole('button', { name: 'Disconnect' }).click();
  await card.getByText('Its feeds lie on the SFTP server of all sources.').waitFor();
  expect(await sources()).toMatchObject([{ server: null, serverUse: null }, {}]);
  // The browser calls the refused fingerprint an error.
  expect(faults).toEqual([expect.stringContaining('400')]);
});

test('an operator sees the servers, and may not say where they are', async () => {
  await api.post('/api/source/connect', { source: 'store-13', ...SERVER, privateKeyFile: undefined });
  const { page } = await openAs(browser, api, 'operator');
  await page.goto(SOURCES);
  const card = page.getByRole('region', { name: 'store-13' });
  await card.getByText('no import has looked there yet').waitFor();
  for (const name of ['Connect anew', 'Disconnect']) {
    const button = card.getByRole('button', { name });
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await button.click({ force: true });
    expect(await page.getByRole('dialog').count()).toBe(0);
  }
  await page.route('**/api/source/list*', (route) => route.fulfill({ status: 500, body: '{}' }));
  await page.reload();
  await page.getByRole('alert').getByText('This cannot be shown now').waitFor();
});

test.each(['light', 'dark'] as const)('axe finds nothing, %s, also where it is narrow', async (scheme) => {
  await api.post('/api/source/connect', { source: 'store-13', ...SERVER, privateKeyFile: undefined });
  const message = 'The SFTP server sftp.partner.example:2222 cannot be reached: getaddrinfo ENOTFOUND.';
  await recordServerLook(api.database, 'store-13', { code: 'SFTP_UNREACHABLE', message });
  const { page } = await openAs(browser, api, 'admin', { width: 390, height: 844, scheme });
  await page.goto(SOURCES);
  await page.getByText(message).waitFor();
  expect(await axeFindings(page, scheme)).toEqual([]);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
  await page.getByRole('button', { name: 'Connect anew' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Host key', exact: true }).waitFor();
  expect(await axeFindings(page, scheme)).toEqual([]);
});
