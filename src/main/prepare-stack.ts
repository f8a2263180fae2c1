/** What makes running parts a system: the tables, the schedules of the shops, and with `seed` a catalogue. */
import { createMapShop } from '../../activities/map-shop.ts';
import { loadConfig } from '../config/config.ts';
import { openDatabase, type Database } from '../postgres/database.ts';
import { DEFAULT_FACILITY_GROUP_ID } from '../postgres/facility-groups.ts';
import { migrate } from '../postgres/migrate.ts';
import { listShops } from '../postgres/shops.ts';
import { fileDrop } from '../sftp/file-drop.ts';
import { openAdminApi } from '../shopify/admin-api.ts';
import type { StackAddresses } from '../stand-ins/stack.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { ensureSchedules } from '../temporal/schedules.ts';
import { seed } from './seed.ts';

export interface PrepareOptions {
  readonly seed: boolean;
  readonly onProgress: (text: string) => void;
}

/** May be repeated at any time. */
export async function prepareStack(addresses: StackAddresses, options: PrepareOptions): Promise<void> {
  const database = openDatabase(addresses.databaseUrl);
  try {
    const { applied } = await migrate(database);
    if (applied.length > 0) options.onProgress('The database is brought to this release');
    if (options.seed) {
      await seedStack(database, addresses);
      options.onProgress('The catalogue is filled; its feed files wait in incoming/');
    }
    await scheduleShops(database, addresses);
  } finally {
    await database.close();
  }
}

async function seedStack(database: Database, { shopify, sftp }: StackAddresses): Promise<void> {
  const { shopId, domain, locationId, accessTokenRef, adminUrl, controlUrl } = shopify;
  await seed({
    database,
    fileDrop: fileDrop({ ...sftp, password: null }),
    controlUrl,
    mapShop: createMapShop({ database, adminApi: (shop) => openAdminApi(shop) }),
    shop: {
      shopId,
      domain,
      locationId,
      facilityGroupId: DEFAULT_FACILITY_GROUP_ID,
      accessTokenRef,
      adminUrl,
      apiVersion: loadConfig([]).shopifyApiVersion,
    },
  });
}

async function scheduleShops(
  database: Database,
  { temporal: { address, namespace } }: StackAddresses,
): Promise<void> {
  const shops = await listShops(database);
  if (shops.length === 0) return;
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  try {
    for (const { shopId } of shops) await ensureSchedules(temporal, shopId);
  } finally {
    await temporal.close();
  }
}
