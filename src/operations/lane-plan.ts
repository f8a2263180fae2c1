/** The products of a plan, with what Shopify shows of them now: nobody approves blind. */
import { AtpError } from '../domain/errors.ts';
import { unitsForSale } from '../domain/difference.ts';
import { byDefault, count, id, invalid, label, optional, text, wholeNumber } from '../domain/input-fields.ts';
import { PLAN_ROWS_PER_PAGE_MAX, PLAN_ROWS_SHOWN, ROWS_PER_CALL } from '../domain/limits.ts';
import type { PlanCause } from '../domain/sync-plan.ts';
import { findShop, type Shop } from '../postgres/master-data/shops.ts';
import {
  listWithheldRows,
  sumWithheld,
  type PlanPosition,
  type WithheldRow,
} from '../postgres/planning/plan-rows.ts';
import { findPlan } from '../postgres/planning/sync-plans.ts';
import type { Application } from './application.ts';
import { defineOperation, type ResultOf } from './operation.ts';
import { readPage } from './page-of-rows.ts';

export interface PlanRow {
  readonly sku: string;
  /** Units that Shopify shows now; what we have left there, when it could not be read; null: it is not known. */
  readonly shopify: number | null;
  /** Shopify was asked for it just now. */
  readonly isRead: boolean;
  /** What is published while it waits; null: nothing was published yet. */
  readonly published: number | null;
  /** What would be published. */
  readonly willBe: number;
  /** Units of that which are kept back for sales whose orders are not imported, and what is left to show. */
  readonly keptBack: number;
  readonly shopifyWillShow: number;
  /** Between what would be and what is published; where nothing is, what Shopify shows. */
  readonly difference: number;
  readonly cause: PlanCause;
  /** A feed and its row; null: a setting, a mapping or a membership. */
  readonly becauseOf: string | null;
  readonly revision: number;
  readonly since: string;
}

export const listPlanRows = defineOperation({
  name: 'lane.plan',
  role: 'viewer',
  description: 'the products of a plan: on Shopify now, published, what they would be, and why',
  fields: {
    shopId: id('the shop'),
    plan: wholeNumber('the number of the plan', 1, Number.MAX_SAFE_INTEGER),
    search: optional(label('only SKUs with this text in them', 'text')),
    limit: byDefault(count('products at most', PLAN_ROWS_PER_PAGE_MAX), PLAN_ROWS_SHOWN),
    after: optional(text('where to go on: `next` of the page before', 'next')),
  },
  run: async ({ app, progress }, { shopId, plan: number, search = null, limit, after }) => {
    const database = await app.database();
    const shop = await findShop(database, shopId);
    const { state, revision, counts } = await findPlan(database, shopId, number);
    const from = { after: after === undefined ? null : positionOf(after), search };
    const { rows, next } = await readPage(
      limit,
      (rowsMax) => listWithheldRows(database, { shopId, plan: number }, { ...from, limit: rowsMax }),
      (last) => `${Math.abs(last.quantity - (last.published ?? 0))} ${last.productId}`,
    );
    progress(`Reading what ${shopId} shows`);
    const { shown, unread } = await readShown(app, shop, rows);
    return {
      shopId,
      plan: number,
      state,
      revision,
      counts,
      /** Of the whole plan, whatever is searched for. */
      totals: await sumWithheld(database, shopId, number),
      rows: rows.map((row) => toPlanRow(row, shown.get(row.productId))),
      /** Why Shopify could not be read; null: it was. */
      unread,
      next,
    };
  },
});

export type PlanPage = ResultOf<typeof listPlanRows>;

const CSV_COLUMNS = [
  'sku',
  'shopify',
  'shopifyReadNow',
  'published',
  'willBe',
  'difference',
  'cause',
  'becauseOf',
  'revision',
  'since',
  'keptBack',
  'shopifyWillShow',
] as const;

/** The rows of all pages as CSV for a spreadsheet, line by line. */
export async function* planAsCsv(pages: AsyncIterable<PlanPage>): AsyncGenerator<string> {
  const { csvForPeople } = await import('../csv/csv-for-people.ts');
  yield* csvForPeople(CSV_COLUMNS, rowsOf(pages));
}

async function* rowsOf(pages: AsyncIterable<PlanPage>) {
  for await (const { rows } of pages) {
    for (const row of rows) yield { ...row, shopifyReadNow: row.isRead ? 'yes' : 'no' };
  }
}

function toPlanRow(row: WithheldRow, shown: number | null | undefined): PlanRow {
  const { sku, published, quantity, cause, source, revision, since, lastKnown, debt } = row;
  const keptBack = Math.min(quantity, debt);
  return {
    sku,
    shopify: shown === undefined ? lastKnown : shown,
    isRead: shown !== undefined,
    published,
    willBe: quantity,
    keptBack,
    shopifyWillShow: quantity - keptBack,
    difference: quantity - (published ?? shown ?? lastKnown ?? 0),
    cause,
    becauseOf: source,
    revision,
    since: since.toISOString(),
  };
}

/** @throws AtpError INPUT_INVALID */
function positionOf(next: string): PlanPosition {
  const [, units, productId] = /^(\d{1,12}) (.+)$/.exec(next) ?? [];
  if (units === undefined || productId === undefined)
    throw invalid('after must be `next` of the page before');
  return { units: Number(units), productId };
}

interface Shown {
  /** By product; a product that is missing was not read. */
  readonly shown: ReadonlyMap<string, number | null>;
  readonly unread: { readonly code: string; readonly message: string } | null;
}

/** In calls of ROWS_PER_CALL. When Shopify cannot be read, the list is worth having all the same. */
async function readShown(app: Application, shop: Shop, rows: readonly WithheldRow[]): Promise<Shown> {
  const shown = new Map<string, number | null>();
  const mapped = rows.flatMap(({ productId, inventoryItemId }) =>
    inventoryItemId === null ? [] : [{ productId, inventoryItemId }],
  );
  try {
    const api = await app.adminApi(shop);
    for (let from = 0; from < mapped.length; from += ROWS_PER_CALL) {
      const called = mapped.slice(from, from + ROWS_PER_CALL);
      const items = await api.readItems(called.map(({ inventoryItemId }) => inventoryItemId));
      for (const [at, { productId }] of called.entries())
        shown.set(productId, unitsForSale(items[at] ?? null));
    }
    return { shown, unread: null };
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
    return { shown, unread: { code: error.code, message: error.message } };
  }
}
