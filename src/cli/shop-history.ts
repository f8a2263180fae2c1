/** `atp shop history`, `differences` and `heal`: how a shop did, what its last verification has found, and its mending. */
import { durationText } from '../domain/duration.ts';
import { counted } from '../domain/words.ts';
import { healShop } from '../operations/heal-shop.ts';
import type { ResultOf } from '../operations/operation.ts';
import { listShopDifferences } from '../operations/shop-differences.ts';
import { showShopHistory } from '../operations/shop-history.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

export const SHOP_HISTORY_COMMANDS = [
  command({
    path: 'shop history',
    operation: showShopHistory,
    arguments: ['shopId'],
    show: ({ days, setApart }) => {
      const head = [
        ...['Day', 'Files', 'Rows', 'Applied', 'Unchanged', 'Quarantined', 'Owed'],
        ...['To Shopify, median', '95 %', 'Verified', 'Different'],
      ];
      const rows = days.map((day) => [
        ...[day.day, day.files, day.rows, day.applied, day.unchanged, day.quarantined, day.owed],
        ...[timeText(day.toShopifyMedianMs), timeText(day.toShopifyP95Ms), day.checked, day.different],
      ]);
      return [table(head, rows, ''), setApartText(setApart)].join('\n');
    },
  }),
  command({
    path: 'shop differences',
    operation: listShopDifferences,
    arguments: ['shopId'],
    show: ({ verification, differences, next }) => {
      if (verification === null) return 'It was not verified yet: `atp verify` does it.';
      const { verifiedAt, isSample, checked, different } = verification;
      const head = ['SKU', 'Online ATP', 'Shopify', 'Excess', 'Cause', 'Next file has it'];
      const rows = differences.map((row) => [
        ...[row.sku, row.onlineAtp, row.shopify, row.excess, row.cause, row.isOwed],
      ]);
      return [
        table(head, rows, 'No differences.'),
        `${counted(different, 'difference')} of ${counted(checked, 'product')}${isSample ? ', a sample,' : ''} at ${shortTime(verifiedAt.toISOString())}.`,
        ...(next === null ? [] : [`More: --after ${next}`]),
      ].join('\n');
    },
  }),
  command({
    path: 'shop heal',
    operation: healShop,
    arguments: ['shopId'],
    show: ({ products, unitsLess, unitsMore, run }) =>
      products === 0
        ? 'The last verification has found nothing that a file mends, or the next file has it already.'
        : `The next file has ${counted(products, 'product')} again, ${unitsLess} units less and ${unitsMore} more. ${run?.done ? 'It is being made.' : 'The next run of `recent-changes` makes it.'}`,
  }),
];

function setApartText(setApart: ResultOf<typeof showShopHistory>['setApart']): string {
  const causes = Object.entries(setApart).map(([code, products]) => `${products} ${code}`);
  return causes.length === 0 ? 'No product is quarantined.' : `Quarantined now: ${causes.join(', ')}.`;
}

function timeText(ms: number | null): string | null {
  if (ms === null) return null;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : durationText(Math.round(ms / 60_000) * 60_000);
}
