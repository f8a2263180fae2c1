import { durationText } from '../domain/duration.ts';
import { counted } from '../domain/words.ts';
import type { SalesPolicy } from '../domain/unseen-sales.ts';
import type { ResultOf } from '../operations/operation.ts';
import { addShop, listShops, mapShop, removeShop, setShop } from '../operations/shops.ts';
import { command } from './command.ts';
import { table } from './report.ts';

type Shop = ResultOf<typeof setShop>;

export const SHOP_COMMANDS = [
  command({ path: 'shop list', operation: listShops, show: shopTable }),
  command({
    path: 'shop add',
    operation: addShop,
    arguments: ['shopId'],
    show: ({ shop, schedules }) => {
      const scheduled = schedules.done
        ? 'Its jobs are scheduled; `atp job list` shows when they run.'
        : `Its jobs are not scheduled yet: ${schedules.reason} \`atp job list\` shows them, \`atp up\` schedules them.`;
      return {
        json: { ...shop, schedules: { ensured: schedules.done, reason: schedules.reason } },
        text: `${shopTable([shop])}\n${scheduled}\nNext: \`atp shop map ${shop.shopId}\` matches its catalogue by SKU.`,
      };
    },
  }),
  command({
    path: 'shop set',
    operation: setShop,
    arguments: ['shopId'],
    show: (shop) => shopTable([shop]),
  }),
  command({
    path: 'shop remove',
    operation: removeShop,
    arguments: ['shopId'],
    show: ({ removed, schedules }) => {
      const orders = `${counted(removed.orderItemsKept, 'order item')} ${removed.orderItemsKept === 1 ? 'is' : 'are'} kept`;
      const ended = schedules.done
        ? 'Its schedules are gone, too.'
        : `Its schedules may still be there: ${schedules.reason}`;
      return {
        json: { ...removed, schedules: { removed: schedules.done, reason: schedules.reason } },
        text: `Shop ${removed.shopId} is removed; ${orders}. ${ended}`,
      };
    },
  }),
  command({ path: 'shop map', operation: mapShop, arguments: ['shopId'], show: mappingText }),
];

function mappingText({
  mapped,
  unmapped,
  duplicates,
  inactive,
  untracked,
}: ResultOf<typeof mapShop>): string {
  return [
    `${counted(mapped, 'product')} mapped, ${unmapped} without a variant of their SKU.`,
    ...(duplicates > 0 ? [`${counted(duplicates, 'SKU')} on several variants: left out.`] : []),
    ...(inactive > 0 ? [`${inactive} not stocked at the shop’s location.`] : []),
    ...(untracked > 0 ? [`${untracked} whose quantity Shopify does not track.`] : []),
  ].join('\n');
}

const UNSEEN_SALES: Readonly<Record<SalesPolicy, string>> = {
  'keep-unseen-sales': 'kept',
  overwrite: 'overwritten',
};

/** The limits of the guard, in the order of the column's title. */
function guardText(shop: Shop): string {
  const { collapseLimitPercent, surgeLimitPercent, sellOutLimitPercent, guardWindowHours } = shop;
  return `${collapseLimitPercent} % / ${surgeLimitPercent} % / ${sellOutLimitPercent} % in ${guardWindowHours} h`;
}

function shopTable(shops: readonly Shop[]): string {
  return table(
    ['Shop', 'Domain', 'Location', 'Group', 'Token', 'API', 'Unseen sales', 'Orders complete', 'Collapse / surge / sell-out'],
    shops.map((shop) => [
      shop.shopId,
      shop.domain,
      shop.locationId.replace(/^.*\//, ''),
      shop.facilityGroupId,
      shop.accessTokenRef,
      shop.adminUrl === null ? shop.apiVersion : `${shop.apiVersion} at ${shop.adminUrl}`,
      UNSEEN_SALES[shop.salesPolicy],
      shop.orderWatermark === null
        ? `after ${durationText(shop.orderLagMs)}`
        : `until ${shop.orderWatermark.toISOString()}`,
      guardText(shop),
    ]),
    'There are no shops yet; `atp shop add` makes one.',
  );
}
