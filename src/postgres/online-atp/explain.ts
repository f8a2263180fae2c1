/** Why Online ATP is what it is: the terms, the facilities behind them, and the last push. */
import { AtpError } from '../../domain/errors.ts';
import { atpTerms, onlineAtp, type AtpTerms, type FacilityStock } from '../../domain/online-atp.ts';
import type { Database } from '../database.ts';

export interface ExplainRequest {
  readonly sku: string;
  readonly facilityGroupId: string;
  /** Whose push is told; absent: of no shop. */
  readonly shopId?: string | undefined;
  /** The instant at which memberships are looked at. Levels and settings are those of now. Absent: now. */
  readonly at?: Date | undefined;
}

/** A facility's part. */
export interface ExplainedFacility extends FacilityStock {
  readonly facilityName: string;
  /** Whether the facility is a member of the group, and not closed, at that instant; it may still not sell this product. */
  readonly isMember: boolean;
  readonly allowBrokering: boolean;
}

export interface LastPush {
  readonly fileSequence: number;
  readonly outcome: string;
  /** Units that we wrote; null when no write was needed or possible. */
  readonly quantity: number | null;
  /** Units that Shopify had shown before. */
  readonly observed: number | null;
  readonly at: Date;
  readonly errorCode: string | null;
}

export interface Explanation {
  readonly sku: string;
  readonly facilityGroupId: string;
  readonly at: Date;
  readonly terms: AtpTerms;
  readonly onlineAtp: number;
  readonly facilities: readonly ExplainedFacility[];
  readonly lastPush: LastPush | null;
}

/** Throws PRODUCT_UNKNOWN, FACILITY_GROUP_UNKNOWN. */
export async function explain(database: Database, request: ExplainRequest): Promise<Explanation> {
  const { sku, facilityGroupId } = request;
  const at = request.at ?? new Date();
  const claims = await claimsOf(database, sku, facilityGroupId);
  const facilities = await database.query<ExplainedFacility>(
    `SELECT facility.facility_id AS "facilityId", facility.facility_name AS "facilityName",
       coalesce(level.quantity_on_hand, 0) AS "quantityOnHand", coalesce(level.reserved, 0) AS reserved,
       coalesce(level.minimum_stock, 0) AS "safetyStock",
       coalesce(level.allow_brokering, true) AS "allowBrokering", member.is_member AS "isMember",
       member.is_member AND coalesce(level.allow_brokering, true) AS "sellsOnline"
     FROM facility
     JOIN facility_type USING (facility_type_id)
     LEFT JOIN product_facility AS level
       ON level.facility_id = facility.facility_id AND level.product_id = $1
     CROSS JOIN LATERAL (SELECT (facility.closed_date IS NULL OR $3 < facility.closed_date) AND EXISTS (
       SELECT FROM facility_group_member AS member
       WHERE member.facility_group_id = $2 AND member.facility_id = facility.facility_id
         AND member.from_date <= $3 AND (member.thru_date IS NULL OR $3 < member.thru_date)) AS is_member
     ) AS member
     WHERE NOT facility_type.is_virtual AND (level.product_id IS NOT NULL OR member.is_member)
     ORDER BY facility.facility_id`,
    [claims.productId, facilityGroupId, at],
  );
  const terms = atpTerms(facilities, claims);
  const lastPush =
    request.shopId === undefined ? null : await lastPushOf(database, request.shopId, claims.productId);
  return { sku, facilityGroupId, at, terms, onlineAtp: onlineAtp(terms), facilities, lastPush };
}

async function claimsOf(database: Database, sku: string, facilityGroupId: string) {
  const [group] = await database.query<{ threshold: number; floorPerFacility: boolean }>(
    `SELECT default_threshold AS threshold, floor_per_facility AS "floorPerFacility"
     FROM facility_group WHERE facility_group_id = $1`,
    [facilityGroupId],
  );
  if (!group) throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId });
  const [product] = await database.query<{
    productId: string;
    threshold: number | null;
    brokeringQueue: number;
  }>(
    `SELECT product.product_id AS "productId", own.threshold, (
         SELECT coalesce(sum(item.open_quantity), 0)
         FROM order_item AS item
         LEFT JOIN facility USING (facility_id)
         LEFT JOIN facility_type USING (facility_type_id)
         WHERE item.product_id = product.product_id AND item.open_quantity > 0
           AND (item.facility_id IS NULL OR facility_type.is_virtual)
       ) AS "brokeringQueue"
     FROM product
     LEFT JOIN product_facility_group AS own
       ON own.product_id = product.product_id AND own.facility_group_id = $2
     WHERE product.sku = $1`,
    [sku, facilityGroupId],
  );
  if (!product) throw new AtpError('PRODUCT_UNKNOWN', { idValue: sku });
  return {
    productId: product.productId,
    threshold: product.threshold ?? group.threshold,
    brokeringQueue: product.brokeringQueue,
    floorPerFacility: group.floorPerFacility,
  };
}

async function lastPushOf(database: Database, shopId: string, productId: string): Promise<LastPush | null> {
  const [push] = await database.query<LastPush>(
    `SELECT sequence AS "fileSequence", outcome, sent AS quantity, observed, settled_at AS at,
       error_code AS "errorCode"
     FROM applied_row WHERE shop_id = $1 AND product_id = $2`,
    [shopId, productId],
  );
  return push ?? null;
}
