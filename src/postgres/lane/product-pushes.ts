/** What files have done with one product, as far as their rows are kept. */
import {
  LEFT_ITEMS_PER_PRODUCT_SHOWN,
  PAGES_PER_WINDOW,
  PUSH_FILES_SEARCHED_MAX,
  ROWS_PER_CALL,
  ROWS_PER_PACK,
} from '../../domain/limits.ts';
import type { UploadFileKind, UploadFileState } from '../../domain/upload-file.ts';
import type { Database } from '../database.ts';
import { POSITIONS } from './stored-call.ts';

/**
 * `UNCHANGED`: Shopify showed it already. `UNANSWERED`: it was sent, and whether Shopify has taken it is not known.
 * `WAITING`: its file is not done. `NOT_SENT`: its file was left out, or superseded by a later one. `NO_WRITE`: no call
 * had it, because it was passed on to a later file, or because it was unchanged, quarantined or owed, and a later file has settled
 * the product since.
 */
export type PushOutcome =
  'APPLIED' | 'UNCHANGED' | 'QUARANTINED' | 'OWED' | 'UNANSWERED' | 'WAITING' | 'NOT_SENT' | 'NO_WRITE';

export interface ProductPush {
  readonly sequence: number;
  readonly kind: UploadFileKind;
  readonly fileState: UploadFileState;
  readonly inventoryItemId: string;
  /** When its rows were read, and when it was sent and answered; null: it was not. */
  readonly madeAt: Date;
  readonly at: Date | null;
  /** What the file says, and what the file before that had the product said; null: none that is kept. */
  readonly quantity: number;
  readonly quantityBefore: number | null;
  /** What Shopify showed just before; null: it is not known. */
  readonly shopifyBefore: number | null;
  /** What was written, less what is kept back of it; null: nothing was. */
  readonly sent: number | null;
  readonly outcome: PushOutcome;
  readonly code: string | null;
}

/** The oldest file that was looked into, where there may be older ones. It stands in a row of nulls when none has the product. */
interface Searched {
  readonly searchedTo: number | null;
}

export interface PushPage {
  readonly pushes: readonly ProductPush[];
  /** The number below which the page behind it begins; null: there is none. */
  readonly next: number | null;
}

/** In SQL, of a row `found`: the first chunk of its window. */
const FIRST_CHUNK = `found.position / ${PAGES_PER_WINDOW * ROWS_PER_CALL} * ${PAGES_PER_WINDOW}`;

/**
 * The rows of a file are in three parts, each in the order of the products' ids (a drain, and a file of an older release, is one
 * part). So each part of each file is searched by halves, all of them at once:
 * an index by product would cost each file more than these looks cost whoever asks. By upload_file_row_pkey,
 * upload_file_pack_pkey, upload_file_pkey and shopify_call_pkey.
 */
export async function listPushes(
  database: Database,
  { shopId, productId }: { readonly shopId: string; readonly productId: string },
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<PushPage> {
  const rows = await database.query<ProductPush & Searched>(
    `WITH RECURSIVE file AS MATERIALIZED (
       SELECT sequence, kind, state, row_count, to_zero_count, falling_count, created_at, closed_at FROM upload_file
       WHERE shop_id = $1 AND rows_purged_at IS NULL AND ($3::bigint IS NULL OR sequence < $3)
       ORDER BY sequence DESC LIMIT ${PUSH_FILES_SEARCHED_MAX}
     ), search AS (
       SELECT sequence, part.low, part.high, part.high AS until
       FROM file CROSS JOIN LATERAL (VALUES
         (0, CASE WHEN falling_count IS NULL THEN row_count ELSE to_zero_count END),
         (to_zero_count, to_zero_count + falling_count),
         (to_zero_count + falling_count, row_count)
       ) AS part (low, high)
       UNION ALL
       SELECT search.sequence,
         CASE WHEN middle.product_id < $2::text COLLATE "C" THEN middle.position + 1 ELSE low END,
         CASE WHEN middle.product_id < $2::text COLLATE "C" THEN high ELSE middle.position END,
         until
       FROM search
       CROSS JOIN LATERAL (
         SELECT at AS position, coalesce(
           (SELECT row.product_id FROM upload_file_row AS row
            WHERE row.shop_id = $1 AND row.sequence = search.sequence AND row.position = at),
           (SELECT pack.product_ids[at % ${ROWS_PER_PACK} + 1] FROM upload_file_pack AS pack
            WHERE pack.shop_id = $1 AND pack.sequence = search.sequence
              AND pack.first_position = at / ${ROWS_PER_PACK} * ${ROWS_PER_PACK})) COLLATE "C" AS product_id
         FROM (VALUES ((low + high) / 2)) AS half (at)
         -- One look for each step: each use of the column would be one of its own.
         OFFSET 0
       ) AS middle
       WHERE low < high AND middle.product_id IS NOT NULL
     ), found AS (
       SELECT file.*, row.position, row.inventory_item_id, row.quantity,
         lead(row.quantity) OVER (PARTITION BY row.inventory_item_id ORDER BY file.sequence DESC) AS quantity_before
       FROM search JOIN file USING (sequence)
       CROSS JOIN LATERAL upload_file_rows_between(
         $1, search.sequence, low, least(low + ${LEFT_ITEMS_PER_PRODUCT_SHOWN}, until)) AS row
       WHERE low = high AND low < until AND row.product_id = $2
       ORDER BY file.sequence DESC LIMIT $4 + 1
     )
     SELECT found.sequence, found.kind, found.state AS "fileState", found.inventory_item_id AS "inventoryItemId",
       found.created_at AS "madeAt", coalesce(call.answered_at, applied.settled_at, call.stored_at) AS at,
       found.quantity, found.quantity_before AS "quantityBefore",
       coalesce(call."changeFromQuantity", applied.observed) AS "shopifyBefore", call.quantity AS sent,
       coalesce(applied.outcome,
         CASE WHEN call.state = 'APPLIED' THEN 'APPLIED' WHEN call.state IS NOT NULL THEN 'UNANSWERED' END,
         CASE WHEN found.state IN ('SKIPPED', 'SUPERSEDED') THEN 'NOT_SENT'
           WHEN found.closed_at IS NULL THEN 'WAITING' ELSE 'NO_WRITE' END) AS outcome,
       applied.error_code AS code, searched."searchedTo"
     FROM (
       SELECT CASE WHEN count(*) = ${PUSH_FILES_SEARCHED_MAX} THEN min(sequence) END AS "searchedTo" FROM file
     ) AS searched
     LEFT JOIN found ON true
     LEFT JOIN applied_row AS applied
       ON applied.shop_id = $1 AND applied.product_id = $2 AND applied.sequence = found.sequence
     LEFT JOIN LATERAL (
       SELECT call.state, call.stored_at, call.answered_at, sent.quantity, sent."changeFromQuantity"
       FROM shopify_call AS call
       CROSS JOIN LATERAL jsonb_to_recordset(call.variables::jsonb #> '{input,quantities}')
         AS sent ("inventoryItemId" text, quantity int, "changeFromQuantity" int)
       WHERE call.shop_id = $1 AND call.sequence = found.sequence
         AND call.chunk >= ${FIRST_CHUNK} AND call.chunk < ${FIRST_CHUNK} + ${PAGES_PER_WINDOW}
         AND found.position = ANY(${POSITIONS})
         AND call.state <> 'REFUSED' AND sent."inventoryItemId" = found.inventory_item_id
       ORDER BY call.stored_at DESC, call.generation DESC LIMIT 1
     ) AS call ON true
     ORDER BY found.sequence DESC`,
    [shopId, productId, before, limit],
  );
  const found = rows.filter((row) => row.sequence !== null);
  const pushes = found.slice(0, limit).map(({ searchedTo: _, ...push }) => push);
  return { pushes, next: (found.length > limit ? pushes.at(-1)?.sequence : rows[0]?.searchedTo) ?? null };
}
