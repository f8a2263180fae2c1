import { durationText } from '../domain/duration.ts';
import { counted } from '../domain/words.ts';
import { figureInWords, type OldestChange } from '../domain/oldest-change.ts';
import type { SalesPolicy } from '../domain/unseen-sales.ts';
import type { ResultOf } from '../operations/operation.ts';
import { drainShop } from '../operations/drain-shop.ts';
import { removeShop } from '../operations/remove-shop.ts';
import { setShop, type ShopMove } from '../operations/set-shop.ts';
import { addShop, listShops, mapShop } from '../operations/shops.ts';
import { command } from './command.ts';
import { ExitCode, OUTCOME_EXIT_CODES } from './report.ts';
import { table } from './table.ts';

type Shop = ResultOf<typeof setShop>['shop'] & {
  /** Undefined: it was not looked at. */
  readonly oldestChange?: OldestChange | null;
};

export const SHOP_COMMANDS = [
  command({ path: 'shop list', operation: listShops, show: shopTable }),
  command({
    path: 'shop add',
    operation: addShop,
    arguments: ['shopId'],
    show: ({ shop, schedules, warnings, sharedWith }) => {
      const scheduled = schedules.done
        ? 'Its jobs are scheduled; `atp job list` shows when they run.'
        : `Its jobs are not scheduled yet: ${schedules.reason} \`atp job list\` shows them, \`atp up\` schedules them.`;
      const lines = [
        shopTable([shop]),
        scheduled,
        ...warnings,
        ...sharedLines(sharedWith),
        `Next: \`atp shop map ${shop.shopId}\` matches its catalogue by SKU.`,
      ];
      const { done: ensured, reason } = schedules;
      return {
        json: { ...shop, schedules: { ensured, reason }, warnings, sharedWith },
        text: lines.join('\n'),
      };
    },
  }),
  command({
    path: 'shop set',
    operation: setShop,
    arguments: ['shopId'],
    show: ({ shop, move, retried, warnings, sharedWith }) => ({
      json: { ...shop, move, retried, warnings, sharedWith },
      text: [
        shopTable([shop]),
        ...(move ? moveLines(shop.shopId, move) : []),
        ...(retried === null ? [] : [`File ${retried}, which blocked the lane, is tried again.`]),
        ...warnings,
        ...sharedLines(sharedWith),
      ].join('\n'),
    }),
  }),
  command({
    path: 'shop remove',
    operation: removeShop,
    arguments: ['shopId'],
    show: ({ removed, drained, stayOnSale, schedules }) => {
      const { done, reason } = schedules;
      const orders = `${counted(removed.orderItemsKept, 'order item')} ${removed.orderItemsKept === 1 ? 'is' : 'are'} kept`;
      const lines = [
        `Shop ${removed.shopId} is removed; ${orders}.`,
        done ? 'Its schedules are gone, too.' : `Its schedules may still be there: ${reason}`,
        ...(drained ? [`File ${drained.sequence} has sent ${counted(drained.rows, 'product')} to 0.`] : []),
        ...(stayOnSale.products > 0
          ? [
              `${counted(stayOnSale.products, 'product')} with ${counted(stayOnSale.units, 'unit')} stay on sale on Shopify.`,
            ]
          : []),
      ];
      return {
        json: { ...removed, drained, stayOnSale, schedules: { removed: done, reason } },
        text: lines.join('\n'),
      };
    },
  }),
  command({
    path: 'shop drain',
    operation: drainShop,
    arguments: ['shopId'],
    show: (result) => ({ json: result, text: drainedText(result) }),
  }),
  command({
    path: 'shop map',
    operation: mapShop,
    arguments: ['shopId'],
    show: (mapping) => ({
      text: mappingText(mapping),
      exitCode: mapping.held > 0 ? OUTCOME_EXIT_CODES.HELD : ExitCode.OK,
    }),
  }),
];

function moveLines(shopId: string, { isElsewhere, drain, hardSync }: ShopMove): string[] {
  const started = hardSync.done
    ? 'A Hard Sync is under way.'
    : `Its next file has every product: \`atp job run hard-sync --shop ${shopId}\` makes it now. ${hardSync.reason ?? ''}`;
  return [
    ...(drain
      ? [
          `File ${drain.sequence} sends ${counted(drain.rows, 'product')} to 0 at the old location; \`atp lane ${shopId}\` shows how far it is, and what Shopify could not take.`,
          'When it is applied, switch "Fulfill online orders" off there in Shopify: what is restocked goes to the location of its order.',
        ]
      : []),
    ...(isElsewhere
      ? [`\`atp shop map ${shopId}\` names products that the new location does not stock.`]
      : []),
    started.trim(),
  ];
}

function drainedText({ shopId, drains, dismissed }: ResultOf<typeof drainShop>): string {
  if (dismissed > 0) return `${counted(dismissed, 'item')} dismissed: nothing tells of them any more.`;
  if (drains.length === 0) return `Products of ${shopId} have left nothing on sale.`;
  return drains
    .map(
      ({ sequence, rows }) =>
        `File ${sequence} sends ${counted(rows, 'item')} to 0; \`atp lane ${shopId}\` shows how far it is.`,
    )
    .join('\n');
}

function sharedLines(sharedWith: readonly string[]): string[] {
  if (sharedWith.length === 0) return [];
  return [
    `It promises the same units as ${sharedWith.join(' and ')}: sales of one are not kept back from the other before their orders are imported. \`atp doctor\` names the facilities.`,
  ];
}

function mappingText({
  mapped,
  unmapped,
  duplicates,
  namesakes,
  nearly,
  inactive,
  untracked,
  moved,
  removed,
  held,
  shopId,
}: ResultOf<typeof mapShop>): string {
  return [
    `${counted(mapped, 'product')} mapped, ${unmapped} without a variant of their SKU.`,
    ...(moved > 0 ? [`${moved} mapped to another item than before.`] : []),
    ...(removed > 0 ? [`${removed} mapped no longer.`] : []),
    ...(held > 0
      ? [
          `${counted(held, 'product')} would be mapped no longer, more than the shop’s limit: they keep their items until you approve.`,
          `\`atp doctor\` names them; \`atp shop map ${shopId} --approve\` unmaps them.`,
        ]
      : []),
    ...(duplicates > 0 ? [`${counted(duplicates, 'SKU')} on several variants: left out.`] : []),
    ...(namesakes > 0
      ? [`${counted(namesakes, 'SKU')} on another variant, too: the one that had it first is kept.`]
      : []),
    ...(nearly > 0
      ? [
          `${counted(nearly, 'SKU')} with a variant that differs only in case, blanks or leading zeros: not mapped. \`atp shop set ${shopId} --sku-match loose\` maps them.`,
        ]
      : []),
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
  return `${collapseLimitPercent} % / ${surgeLimitPercent} % / ${sellOutLimitPercent} % in ${guardWindowHours} h; ${shop.unmapLimitPercent} %`;
}

function shopTable(shops: readonly Shop[]): string {
  return table(
    [
      'Shop',
      'Domain',
      'Location',
      'Group',
      'Token',
      'API',
      'Unseen sales',
      'Orders complete',
      'Collapse / surge / sell-out; unmapped',
      'Age limit',
      ...(shops.some(({ oldestChange }) => oldestChange !== undefined) ? ['Oldest change'] : []),
    ],
    shops.map((shop) => [
      shop.closingSince === null ? shop.shopId : `${shop.shopId} (being emptied)`,
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
      durationText(shop.ageLimitMs),
      ...(shop.oldestChange === undefined ? [] : [shop.oldestChange && figureInWords(shop.oldestChange)]),
    ]),
    'There are no shops yet; `atp shop add` makes one.',
  );
}
