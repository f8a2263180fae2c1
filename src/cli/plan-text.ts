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
  const isKeptBack = page.totals.keptBack > 0;
  return [
    head,
    totalsInWords(page.totals),
    table(
      [
        ...['SKU', 'On Shopify', 'Published', 'Will be'],
        ...(isKeptBack ? ['Kept back', 'Shopify will show'] : []),
        ...['Difference', 'Cause', 'Because of', 'Since'],
      ],
      rows.map((row) => [
        row.sku,
        row.isRead || row.shopify === null ? row.shopify : `${row.shopify} (last known)`,
        row.published,
        row.willBe,
        ...(isKeptBack ? [row.keptBack, row.shopifyWillShow] : []),
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

/**
 * `6 products, 60 units before and 12 after; 4 would be at zero. Of these 5 units of 2 products are kept back for sales whose orders are not
 * imported: Shopify shows so many fewer, and nothing of 1 product.`
 */
function totalsInWords({
  products,
  unpublished,
  unitsBefore,
  unitsAfter,
  toZero,
  unitsKeptBack,
  keptBack,
  keptBackWhole,
}: PlanPage['totals']): string {
  const news = unpublished === 0 ? '' : `; nothing is published yet of ${unpublished}`;
  const whole = keptBackWhole === 0 ? '' : `, and nothing of ${counted(keptBackWhole, 'product')}`;
  const kept =
    keptBack === 0
      ? ''
      : ` Of these ${counted(unitsKeptBack, 'unit')} of ${counted(keptBack, 'product')} are kept back for sales whose orders are not imported: Shopify shows so many fewer${whole}.`;
  return `${counted(products, 'product')}, ${counted(unitsBefore, 'unit')} before and ${unitsAfter} after; ${toZero} would be at zero${news}.${kept}`;
}

function becauseOf({ becauseOf: source, cause }: PlanRow): string {
  return source ?? (cause === 'FIRST_HARD_SYNC' ? 'the first Hard Sync' : 'a setting, mapping or membership');
}
