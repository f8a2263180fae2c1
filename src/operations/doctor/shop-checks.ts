import pMap from 'p-map';
import { ACCESS_SCOPES_NEEDED, missingScopes } from '../../domain/access-scopes.ts';
import { API_VERSION_DEFAULT, API_VERSION_OLDEST, isApiVersionSupported } from '../../domain/api-version.ts';
import { productsInWords } from '../../domain/catalogue.ts';
import { checkMapping, type MappingFinding } from '../../postgres/mapping/mapping-check.ts';
import { checkMemberships } from '../../postgres/master-data/membership-check.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import { checkUnseenSales, type UnseenSalesCheck } from '../../postgres/lane/unseen-sales-check.ts';
import { AtpError } from '../../domain/errors.ts';
import type { RefusedRenewal } from '../../shopify/admin-api.ts';
import type { Application } from '../application.ts';
import type { ScheduleLook } from '../schedule-look.ts';
import { ARCHIVE_AWAITED_FOR_MS, SHOPS_ASKED_AT_ONCE, SHOPS_CHECKED_AT_ONCE } from '../../domain/limits.ts';
import { findLateForArchive } from '../../postgres/lane/upload-files.ts';
import { outgoingFolder, shopArchive } from '../../domain/upload-file.ts';
import { counted } from '../../domain/words.ts';
import { inspectNotBrought, inspectOldestChange } from './age-check.ts';
import { inspectCatalogue } from './catalogue-check.ts';
import { check, faulty, fine, notChecked, ofShop, type Check, type Finding } from './check.ts';
import { inspectDeltas } from './delta-check.ts';
import { inspectLane, inspectPlan } from './lane-check.ts';
import { inspectLeftItems } from './left-items-check.ts';
import { inspectLeftLocations } from './left-locations-check.ts';
import { inspectLive } from './live-check.ts';
import { inspectPause } from './pause-check.ts';
import { judgeSchedules } from './schedule-check.ts';
import { inspectUnmanaged } from './unmanaged-check.ts';
import { inspectVerification } from './verification-check.ts';

interface LookAtShops {
  /** Whether Shopify is asked, and the whole catalogue read, too. */
  readonly withDear: boolean;
  /** One look for all shops. */
  readonly schedules: Promise<ScheduleLook>;
}

/** The shops that Shopify is asked about do not wait for the database, nor the others for Shopify. */
export async function checkShops(
  app: Application,
  shops: readonly Shop[],
  { withDear, schedules }: LookAtShops,
): Promise<Check[]> {
  const [asked, read, looked] = await Promise.all([
    withDear ? pMap(shops, (shop) => checkShopify(app, shop), { concurrency: SHOPS_ASKED_AT_ONCE }) : [],
    withDear ? pMap(shops, (shop) => checkCatalogue(app, shop), { concurrency: SHOPS_CHECKED_AT_ONCE }) : [],
    pMap(shops, (shop) => lookAtShop(app, shop, schedules), { concurrency: SHOPS_CHECKED_AT_ONCE }),
  ]);
  return shops.flatMap(({ shopId }, index) => {
    const [version, ...others] = looked[index] ?? [];
    return ofShop(shopId, [
      ...(version ? [version] : []),
      ...(asked[index] ?? []),
      ...(read[index] ?? []),
      ...others,
    ]);
  });
}

async function lookAtShop(app: Application, shop: Shop, schedules: Promise<ScheduleLook>): Promise<Check[]> {
  const { shopId } = shop;
  return [
    await check(`${shopId}: API version`, () => Promise.resolve(judgeApiVersion(shop))),
    await check(`${shopId}: facility group`, () => inspectFacilityGroup(app, shop)),
    await check(`${shopId}: catalogue`, () => inspectCatalogue(app, shop)),
    await check(`${shopId}: oldest change`, () => inspectOldestChange(app, shop)),
    await check(`${shopId}: schedules`, async () => judgeSchedules(await schedules, shop)),
    await check(`${shopId}: lane`, () => inspectLane(app, shop)),
    await check(`${shopId}: pause`, async () => inspectPause(app, shop, await schedules)),
    await check(`${shopId}: plan`, () => inspectPlan(app, shop)),
    await check(`${shopId}: deltas`, async () => inspectDeltas(app, shop, await schedules)),
    await check(`${shopId}: live`, async () => inspectLive(app, shop, await schedules)),
    await check(`${shopId}: quarantine`, () => inspectNotBrought(app, shop)),
    await check(`${shopId}: left items`, () => inspectLeftItems(app, shop)),
    await check(`${shopId}: archive`, () => inspectArchive(app, shop)),
    await check(`${shopId}: unseen sales`, () => inspectUnseenSales(app, shop)),
    await check(`${shopId}: last verification`, () => inspectVerification(app, shop)),
  ];
}

function judgeApiVersion({ shopId, apiVersion }: Shop): Finding {
  if (isApiVersionSupported(apiVersion)) return fine(apiVersion);
  return faulty(
    `API version ${apiVersion} is older than ${API_VERSION_OLDEST}, which is the oldest that our requests fit.`,
    `\`atp shop set ${shopId} --api-version ${API_VERSION_DEFAULT}\``,
    { code: 'API_VERSION_TOO_OLD' },
  );
}

async function checkCatalogue(app: Application, shop: Shop): Promise<Check[]> {
  return [
    await check(`${shop.shopId}: mapping`, () => inspectMapping(app, shop), 'dear'),
    await check(`${shop.shopId}: unmanaged stock`, () => inspectUnmanaged(app, shop), 'dear'),
  ];
}

async function checkShopify(app: Application, shop: Shop): Promise<Check[]> {
  const { shopId, domain, accessTokenRef } = shop;
  const [tokenName, scopesName, locationName] = ['token', 'scopes', 'location'].map(
    (what) => `${shopId}: ${what}`,
  ) as [string, string, string];
  let granted: readonly string[] = [];
  const token = await check(
    tokenName,
    async () => {
      try {
        const api = await app.adminApi(shop);
        granted = await api.readAccessScopes();
        const refused = api.refusedRenewal();
        if (refused !== null) return endsSoon(shop, refused);
        return fine(`${accessTokenRef} opens ${domain}.`);
      } catch (error) {
        if (!(error instanceof AtpError) || error.code !== 'SHOPIFY_ACCESS_DENIED') throw error;
        return faulty(
          error.message,
          `The shop reads its Admin API access token from ${accessTokenRef}: put a valid one of ${domain} there, or name another place: \`atp shop set ${shopId} --token <env:NAME|file:PATH>\`.`,
          { code: 'TOKEN_REFUSED' },
        );
      }
    },
    'dear',
  );
  if (!token.ok && token.code !== 'TOKEN_EXPIRES')
    return [token, notChecked(scopesName, token), notChecked(locationName, token)];
  const scopes = await check(scopesName, () => Promise.resolve(judgeScopes(granted)), 'dear');
  return [token, scopes, await check(locationName, () => inspectLocation(app, shop), 'dear')];
}

function endsSoon({ shopId, accessTokenRef }: Shop, { endsAt, reason }: RefusedRenewal): Finding {
  return faulty(
    `The token of ${shopId} is good until ${endsAt.toISOString()}, and is not renewed: ${reason}`,
    `Put the app’s secret of now to where ${accessTokenRef} names it, and start the worker again when that is a variable; or install the app anew in the shop.`,
    { code: 'TOKEN_EXPIRES' },
  );
}

function judgeScopes(granted: readonly string[]): Finding {
  const missing = missingScopes(granted);
  if (missing.length === 0) return fine(ACCESS_SCOPES_NEEDED.join(', '));
  return faulty(
    `The app lacks ${missing.join(', ')}.`,
    `Add ${missing.join(', ')} to the app’s Admin API access scopes in Shopify, and install the app anew in the shop.`,
    { code: 'SCOPES_MISSING' },
  );
}

async function inspectLocation(app: Application, shop: Shop): Promise<Finding> {
  const { locationId, shopId } = shop;
  const found = await (await app.adminApi(shop)).readLocation();
  if (found === null) {
    return faulty(
      `Shopify has no location ${locationId}.`,
      `Shopify’s Settings > Locations shows the right one (its number is in the address): \`atp shop set ${shopId} --location gid://shopify/Location/<number>\`.`,
      { code: 'LOCATION_UNUSABLE' },
    );
  }
  const name = `"${found.name}" (${locationId})`;
  if (!found.isActive)
    return faulty(`${name} is not active.`, 'Activate it in Shopify, under Settings > Locations.', {
      code: 'LOCATION_UNUSABLE',
    });
  if (!found.fulfillsOnlineOrders) {
    return faulty(
      `${name} does not fulfill online orders, so what we write there is not sold.`,
      'In Shopify, under Settings > Locations, tick "Fulfill online orders from this location".',
      { code: 'LOCATION_UNUSABLE' },
    );
  }
  return inspectLeftLocations(app, shop, `${name} is active and fulfills online orders.`);
}

interface Fault {
  readonly what: string;
  readonly hint: string;
}

/** Findings that are faults, in the order of the report. UNMAPPED is none: a retailer may want it so. */
const FAULTS: readonly [MappingFinding, Fault][] = [
  [
    'AMBIGUOUS',
    {
      what: 'with a SKU that several variants carry: each stays with the variant that it had, or has none',
      hint: 'give each variant in Shopify a SKU of its own',
    },
  ],
  [
    'NAMESAKE',
    {
      what: 'with a SKU that another variant has come to carry, and nothing keeps that one in step',
      hint: 'give the other variant in Shopify a SKU of its own',
    },
  ],
  [
    'NEARLY',
    {
      what: 'with a SKU that one variant has but for case, blanks or leading zeros, so it is not mapped',
      hint: 'write the SKU the same way on both sides, or let the shop compare them loosely (`atp shop set <shop> --sku-match loose`)',
    },
  ],
  [
    'LOST',
    {
      what: 'published before, but no variant has the SKU now',
      hint: 'correct the SKU in Shopify, or let the next file send the item that they had to 0',
    },
  ],
  [
    'UNTRACKED',
    {
      what: 'not tracked by Shopify, so Online ATP has no effect',
      hint: 'switch "Track quantity" on for these variants in Shopify',
    },
  ],
  [
    'INACTIVE',
    {
      what: 'not stocked at the location',
      hint: 'stock these variants at the shop’s location in Shopify',
    },
  ],
  [
    'SELLS_BELOW_ZERO',
    {
      what: 'sold even when out of stock (inventoryPolicy CONTINUE), so Online ATP has no effect',
      hint: 'switch "Continue selling when out of stock" off for these variants in Shopify',
    },
  ],
];

async function inspectMapping(app: Application, { shopId }: Shop): Promise<Finding> {
  const { mappedAt, mapped, findings } = await checkMapping(await app.database(), shopId);
  const again = `\`atp shop map ${shopId}\``;
  const found = { code: 'MAPPING_FAULTY' } as const;
  if (mappedAt === null) return faulty('The catalogue was never read.', `${again} matches it by SKU.`, found);
  const facts = [`${counted(mapped, 'product')} mapped`];
  const faults = FAULTS.flatMap(([finding, fault]) => {
    const products = findings[finding];
    return products ? [{ sentence: `${productsInWords(products)} ${fault.what}`, hint: fault.hint }] : [];
  });
  if (findings.UNMAPPED) facts.push(`${productsInWords(findings.UNMAPPED)} not on Shopify`);
  const detail = `${[...facts, ...faults.map(({ sentence }) => sentence)].join('; ')} (as of ${mappedAt.toISOString()}).`;
  if (faults.length > 0) {
    const steps = faults.map(({ hint }) => hint).join('; ');
    return faulty(detail, `${steps.charAt(0).toUpperCase()}${steps.slice(1)}; then ${again}.`, found);
  }
  if (mapped === 0) {
    return faulty(
      detail,
      `SKUs must be the same in \`atp product list\` and on Shopify; then ${again}.`,
      found,
    );
  }
  const unmapped = `If they should be sold there: their SKUs must be the same on both sides; then ${again}.`;
  return fine(detail, findings.UNMAPPED ? unmapped : null);
}

async function inspectFacilityGroup(app: Application, { facilityGroupId }: Shop): Promise<Finding> {
  const { facilityIds, promisedTwice } = await checkMemberships(await app.database(), facilityGroupId);
  if (facilityIds.length === 0) {
    return faulty(
      `${facilityGroupId} has no member that sells now, so every Online ATP is 0.`,
      `\`atp group add ${facilityGroupId} <facilityId>\`; \`atp facility list\` shows the facilities.`,
      { code: 'NOTHING_TO_SELL' },
    );
  }
  const [first] = promisedTwice;
  if (first) {
    const facts = promisedTwice.map(
      (twice) =>
        `${twice.facilityId} by ${twice.shopIds.join(' and ')}, in ${twice.facilityGroupIds.join(' and ')}`,
    );
    return faulty(
      `The same units are promised by several shops: ${facts.join('; ')}.`,
      first.facilityGroupIds.length > 1
        ? `Leave each facility in one of the groups: \`atp group remove <facilityGroupId> ${first.facilityId}\`.`
        : `Give each shop a group of its own: \`atp shop set <shop> --group <facilityGroupId>\`.`,
      { code: 'UNITS_PROMISED_TWICE' },
    );
  }
  return fine(
    `${facilityGroupId} sells the stock of ${counted(facilityIds.length, 'facility', 'facilities')}.`,
  );
}

/** The lane goes on without its archive, so only this tells that files cannot be moved there. */
async function inspectArchive(app: Application, { shopId }: Shop): Promise<Finding> {
  const late = await findLateForArchive(await app.database(), shopId, ARCHIVE_AWAITED_FOR_MS);
  if (late === null) return fine('No file waits for the archive.');
  const { count, oldestSequence, since, error } = late;
  return faulty(
    `${counted(count, 'file')} cannot be moved from ${outgoingFolder(shopId)}/ to ${shopArchive(shopId)}/, the oldest is file ${oldestSequence}, since ${since.toISOString()}. ${error ?? ''}`.trim(),
    `Look at the folder on the SFTP server: permissions, free space, whether it is a folder. Then \`atp job run process-uploads --shop ${shopId}\` moves them.`,
    { code: 'ARCHIVE_LATE', since },
  );
}

/** A sale stays unseen for the shop's order lag at most. A day more means that orders do not arrive. */
async function inspectUnseenSales(app: Application, shop: Shop): Promise<Finding> {
  const { shopId, salesPolicy, orderWatermark } = shop;
  const found = await checkUnseenSales(await app.database(), shopId);
  const { suspect, suspectSince, ordersCompleteUntil, aheadUntil } = found;
  if (aheadUntil !== null && salesPolicy !== 'overwrite') return ordersAhead(shop, found, aheadUntil);
  if (orderWatermark !== null && found.isWatermarkLate && salesPolicy !== 'overwrite') {
    return faulty(
      `The shop’s orders are stated to be complete up to ${orderWatermark.toISOString()}, and nothing later was stated. ${keptBackText(found)}; none of it is put on sale again before that.`,
      `Whoever sends the orders must send ORDER_WATERMARK again. Where that has ended, \`atp shop set ${shopId} --order-watermark none\` goes by the shop’s order lag.`,
      { code: 'ORDER_WATERMARK_LATE', since: orderWatermark },
    );
  }
  if (suspect === null || suspectSince === null) {
    const policy = salesPolicy === 'overwrite' ? ' (sales policy overwrite)' : '';
    const orders =
      ordersCompleteUntil === null
        ? 'no feed of orders was imported yet'
        : `orders are imported up to ${ordersCompleteUntil.toISOString()}`;
    return fine(`${keptBackText(found)}${policy}; ${orders}.`);
  }
  return faulty(
    `Units of ${productsInWords(suspect)} are kept back, the oldest since ${suspectSince.toISOString()}, for sales whose orders were never imported.`,
    `Import the shop’s orders (ORDER_ITEMS with shopId ${shopId}; when there are none, a feed with the header alone); or \`atp shop set ${shopId} --sales-policy overwrite\` when its sales reach the master of inventory another way.`,
    { code: 'UNSEEN_SALES_OLD', since: suspectSince },
  );
}

/** No date of it is believed, and what is guessed in its place is not for long. */
function ordersAhead({ shopId, orderWatermark }: Shop, found: UnseenSalesCheck, until: Date): Finding {
  const isStated = orderWatermark !== null;
  const what = isStated
    ? 'The shop’s orders are stated to be complete up to'
    : 'The newest feed of orders is recorded as of';
  const meanwhile = isStated
    ? 'none of it is put on sale again before the next statement'
    : 'until the next feed, all that was sold longer ago than the shop’s order lag counts as imported';
  const next = isStated
    ? `The next ORDER_WATERMARK corrects it, or \`atp shop set ${shopId} --order-watermark <time|none>\`.`
    : 'The next feed of orders corrects it (ORDER_ITEMS; when there are none, with the header alone).';
  return faulty(
    `${what} ${until.toISOString()}, which is still to come: a clock was ahead. ${keptBackText(found)}; ${meanwhile}.`,
    `${next} See that the clock of the database server is right.`,
    { code: 'ORDER_WATERMARK_AHEAD' },
  );
}

function keptBackText({ units, products }: UnseenSalesCheck): string {
  return `${counted(units, 'unit')} of ${counted(products, 'product')} kept back`;
}
