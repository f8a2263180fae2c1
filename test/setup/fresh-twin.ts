import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startShopifyTwin } from '../../src/stand-ins/shopify-twin/index.ts';
import { SHOP, TwinClient } from '../shopify/twin-fixture.ts';
import { cleanUp } from './clean-up.ts';
import type { RulesChange, ShopifyTwin, TwinOptions } from '../../src/stand-ins/shopify-twin/index.ts';

export interface FreshTwin {
  readonly twin: ShopifyTwin;
  /** Seeds, looks into levels and the request log, sets holds and faults. */
  readonly client: TwinClient;
  /** The twin's shop as `addShop` and `openAdminApi` take it; the token is in the file that it refers to. */
  readonly shop: {
    readonly shopId: string;
    readonly domain: string;
    readonly locationId: string;
    readonly accessTokenRef: string;
    readonly adminUrl: string;
    readonly apiVersion: string;
  };
}

function rulesOfThisRun(): RulesChange {
  return JSON.parse(process.env['TWIN_RULES'] ?? '{}') as RulesChange;
}

/**
 * A Shopify of one's own, over HTTP, with one shop (`blue-shirts`) that sells nothing yet.
 *
 *     const { client, shop } = await freshTwin();
 *     const [shirt] = await client.seed([{ sku: 'BLUE-SHIRT', available: 10 }]);
 *     const admin = openAdminApi(shop);
 *
 * It stops at the end of the test, or of the file when called outside of one. `npm run test:faults` sets its rules.
 */
export async function freshTwin(options: Partial<TwinOptions> = {}): Promise<FreshTwin> {
  const folder = await mkdtemp(join(tmpdir(), 'atp-twin-'));
  const tokenFile = join(folder, 'token');
  const [{ accessToken } = SHOP] = options.shops ?? [];
  await writeFile(tokenFile, accessToken, { mode: 0o600 });
  const twin = await startShopifyTwin({ shops: [SHOP], rules: rulesOfThisRun(), ...options });
  cleanUp(async () => {
    await twin.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    twin,
    client: new TwinClient(twin.url),
    shop: {
      shopId: 'blue-shirts',
      domain: SHOP.domain,
      locationId: SHOP.locations[0].id,
      accessTokenRef: `file:${tokenFile}`,
      adminUrl: twin.endpointOf(SHOP.domain),
      apiVersion: '2026-10',
    },
  };
}
