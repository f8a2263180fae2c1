/** What becomes of each row of a file, by what Shopify shows of it now. */
import {
  isProvenUnapplied,
  isShownApplied,
  keepBackInDoubt,
  wasNotApplied,
  type DoubtedRow,
} from '../src/domain/doubtful-call.ts';
import { AtpError } from '../src/domain/errors.ts';
import { keepBackAfterLateCalls } from '../src/domain/late-call.ts';
import { decideRow, type ObservedItem } from '../src/domain/row-decision.ts';
import { NOTHING_KEPT_BACK, pushSeenHere, type KeptBack } from '../src/domain/unseen-sales.ts';
import { readClock } from '../src/postgres/clock.ts';
import type { Database } from '../src/postgres/database.ts';
import type { OpenRows } from '../src/postgres/lane/chunk-work.ts';
import type { SettledRow } from '../src/postgres/lane/settled-rows.ts';
import type { StoredCall } from '../src/postgres/lane/stored-call.ts';
import type { Shop } from '../src/postgres/master-data/shops.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import type { SetRow } from '../src/shopify/set-online-atp.ts';
import { whileThrottled } from './while-throttled.ts';

export interface DecidingDeps {
  readonly database: Database;
  readonly api: AdminApi;
  /** At the location of the file, which may be one that the shop has left. */
  readonly shop: Shop;
  /** Aborts when nobody waits for the attempt any more. */
  readonly signal?: AbortSignal | undefined;
}

/** A row to be written. */
export interface DecidedRow {
  /** In its file. */
  readonly position: number;
  readonly productId: string;
  readonly staleTries: number;
  readonly sent: SetRow;
  readonly keptBack: KeptBack;
}

/** What becomes of rows that were read. */
export interface Decision extends Pick<OpenRows, 'isDrain'> {
  /** Those that need no write. */
  readonly settled: readonly SettledRow[];
  /** Calls in doubt that are found now not to have been applied. */
  readonly unapplied: readonly StoredCall[];
  readonly writes: readonly DecidedRow[];
}

/** Reads the open rows from Shopify and decides each. Throws what the shop's API throws. */
export async function decideOpenRows(
  { api, database, shop, signal }: DecidingDeps,
  open: OpenRows,
): Promise<Decision> {
  const ids = open.rows.map((row) => row.inventoryItemId);
  const items = await whileThrottled(() => api.readItemsToWrite(ids), { signal });
  // After the read: with an earlier time, a sale between the two would expire before its order is imported.
  const readAt = await readClock(database);
  return decideRows(shop, open, items, readAt);
}

function decideRows(
  shop: Shop,
  work: OpenRows,
  items: readonly (ObservedItem | null)[],
  readAt: string,
): Decision {
  const settled: SettledRow[] = [];
  const writes: DecidedRow[] = [];
  const { doubted, unapplied } = doubtedRows(work, items);
  for (const [index, row] of work.rows.entries()) {
    const { inventoryItemId, productId, position, quantity: target, importedUnits } = row;
    // A drain owes nothing to a later file, which is of another location: it tries until the item shows zero.
    const tries = work.isDrain ? 0 : (work.staleTries.get(inventoryItemId) ?? 0);
    const decision = decideRow(target, items[index] ?? null, tries, (observed) => {
      if (shop.salesPolicy === 'overwrite') return NOTHING_KEPT_BACK;
      const { ordersImportedUntil } = work;
      const read = { observed, at: readAt, importedUnits, ordersImportedUntil };
      const lastPush = pushSeenHere(row.lastPush, observed);
      const keptBack = keepBackInDoubt(lastPush, doubted.get(inventoryItemId) ?? [], read);
      return keepBackAfterLateCalls(lastPush, work.late.get(inventoryItemId) ?? [], read, keptBack);
    });
    switch (decision.outcome) {
      case 'WRITE': {
        const { quantity, observed, keptBack } = decision;
        const sent = { inventoryItemId, quantity, changeFromQuantity: observed };
        writes.push({ position, productId, staleTries: tries, sent, keptBack });
        break;
      }
      case 'UNCHANGED': {
        const { outcome, observed, keptBack } = decision;
        settled.push({ productId, outcome, target, observed, inventoryItemId, importedUnits, keptBack });
        break;
      }
      default: {
        const { code, observed, outcome } = decision;
        const { message: errorMessage } = new AtpError(code, { inventoryItemId, tries });
        settled.push({ productId, outcome, target, observed, errorCode: code, errorMessage });
      }
    }
  }
  return { settled, unapplied, writes, isDrain: work.isDrain };
}

/** By inventory item: what calls have sent to it that may have been applied; and which calls were not. */
function doubtedRows(
  { rows, doubtful }: OpenRows,
  items: readonly (ObservedItem | null)[],
): {
  readonly doubted: ReadonlyMap<string, readonly DoubtedRow[]>;
  readonly unapplied: readonly StoredCall[];
} {
  const indexOf = new Map(rows.map(({ inventoryItemId }, index) => [inventoryItemId, index]));
  const doubted = new Map<string, DoubtedRow[]>();
  const unapplied: StoredCall[] = [];
  for (const call of doubtful) {
    const sent = rowsSentBy(call).flatMap(({ inventoryItemId, quantity, changeFromQuantity }) => {
      const index = indexOf.get(inventoryItemId);
      const row = index === undefined ? undefined : rows[index];
      if (index === undefined || !row) return [];
      if (call.sequence <= row.pushedSequence) return [];
      const { debt, drops } = call.debts[row.productId] ?? NOTHING_KEPT_BACK;
      const importedUnits = call.importedUnits[inventoryItemId] ?? row.importedUnits;
      const push = { lastKnown: quantity, importedUnits, debt, drops };
      const observed = items[index]?.available ?? null;
      return [{ inventoryItemId, observed, changeFromQuantity, quantity, push }];
    });
    if (isProvenUnapplied(sent, call.rowCount)) unapplied.push(call);
    if (wasNotApplied(sent)) continue;
    const isProven = isShownApplied(sent, call.rowCount);
    for (const { inventoryItemId, changeFromQuantity, push } of sent) {
      const earlier = doubted.get(inventoryItemId) ?? [];
      doubted.set(inventoryItemId, [...earlier, { changeFromQuantity, push, isShownApplied: isProven }]);
    }
  }
  return { doubted, unapplied };
}

/** The rows of the request. */
export function rowsSentBy(call: StoredCall): readonly SetRow[] {
  return (JSON.parse(call.variables) as { input: { quantities: SetRow[] } }).input.quantities;
}
