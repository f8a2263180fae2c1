/** The products of a plan, as a table. */
import { heldBecause } from '../domain/sync-plan.ts';
import type { PlanPage, PlanRow } from '../operations/lane-plan.ts';
import { counted } from '../domain/words.ts';
import { planWaysOut } from './lane-text.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

export function planText(page: PlanPage): string {
  const { shopId, plan, state, revision, counts, rows, next, unread } = page;
  const head = `Plan ${plan} of ${shopId} (revision ${revision}) is ${state}: ${heldBecause(counts)}.`;
  if (state !== 'HELD') return `${head}\nThe products of a plan are listed while it is HELD.`;
  return [
    head,
    totalsInWords(page.totals),
    table(
      ['SKU', 'On Shopify', 'Published', 'Will be', 'Difference', 'Cause', 'Because of', 'Since'],
      rows.map((row) => [
        row.sku,
        row.isRead || row.shopify === null ? row.shopify : `${row.shopify} (last known)`,
        row.published,
        row.willBe,
        row.difference,
        row.cause,
        becauseOf(row),
        shortTime(row.since),
      ]),
      'Nothing of it is left.',
    ),
    ...(unread === null ? [] : [`Shopify could not be read: ${unread.code}: ${unread.message}`]),
    ...(next === null
      ? []
      : ['There are more: `--limit <n>` shows so many, `--csv` all, the largest difference first.']),
    ...planWaysOut(shopId, plan, revision).slice(1),
  ].join('\n');
}

/** `6 products, 60 units before and 12 after; 4 would be at zero.` */
function totalsInWords({
  products,
  unpublished,
  unitsBefore,
  unitsAfter,
  toZero,
}: PlanPage['totals']): string {
  const news = unpublished === 0 ? '' : `; nothing is published yet of ${unpublished}`;
  return `${counted(products, 'product')}, ${counted(unitsBefore, 'unit')} before and ${unitsAfter} after; ${toZero} would be at zero${news}.`;
}

function becauseOf({ becauseOf: source, cause }: PlanRow): string {
  return source ?? (cause === 'FIRST_HARD_SYNC' ? 'the first Hard Sync' : 'a setting, mapping or membership');
}
