/** A small store behind a console: three products at two facilities that sell online, and a person of each role. */
import type { Browser, Page } from 'playwright-core';
import type { ServerParts } from '../../src/api/server.ts';
import { openApi, PASSWORD, signIn, type ApiUnderTest } from '../api/api-under-test.ts';
import { openPage, signInTo, type View } from './browser.ts';

export { axeFindings } from './axe.ts';

const ROLES = ['viewer', 'operator', 'admin'] as const;
export const SKUS = ['MUG-BLUE', 'MUG-RED', 'MUG-WHITE'] as const;
const HEADER = 'facilityId,idValue,idType,resetByAtp,availableQty';

/** Lines of a count: facility, SKU, units. */
export function countOf(...lines: readonly (readonly [string, string, number])[]): string {
  return [HEADER, ...lines.map(([facilityId, sku, units]) => `${facilityId},${sku},SKU,N,${units}`), ''].join(
    '\n',
  );
}

/** @param parts of the server, where they are not the usual ones */
export async function openSmallStore(parts: Partial<ServerParts> = {}): Promise<ApiUnderTest> {
  const api = await openEmptyStore(parts);
  for (const facilityId of ['NEW_YORK', 'BROOKLYN']) {
    await done(api, 'facility/add', {
      ...{ facilityId, facilityName: `Store ${facilityId}`, facilityTypeId: 'RETAIL_STORE' },
    });
  }
  await done(api, 'group/add', { facilityGroupId: 'FAC_GRP', facilityIds: ['NEW_YORK', 'BROOKLYN'] });
  for (const [at, sku] of SKUS.entries()) await done(api, 'product/add', { productId: `P-${at}`, sku });
  await upload(
    api,
    'RESET_INVENTORY__opening.csv',
    countOf(['NEW_YORK', 'MUG-BLUE', 10], ['BROOKLYN', 'MUG-BLUE', 4], ['NEW_YORK', 'MUG-RED', 3]),
  );
  return api;
}

/** Nobody has set up anything; people can sign in. */
export async function openEmptyStore(parts: Partial<ServerParts> = {}): Promise<ApiUnderTest> {
  const api = await openApi({}, parts);
  for (const role of ROLES) await signIn(api, role, role);
  return api;
}

async function done(api: ApiUnderTest, path: string, input: object): Promise<void> {
  const { status, text } = await api.post(`/api/${path}`, input);
  if (status !== 200) throw new Error(`${path} was refused: ${text}`);
}

/** As a person uploads it. */
export async function upload(api: ApiUnderTest, file: string, body: string): Promise<void> {
  const { status, text } = await api.ask(`/api/feed/import?file=${file}`, {
    ...{ method: 'POST', body, headers: { 'content-type': 'application/octet-stream' } },
  });
  if (status !== 200) throw new Error(`${file} was refused: ${text}`);
}

export interface SignedInPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

export async function openAs(
  browser: Browser,
  api: ApiUnderTest,
  role: (typeof ROLES)[number],
  view?: View,
): Promise<SignedInPage> {
  const opened = await openPage(browser, api.url, view);
  await signInTo(opened.page, role, PASSWORD);
  return opened;
}
