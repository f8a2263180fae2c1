/** Fills the catalogue of `atp up --seed`, by the same functions as the commands. */
import { AtpError, type ErrorCode } from '../domain/errors.ts';
import type { Database } from '../postgres/database.ts';
import { addFacility } from '../postgres/master-data/facilities.ts';
import { addGroupMember, DEFAULT_FACILITY_GROUP_ID } from '../postgres/master-data/facility-groups.ts';
import { addProduct, setProduct } from '../postgres/master-data/products.ts';
import { addShop, type NewShop } from '../postgres/master-data/shops.ts';
import type { OpenFileDrop } from '../sftp/file-drop.ts';
import { sha256OfText } from '../sftp/file-hash.ts';
import { dropFeed } from './drop-feed.ts';
import { SEED_FACILITIES, SEED_MEMBERS_SINCE, SEED_PRODUCTS, seedFeeds } from './seed-catalogue.ts';
import type { SeedProduct } from './seed-catalogue.ts';

export interface SeedTarget {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
  readonly shop: NewShop;
  /** The Shopify twin's instrument panel: `…/control`. */
  readonly controlUrl: string;
  readonly mapShop: (shopId: string) => Promise<unknown>;
}

/**
 * Makes what is not there yet, and leaves alone what a person has changed since: it may run at every start.
 * The feeds are put into `incoming/` only as long as they have not been imported; Import inventory takes them.
 */
export async function seed({ database, fileDrop, shop, controlUrl, mapShop }: SeedTarget): Promise<void> {
  for (const facility of SEED_FACILITIES) {
    const isNew = await addUnless('FACILITY_EXISTS', () => addFacility(database, facility));
    if (!isNew || !facility.sellsOnline) continue;
    const { facilityId } = facility;
    const member = { facilityGroupId: DEFAULT_FACILITY_GROUP_ID, facilityId, fromDate: SEED_MEMBERS_SINCE };
    await addUnless('MEMBERSHIP_EXISTS', () => addGroupMember(database, member));
  }
  for (const product of SEED_PRODUCTS) {
    if (await addUnless('PRODUCT_EXISTS', () => addProduct(database, product)))
      await storeSettings(database, product);
  }
  await stockTwin(controlUrl, shop.domain);
  await addUnless('SHOP_EXISTS', () => addShop(database, shop));
  await mapShop(shop.shopId);
  await dropFeeds(database, fileDrop, seedFeeds(shop.shopId));
}

/** Safety stock, brokering and threshold. */
async function storeSettings(database: Database, product: SeedProduct): Promise<void> {
  const { sku, safetyStock = {}, notBrokeredAt, threshold } = product;
  for (const [facilityId, units] of Object.entries(safetyStock)) {
    await setProduct(database, sku, { atFacility: { facilityId, safetyStock: units } });
  }
  if (notBrokeredAt !== undefined) {
    await setProduct(database, sku, { atFacility: { facilityId: notBrokeredAt, allowBrokering: false } });
  }
  if (threshold !== undefined) {
    await setProduct(database, sku, { inGroup: { facilityGroupId: DEFAULT_FACILITY_GROUP_ID, threshold } });
  }
}

/** Gives the twin the same SKUs, with the wrong quantities that the shop shows before the first sync. */
async function stockTwin(controlUrl: string, domain: string): Promise<void> {
  const base = `${controlUrl}/shops/${domain}`;
  const levels = (await answerOf(await fetch(`${base}/levels`))) as readonly {
    readonly sku: string | null;
  }[];
  const known = new Set(levels.map(({ sku }) => sku));
  const missing = SEED_PRODUCTS.filter(({ sku }) => !known.has(sku));
  if (missing.length === 0) return;
  const products = missing.map(({ sku, title, onShopify: available }) => ({ sku, title, available }));
  await answerOf(
    await fetch(`${base}/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(products),
    }),
  );
}

async function answerOf(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  throw new Error(`The Shopify twin answered ${response.status}: ${await response.text()}`);
}

async function dropFeeds(
  database: Database,
  fileDrop: OpenFileDrop,
  feeds: Readonly<Record<string, string>>,
): Promise<void> {
  await fileDrop(async (drop) => {
    for (const [name, text] of Object.entries(feeds)) {
      const sha256 = sha256OfText(text);
      const imported = await database.query(
        `SELECT FROM import_file WHERE coalesce(content_sha256, sha256) = $1`,
        [sha256],
      );
      if (imported.length === 0) await dropFeed(drop, { name, text });
    }
  });
}

/** Returns whether `work` made something new; false when it fails with the code `exists`. */
async function addUnless(exists: ErrorCode, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof AtpError && error.code === exists) return false;
    throw error;
  }
}
