/** Prepares the running parts: migrates the database, makes the schedules and, with `seed`, fills a catalogue. */
import { createMapShop } from '../operations/map-shop.ts';
import { loadConfig, type ConfigFor } from '../config/config.ts';
import { openDatabase, type Database } from '../postgres/database.ts';
import { DEFAULT_FACILITY_GROUP_ID } from '../postgres/master-data/facility-groups.ts';
import { migrate } from '../postgres/migrate.ts';
import { listShops } from '../postgres/master-data/shops.ts';
import { fileDrop } from '../sftp/file-drop.ts';
import { openAdminApi } from '../shopify/admin-api.ts';
import type { StackAddresses } from '../stand-ins/stack.ts';
import { connectTemporal, type TemporalSettings } from '../temporal/connection.ts';
import { ensureSchedules } from '../temporal/schedules.ts';
import { makeDemoAccount } from './demo-account.ts';
import { seed } from './seed.ts';

export interface PrepareOptions {
  readonly seed: boolean;
  readonly onProgress: (text: string) => void;
}

/**
 * May be repeated at any time. It signs in to the services by the configuration, whether `atp up` or somebody else has
 * started them.
 */
export async function prepareStack(
  { shopify, existing }: Pick<StackAddresses, 'shopify' | 'existing'>,
  options: PrepareOptions,
): Promise<void> {
  const config = loadConfig(['database', 'sftp', 'temporal']);
  const database = openDatabase(config.databaseUrl);
  try {
    const { applied } = await migrate(database);
    if (applied.length > 0) options.onProgress('The database is brought to this release');
    if (!existing.includes('database')) await makeDemoAccount(database, config.stateDir);
    if (options.seed) {
      await seedStack(database, shopify, config);
      options.onProgress('The catalogue is filled; its feed files wait in incoming/');
    }
    await scheduleShops(database, config.temporal);
  } finally {
    await database.close();
  }
}

async function seedStack(
  database: Database,
  shopify: StackAddresses['shopify'],
  { sftp, shopifyApiVersion }: ConfigFor<'sftp'>,
): Promise<void> {
  const { shopId, domain, locationId, accessTokenRef, adminUrl, controlUrl } = shopify;
  await seed({
    database,
    fileDrop: fileDrop(sftp),
    controlUrl,
    mapShop: createMapShop({ database, adminApi: (shop) => openAdminApi(shop) }),
    shop: {
      shopId,
      domain,
      locationId,
      facilityGroupId: DEFAULT_FACILITY_GROUP_ID,
      accessTokenRef,
      adminUrl,
      apiVersion: shopifyApiVersion,
    },
  });
}

async function scheduleShops(database: Database, settings: TemporalSettings): Promise<void> {
  const shops = await listShops(database);
  if (shops.length === 0) return;
  const temporal = await connectTemporal(settings);
  try {
    for (const { shopId } of shops) await ensureSchedules(temporal, shopId);
  } finally {
    await temporal.close();
  }
}
