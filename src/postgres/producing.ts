/**
 * Producing a numbered file: one snapshot of the master of inventory becomes immutable rows.
 *
 * The order of the steps is the protocol (decision 0003): the shop's session lock first, and only then the
 * transaction, so that its snapshot is taken when nobody else produces for the shop. Sequence order is snapshot
 * order. A lock inside the transaction would be waited for with an old snapshot.
 */
import { AtpError } from '../domain/errors.ts';
import { PRODUCER_WAIT_MS } from '../domain/limits.ts';
import type { UploadFileKind } from '../domain/upload-file.ts';
import { deltaCandidatesCte } from './change-log.ts';
import { inTransaction, type Connection, type Database } from './database.ts';
import { onlineAtpSelect, placesCte } from './online-atp.ts';
import { fileOfProducer, type UploadFile } from './upload-files.ts';

export interface ProduceRequest {
  readonly shopId: string;
  /** Absent: the shop's. Another one is refused. */
  readonly facilityGroupId?: string | undefined;
  readonly kind: UploadFileKind;
  /** The job's run. A retry of a run whose file was committed gets that file again. */
  readonly producerKey: string;
}

/** First key of our advisory locks; the second is the shop. */
const PRODUCER_LOCK = 7_201_151;
/** Held shared while a baseline is read: the purge of the change log takes it exclusively. */
const PURGE_LOCK = 7_201_152;

/**
 * Computes a file's rows and takes its number, in one short transaction; null when nothing differs from what was
 * published.
 *
 * Throws SHOP_UNKNOWN, FACILITY_GROUP_UNKNOWN, SHOP_GROUP_MISMATCH, SHOP_NOT_MAPPED, HARD_SYNC_REQUIRED,
 * PRODUCER_BUSY.
 */
export async function produceFile(database: Database, request: ProduceRequest): Promise<UploadFile | null> {
  return database.session(async (session) => {
    await lockShop(session, request.shopId);
    return inTransaction(session, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async () => {
      const shop = await shopToProduceFor(session, request);
      const earlier = await fileOfProducer(session, request.producerKey);
      if (earlier) return earlier;
      const baseline = await nextBaseline(session, request);
      const file = await writeRows(session, request, shop, baseline);
      await advanceBaseline(session, request.shopId, baseline);
      return file;
    });
  });
}

/** The locks end with the session, so a killed producer leaves none. */
async function lockShop(session: Connection, shopId: string): Promise<void> {
  await session.query(`SET lock_timeout = ${PRODUCER_WAIT_MS}`);
  try {
    await session.query('SELECT pg_advisory_lock($1, hashtext($2))', [PRODUCER_LOCK, shopId]);
    await session.query('SELECT pg_advisory_lock_shared($1)', [PURGE_LOCK]);
  } catch (error) {
    const lockNotAvailable = (error as { code?: string }).code === '55P03';
    if (!lockNotAvailable) throw error;
    throw new AtpError('PRODUCER_BUSY', { shopId, waitedMs: PRODUCER_WAIT_MS }, { cause: error });
  }
}

interface ProducingShop {
  readonly facilityGroupId: string;
  readonly locationId: string;
}

async function shopToProduceFor(session: Connection, request: ProduceRequest): Promise<ProducingShop> {
  const { rows } = await session.query<ProducingShop & { groupExists: boolean }>(
    `SELECT facility_group_id AS "facilityGroupId", location_id AS "locationId",
       EXISTS (SELECT FROM facility_group WHERE facility_group_id = $2) AS "groupExists"
     FROM shop WHERE shop_id = $1`,
    [request.shopId, request.facilityGroupId ?? null],
  );
  const shop = rows[0];
  if (!shop) throw new AtpError('SHOP_UNKNOWN', { shopId: request.shopId });
  const { facilityGroupId } = request;
  if (facilityGroupId !== undefined && facilityGroupId !== shop.facilityGroupId) {
    if (!shop.groupExists) throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId });
    throw new AtpError('SHOP_GROUP_MISMATCH', {
      shopId: request.shopId,
      shopGroupId: shop.facilityGroupId,
      facilityGroupId,
    });
  }
  return shop;
}

interface Baseline {
  /** A pg_snapshot, as text. */
  readonly snapshot: string;
  /** With the database's full precision, as text: a membership is due exactly once. */
  readonly effectiveAt: string;
}

/** What the file is computed from. The effective time never goes back, even when the clock does. */
async function nextBaseline(session: Connection, { shopId, kind }: ProduceRequest): Promise<Baseline> {
  const { rows } = await session.query<Baseline & { hasBase: boolean }>(
    `SELECT pg_current_snapshot()::text AS snapshot,
       greatest(base.effective_at, clock_timestamp())::text AS "effectiveAt",
       base.shop_id IS NOT NULL AS "hasBase"
     FROM (SELECT $1::text AS shop_id) AS shop LEFT JOIN shop_baseline AS base USING (shop_id)`,
    [shopId],
  );
  const next = rows[0];
  if (!next) throw new Error('The database returned no snapshot.');
  if (kind === 'recent-changes' && !next.hasBase) {
    throw new AtpError('HARD_SYNC_REQUIRED', { shopId, reason: 'it never had a Hard Sync' });
  }
  return next;
}

async function advanceBaseline(session: Connection, shopId: string, baseline: Baseline): Promise<void> {
  await session.query(
    `INSERT INTO shop_baseline (shop_id, snapshot, effective_at) VALUES ($1, $2, $3)
     ON CONFLICT (shop_id) DO UPDATE SET snapshot = excluded.snapshot, effective_at = excluded.effective_at`,
    [shopId, baseline.snapshot, baseline.effectiveAt],
  );
}

const HARD_SYNC_CANDIDATES = `
  candidate AS MATERIALIZED (SELECT product_id FROM shop_product WHERE shop_id = $1)`;

/** A Hard Sync holds every row, and reads each table as a whole. */
const EVERY_ROW = `
  JOIN shop_product AS mapped ON mapped.shop_id = $1 AND mapped.product_id = atp.product_id
  JOIN product ON product.product_id = atp.product_id`;

/**
 * A delta holds what differs from the last file, or is owed. Each look-up is by a primary key, of a candidate: the
 * planner would hash the whole catalogue for a handful of them.
 */
const WHAT_DIFFERS = `
  CROSS JOIN LATERAL (
    SELECT inventory_item_id FROM shop_product
    WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS mapped
  CROSS JOIN LATERAL (SELECT sku FROM product WHERE product_id = atp.product_id OFFSET 0) AS product
  LEFT JOIN LATERAL (
    SELECT quantity, inventory_item_id FROM published_row
    WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS published ON true
  WHERE published.quantity IS NULL
    OR published.quantity <> atp.online_atp
    OR published.inventory_item_id <> mapped.inventory_item_id
    OR EXISTS (SELECT FROM owed_row AS owed WHERE owed.shop_id = $1 AND owed.product_id = atp.product_id)`;

function rowsSql(kind: UploadFileKind): string {
  const scope = { group: '$3', at: '$4::timestamptz', candidates: 'candidate' };
  const isDelta = kind === 'recent-changes';
  const candidates = isDelta ? deltaCandidatesCte({ shop: '$1', ...scope }) : HARD_SYNC_CANDIDATES;
  return `
    WITH ${placesCte(scope)}, ${candidates}, inserted AS (
      INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity)
      SELECT $1, $2, row_number() OVER (ORDER BY atp.product_id COLLATE "C") - 1,
        atp.product_id, product.sku, mapped.inventory_item_id, atp.online_atp
      FROM (${onlineAtpSelect({ ...scope, access: isDelta ? 'few' : 'every' })}) AS atp
      ${isDelta ? WHAT_DIFFERS : EVERY_ROW}
      RETURNING quantity
    )
    SELECT count(*)::int AS "rowCount", count(*) FILTER (WHERE quantity = 0)::int AS "toZeroCount" FROM inserted`;
}

/** Takes the next number, fills it, and gives it back when there was nothing to say. */
async function writeRows(
  session: Connection,
  request: ProduceRequest,
  shop: ProducingShop,
  baseline: Baseline,
): Promise<UploadFile | null> {
  const { shopId, kind, producerKey } = request;
  const opened = await session.query<{ sequence: number }>(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       snapshot, effective_at)
     SELECT $1, coalesce(max(sequence), 0) + 1, $2, 'WRITING', $3, $4, $5, $6, $7
     FROM upload_file WHERE shop_id = $1
     RETURNING sequence`,
    [
      shopId,
      kind,
      producerKey,
      shop.facilityGroupId,
      shop.locationId,
      baseline.snapshot,
      baseline.effectiveAt,
    ],
  );
  const sequence = opened.rows[0]?.sequence;
  const counted = await session.query<{ rowCount: number; toZeroCount: number }>(rowsSql(kind), [
    shopId,
    sequence,
    shop.facilityGroupId,
    baseline.effectiveAt,
  ]);
  const { rowCount, toZeroCount } = counted.rows[0] ?? { rowCount: 0, toZeroCount: 0 };
  if (rowCount === 0) {
    if (kind === 'hard-sync') throw new AtpError('SHOP_NOT_MAPPED', { shopId });
    await session.query('DELETE FROM upload_file WHERE shop_id = $1 AND sequence = $2', [shopId, sequence]);
    return null;
  }
  await session.query(
    'UPDATE upload_file SET row_count = $3, to_zero_count = $4 WHERE shop_id = $1 AND sequence = $2',
    [shopId, sequence, rowCount, toZeroCount],
  );
  await session.query(
    `INSERT INTO published_row (shop_id, product_id, sequence, inventory_item_id, quantity)
     SELECT shop_id, product_id, sequence, inventory_item_id, quantity
     FROM upload_file_row WHERE shop_id = $1 AND sequence = $2
     ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence,
       inventory_item_id = excluded.inventory_item_id, quantity = excluded.quantity`,
    [shopId, sequence],
  );
  await session.query(
    `DELETE FROM owed_row USING upload_file_row AS row
     WHERE row.shop_id = $1 AND row.sequence = $2 AND owed_row.shop_id = $1
       AND owed_row.product_id = row.product_id`,
    [shopId, sequence],
  );
  return fileOfProducer(session, producerKey);
}
