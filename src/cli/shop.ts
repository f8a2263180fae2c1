import { Option, type Command } from 'commander';
import { AtpError } from '../domain/errors.ts';
import { SALES_POLICIES, type SalesPolicy } from '../domain/unseen-sales.ts';
import {
  addShop,
  findShop,
  listShops,
  removeShop,
  setShop,
  type Shop,
  type ShopSettings,
} from '../postgres/master-data/shops.ts';
import { ensureSchedules, removeSchedules } from '../temporal/schedules.ts';
import type { TemporalClient } from '../temporal/connection.ts';
import type { Application } from './application.ts';
import { id, percent } from './arguments.ts';
import type { Cli } from './program.ts';
import { counted, table } from './report.ts';

interface AddOptions {
  readonly domain: string;
  readonly location: string;
  readonly group: string;
  readonly token?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly adminUrl?: string;
  readonly apiVersion?: string;
}

interface SetOptions {
  readonly salesPolicy?: SalesPolicy;
  readonly toZeroLimit?: number;
}

export function registerShop(program: Command, { app, reports, progress }: Cli): void {
  const shop = program.command('shop').description('Shopify stores');

  reports(shop.command('list').description('all shops'), async () => {
    const shops = await listShops(app.database());
    return { json: shops, text: shopTable(shops) };
  });

  const add = shop
    .command('add')
    .description('a new shop, with the schedules of its jobs')
    .argument('<shopId>', 'its id here', id)
    .requiredOption('--domain <domain>', '<name>.myshopify.com')
    .requiredOption('--location <gid>', 'gid://shopify/Location/<number>, where Online ATP is kept')
    .requiredOption('--group <facilityGroupId>', 'the facility group whose stock it sells')
    .option('--token <reference>', 'env:NAME or file:PATH, where its access token is read from')
    .option('--client-id <id>', 'instead of --token: the app that asks for tokens by itself')
    .option('--client-secret <reference>', 'env:NAME or file:PATH, where the app’s secret is read from')
    .option('--admin-url <url>', 'a stand-in for Shopify, http on the loopback')
    .option('--api-version <version>', 'of the Admin API (default: SHOPIFY_API_VERSION)');
  reports(add, async (shopId: string, options: AddOptions) => {
    const added = await addShop(app.database(), {
      shopId,
      domain: options.domain,
      locationId: options.location,
      facilityGroupId: options.group,
      accessTokenRef: credentialOf(options),
      adminUrl: options.adminUrl ?? null,
      apiVersion: options.apiVersion ?? app.shopifyApiVersion(),
    });
    const schedules = await ifTemporalIsThere(app, (temporal) => ensureSchedules(temporal, shopId));
    const text = schedules.done
      ? `Its jobs are scheduled; \`atp job list\` shows when they run.`
      : `Its jobs are not scheduled yet: ${schedules.reason} \`atp job list\` shows them, \`atp up\` schedules them.`;
    return {
      json: { ...added, schedules: { ensured: schedules.done, reason: schedules.reason } },
      text: `${shopTable([added])}\n${text}\nNext: \`atp shop map ${shopId}\` matches its catalogue by SKU.`,
    };
  });

  const set = shop
    .command('set')
    .description('change what is given, leave the rest')
    .argument('<shopId>', 'the shop')
    .addOption(
      new Option(
        '--sales-policy <policy>',
        'units that Shopify has sold and whose orders are not imported: hold them back, or not',
      ).choices(SALES_POLICIES),
    )
    .option(
      '--to-zero-limit <percent>',
      'share of its products that a file may send to zero without approval',
      percent,
    );
  reports(set, async (shopId: string, options: SetOptions) => {
    const settings: ShopSettings = {
      salesPolicy: options.salesPolicy,
      toZeroLimitPercent: options.toZeroLimit,
    };
    if (Object.values(settings).every((setting) => setting === undefined)) {
      throw new AtpError('INPUT_INVALID', { reason: 'give --sales-policy or --to-zero-limit' });
    }
    const changed = await setShop(app.database(), shopId, settings);
    return { json: changed, text: shopTable([changed]) };
  });

  const remove = shop
    .command('remove')
    .description('forget a shop and all about its syncing; its orders and what Shopify holds stay')
    .argument('<shopId>', 'the shop');
  reports(remove, async (shopId: string) => {
    const removed = await removeShop(app.database(), shopId);
    const schedules = await ifTemporalIsThere(app, (temporal) => removeSchedules(temporal, shopId));
    const orders = counted(removed.orderItemsKept, 'order item');
    const text = schedules.done
      ? 'Its schedules are gone, too.'
      : `Its schedules may still be there: ${schedules.reason}`;
    return {
      json: { ...removed, schedules: { removed: schedules.done, reason: schedules.reason } },
      text: `Shop ${shopId} is removed; ${orders} of it stay. ${text}`,
    };
  });

  const map = shop
    .command('map')
    .description('read the shop’s catalogue and match it by SKU')
    .argument('<shopId>', 'the shop');
  reports(map, async (shopId: string) => {
    await findShop(app.database(), shopId);
    progress(`Reading the catalogue of ${shopId}`);
    const mapping = await app.mapShop(shopId);
    const text = [
      `${counted(mapping.mapped, 'product')} mapped, ${mapping.unmapped} without a variant of their SKU.`,
      ...(mapping.duplicates > 0
        ? [`${counted(mapping.duplicates, 'SKU')} on several variants: left out.`]
        : []),
      ...(mapping.inactive > 0 ? [`${mapping.inactive} not stocked at the shop’s location.`] : []),
      ...(mapping.untracked > 0 ? [`${mapping.untracked} whose quantity Shopify does not track.`] : []),
    ].join('\n');
    return { json: mapping, text };
  });
}

/** One way in: an access token, or an app of the client credentials grant. */
function credentialOf({ token, clientId, clientSecret }: AddOptions): string {
  if (token !== undefined && clientId === undefined && clientSecret === undefined) return token;
  if (token === undefined && clientId !== undefined && clientSecret !== undefined) {
    return `client:${clientId}:${clientSecret}`;
  }
  throw new AtpError('INPUT_INVALID', {
    reason: 'give either --token, or both --client-id and --client-secret',
  });
}

/** Schedules are a service to whoever adds a shop; without Temporal the shop itself is still there. */
async function ifTemporalIsThere(
  app: Application,
  work: (temporal: TemporalClient) => Promise<unknown>,
): Promise<{ readonly done: boolean; readonly reason: string | null }> {
  if (!app.isTemporalConfigured()) return { done: false, reason: 'TEMPORAL_ADDRESS is not set.' };
  try {
    await work(await app.temporal());
    return { done: true, reason: null };
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
    return { done: false, reason: error.message };
  }
}

const UNSEEN_SALES: Readonly<Record<SalesPolicy, string>> = {
  'keep-unseen-sales': 'kept',
  overwrite: 'overwritten',
};

function shopTable(shops: readonly Shop[]): string {
  return table(
    ['Shop', 'Domain', 'Location', 'Group', 'Token', 'API', 'Unseen sales', 'To zero'],
    shops.map((shop) => [
      shop.shopId,
      shop.domain,
      shop.locationId.replace(/^.*\//, ''),
      shop.facilityGroupId,
      shop.accessTokenRef,
      shop.adminUrl === null ? shop.apiVersion : `${shop.apiVersion} at ${shop.adminUrl}`,
      UNSEEN_SALES[shop.salesPolicy],
      `at most ${shop.toZeroLimitPercent} %`,
    ]),
    'There are no shops yet; `atp shop add` makes one.',
  );
}
