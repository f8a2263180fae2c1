import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import { nextOrderItem, openQuantity, type OrderItemState } from '../../src/domain/order-item.ts';
import { IMPORT_CHUNK_ROWS } from '../../src/domain/limits.ts';
import { Warehouse } from './warehouse.ts';

const HEADER =
  'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate,updated_at';

const holdsStock = (facilityId: string) => facilityId !== 'PARKING';

interface ReportedLine extends OrderItemState {
  readonly orderId: string;
}

const reportedLines: fc.Arbitrary<ReportedLine> = fc.record({
  orderId: fc.constantFrom('O1', 'O2', 'O3'),
  productId: fc.constantFrom('SHIRT', 'SHIRT', 'SHIRT', 'HAT'),
  quantity: fc.nat({ max: 6 }),
  cancelQuantity: fc.constantFrom(0, 0, 1, 7),
  facilityId: fc.constantFrom(null, 'BROADWAY', 'SOHO', 'PARKING'),
  statusId: fc.constantFrom(
    'ITEM_CREATED',
    'ITEM_APPROVED',
    'ITEM_APPROVED',
    'ITEM_CANCELLED',
    'ITEM_COMPLETED',
  ),
  updatedAt: fc.constantFrom(
    null,
    ...['08', '09', '10', '11'].map((hour) => `2026-11-25T${hour}:00:00.000Z`),
  ),
});

/** Takes the rows one after the other, with nothing but the rules of the domain and plain sums. */
class Model {
  readonly #mayReopen: boolean;

  readonly #lines = new Map<string, OrderItemState>();
  readonly #shipped = new Map<string, number>();

  old = 0;

  constructor(mayReopen: boolean) {
    this.#mayReopen = mayReopen;
  }

  /** Returns the code of the refusal, or null. */
  take({ orderId, ...row }: ReportedLine): string | null {
    const next = nextOrderItem(this.#lines.get(orderId) ?? null, row, holdsStock, this.#mayReopen);
    if (next.outcome === 'REFUSED') return next.code;
    if (next.outcome === 'OLD') this.old += 1;
    this.#lines.set(orderId, next.state);
    if (next.outcome === 'CHANGED') {
      for (const { productId, facilityId, quantityOnHandDiff } of next.postings) {
        const place = `${productId} ${facilityId}`;
        this.#shipped.set(place, (this.#shipped.get(place) ?? 0) + quantityOnHandDiff);
      }
    }
    return null;
  }

  /** Reserved units come from the states alone, without the postings: what is open at a facility is reserved there. */
  levels(): Record<string, [qoh: number, reserved: number]> {
    const levels: Record<string, [number, number]> = {};
    const at = (place: string) => (levels[place] ??= [0, 0]);
    for (const [place, units] of this.#shipped) at(place)[0] += units;
    for (const line of this.#lines.values()) {
      const { facilityId } = line;
      if (facilityId === null) continue;
      at(`${line.productId} ${facilityId}`)[1] += openQuantity(line);
    }
    return dropZeroes(levels);
  }

  lines(): Record<string, string> {
    return Object.fromEntries([...this.#lines].map(([orderId, state]) => [orderId, describeLine(state)]));
  }
}

function dropZeroes(levels: Record<string, [number, number]>): Record<string, [number, number]> {
  return Object.fromEntries(
    Object.entries(levels).filter(([, [qoh, reserved]]) => qoh !== 0 || reserved !== 0),
  );
}

function describeLine(state: OrderItemState): string {
  const { productId, quantity, cancelQuantity, facilityId, statusId, updatedAt } = state;
  return `${productId} ${quantity}-${cancelQuantity} ${facilityId ?? 'queue'} ${statusId} ${updatedAt}`;
}

function toCsvLine({
  orderId,
  productId,
  quantity,
  cancelQuantity,
  facilityId,
  statusId,
  updatedAt,
}: ReportedLine): string {
  return `${orderId},1,,,${productId},,${quantity},${cancelQuantity},${facilityId ?? ''},${statusId},2026-11-24T10:00:00Z,${updatedAt ?? ''}`;
}

async function readLevels(warehouse: Warehouse, sql: string): Promise<Record<string, [number, number]>> {
  const rows = await warehouse.database.query<{ place: string; qoh: number; reserved: number }>(
    `SELECT concat_ws(' ', sku, facility_id) AS place, qoh::int, reserved::int
     FROM (${sql}) AS level JOIN product USING (product_id)`,
  );
  return dropZeroes(Object.fromEntries(rows.map(({ place, qoh, reserved }) => [place, [qoh, reserved]])));
}

test('any sequence of order line states, cut into any feeds, ends as if its rows were taken one by one', async () => {
  const warehouse = await Warehouse.open();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(reportedLines, { minLength: 1, maxLength: 8 }), { maxLength: 5 }),
      fc.constantFrom(1, 2, IMPORT_CHUNK_ROWS),
      fc.boolean(),
      async (files, chunkRows, reopen) => {
        run += 1;
        await warehouse.database.query(
          `INSERT INTO inventory_item_detail
           (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
         SELECT product_id, facility_id, -quantity_on_hand, -reserved, 'VAR_MANUAL', 'a new start' FROM product_facility`,
        );
        await warehouse.database.query('DELETE FROM order_item');
        const model = new Model(reopen);
        let old = 0;
        for (const [index, rows] of files.entries()) {
          const refused = rows.map((row) => model.take(row));
          // Makes the content unique: an earlier run may have had the same rows, and a feed is imported once.
          const filler = `run-${run}-${index},1,,,SHIRT,,0,0,,ITEM_CANCELLED,2026-11-24T10:00:00Z,`;
          const outcome = await warehouse.importText(
            'ORDER_ITEMS',
            `${[HEADER, ...rows.map(toCsvLine), filler].join('\n')}\n`,
            `orders-${run}-${index}.csv`,
            { settings: { ...NO_SETTINGS, reopen }, chunkRows, chunksAtOnce: 2 },
          );
          old += outcome.warnings?.find(({ code }) => code === 'ORDER_STATE_OLD')?.rows ?? 0;
          expect(
            Object.fromEntries(outcome.refused.map(({ rowNumber, code }) => [rowNumber - 2, code])),
          ).toEqual(Object.fromEntries(refused.flatMap((code, row) => (code === null ? [] : [[row, code]]))));
        }

        expect(old).toBe(model.old);
        const levels = await readLevels(
          warehouse,
          'SELECT product_id, facility_id, quantity_on_hand AS qoh, reserved FROM product_facility',
        );
        expect(levels).toEqual(model.levels());
        expect(levels).toEqual(
          await readLevels(
            warehouse,
            `SELECT product_id, facility_id, sum(quantity_on_hand_diff) AS qoh, sum(reserved_diff) AS reserved
           FROM inventory_item_detail GROUP BY product_id, facility_id`,
          ),
        );
        const lines = await warehouse.database.query<OrderItemState & { orderId: string }>(
          `SELECT order_id AS "orderId", sku AS "productId", quantity, cancel_quantity AS "cancelQuantity",
           facility_id AS "facilityId", status_id AS "statusId",
           to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt"
         FROM order_item JOIN product USING (product_id) WHERE order_id NOT LIKE 'run-%'`,
        );
        expect(Object.fromEntries(lines.map((line) => [line.orderId, describeLine(line)]))).toEqual(
          model.lines(),
        );
      },
    ),
    { numRuns: 60, verbose: 1 },
  );
});
