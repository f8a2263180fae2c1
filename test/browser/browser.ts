/** A real browser: the Chromium of the system, without its own network. */
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { findBrowser } from './find-browser.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What a page may take to show what is waited for, also on a busy machine. */
const PAGE_TIMEOUT_MS = 60_000;

export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('no Chromium is installed: install the package chromium');
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

export interface OpenPage {
  readonly page: Page;
  /** What the page has written to the browser's console as an error, and what it has thrown. */
  readonly faults: readonly string[];
}

/** A page of a browser that nobody has used before. */
export async function openPage(
  browser: Browser,
  url: string,
  { width, height, scheme }: View = { width: 1280, height: 900, scheme: 'light' },
): Promise<OpenPage> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    // That nobody is signed in yet is asked for by a request that is refused; the browser calls that an error.
    const isSignIn = message.location().url.endsWith('/api/session') && message.text().includes('401');
    if (message.type() === 'error' && !isSignIn) faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
  return { page, faults };
}

/** As a person signs in. */
export async function signInTo(page: Page, userName: string, password: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Name' }).fill(userName);
  await page.locator('input[name=password]').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor({ state: 'attached' });
}

/** No page has so many controls: who comes so far goes round in circles. */
const TABS_MAX = 120;

/** As somebody without a mouse: to a control by the Tab key alone. */
export async function tabTo(control: Locator): Promise<void> {
  await control.waitFor();
  const focused = control.and(control.page().locator(':focus'));
  for (let pressed = 0; pressed <= TABS_MAX; pressed += 1) {
    if ((await focused.count()) > 0) return;
    await control.page().keyboard.press('Tab');
  }
  throw new Error(`nobody gets to ${String(control)} by the Tab key`);
}

/** To a control by Tab, and a key there: Enter for buttons and links, Space for what is switched. */
export async function pressOn(
  control: Locator,
  key: 'Enter' | 'Space' | 'ArrowDown' = 'Enter',
): Promise<void> {
  await tabTo(control);
  await control.page().keyboard.press(key);
}

/** To a field by Tab, and types. */
export async function typeInto(field: Locator, text: string): Promise<void> {
  await tabTo(field);
  await field.page().keyboard.type(text);
}

/** Opens a list by the arrow key, types what it may be searched by, and goes down to an option. */
export async function chooseOption(list: Locator, option: string | RegExp): Promise<void> {
  const page = list.page();
  await pressOn(list, 'ArrowDown');
  if (typeof option === 'string' && (await list.getAttribute('readonly')) === null) {
    await page.keyboard.press('Control+a');
    await page.keyboard.type(option);
  }
  const wanted = page.getByRole('option', { name: option, exact: true }).first();
  await wanted.waitFor();
  for (let pressed = 0; pressed <= TABS_MAX; pressed += 1) {
    // A list that has just been opened can show an option as the one to take, and not take it yet: then it stays open.
    if ((await wanted.getAttribute('data-combobox-selected')) !== null) {
      await page.keyboard.press('Enter');
      if ((await list.getAttribute('aria-expanded')) === 'false') return;
    }
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`nobody gets to the option ${String(option)} by the arrow key`);
}

/** Until the keys that are pressed next go to this field. */
export async function waitForFocus(page: Page, label: string): Promise<void> {
  await page.locator(`[aria-label="${label}"]:focus`).waitFor();
}
