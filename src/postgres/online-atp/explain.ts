/** Why Online ATP is what it is: the terms, the facilities behind them, and the last push. */
import {
  atpTerms,
  onlineAtp,
  type AtpTerms,
  type ChannelClaims,
  type FacilityStock,
} from '../../domain/online-atp.ts';
import type { Database } from '../database.ts';
import { findFacilityGroup } from '../master-data/facility-groups.ts';
import { joinProductSettings, PRODUCT_SETTINGS_LIST } from '../master-data/group-settings.ts';
import { isOpen, sellsProduct } from '../master-data/selling-members.ts';
import { unknownProduct } from '../master-data/unknown-product.ts';
import { IN_BROKERING_QUEUE, placesCte } from './online-atp.ts';

export interface ExplainRequest {
  readonly sku: string;
  readonly facilityGroupId: string;
  /** The shop whose last push is told; absent: none is told. */
  readonly shopId?: string | undefined;
  /** The instant at which memberships and closings are looked at. Levels and settings are those of now. Absent: now. */
  readonly at?: Date | undefined;
}

/** What one facility contributes. */
export interface ExplainedFacility extends FacilityStock {
  readonly facilityName: string;
  /** The facility is a member of the group, and not closed, at that instant; it may still not sell this product. */
  readonly isMember: boolean;
  /** The facility is closed at that instant. */
  readonly isClosed: boolean;
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
  /** Units that the file says. */
  readonly fileQuantity: number;
  /** Units of these that are kept back (src/domain/unseen-sales.ts); since when the first of them was seen to be gone: ISO 8601. */
  readonly keptBack: number;
  readonly keptBackSince: string | null;
}

/** Units that have left one facility and not reached another: on hand at neither. */
export interface UnitsInTransit {
  /** Null: they come from somebody else. */
  readonly fromFacilityId: string | null;
  /** Null: they go to somebody else. */
  readonly toFacilityId: string | null;
  readonly units: number;
}

export interface Explanation {
  readonly sku: string;
  readonly facilityGroupId: string;
  readonly at: Date;
  readonly terms: AtpTerms;
  readonly onlineAtp: number;
  readonly facilities: readonly ExplainedFacility[];
  /** No part of Online ATP. By way. */
  readonly inTransit: readonly UnitsInTransit[];
  readonly lastPush: LastPush | null;
}

/** Throws PRODUCT_UNKNOWN, FACILITY_GROUP_UNKNOWN. */
export async function explain(database: Database, request: ExplainRequest): Promise<Explanation> {
  const { sku, facilityGroupId } = request;
  const at = request.at ?? new Date();
  const claims = await readClaims(database, request, at);
  const facilities = await database.query<ExplainedFacility>(
    `WITH ${placesCte({ group: '$2', at: '$3::timestamptz' })}
     SELECT facility.facility_id AS "facilityId", facility.facility_name AS "facilityName",
       coalesce(level.quantity_on_hand, 0) AS "quantityOnHand", coalesce(level.reserved, 0) AS reserved,
       coalesce(level.minimum_stock, 0) AS "safetyStock",
       coalesce(level.allow_brokering, true) AS "allowBrokering", place.sells AS "isMember",
       NOT ${isOpen('$3::timestamptz')} AS "isClosed",
       ${sellsProduct('place.sells')} AS "sellsOnline"
     FROM place
     JOIN facility USING (facility_id)
     LEFT JOIN product_facility AS level
       ON level.facility_id = facility.facility_id AND level.product_id = $1
     WHERE level.product_id IS NOT NULL OR place.sells
     ORDER BY facility.facility_id`,
    [claims.productId, facilityGroupId, at],
  );
  const terms = atpTerms(facilities, claims);
  const lastPush =
    request.shopId === undefined ? null : await readLastPush(database, request.shopId, claims.productId);
  const inTransit = await readInTransit(database, claims.productId);
  return { sku, facilityGroupId, at, terms, onlineAtp: onlineAtp(terms), facilities, inTransit, lastPush };
}

/** Throws PRODUCT_UNKNOWN, FACILITY_GROUP_UNKNOWN. */
async function readClaims(
  database: Database,
  { sku, facilityGroupId }: ExplainRequest,
  at: Date,
): Promise<ChannelClaims & { readonly productId: string }> {
  const [claims] = await database.query<ChannelClaims & { readonly productId: string }>(
    `WITH ${placesCte({ group: '$2', at: '$3::timestamptz' })}
     SELECT product.product_id AS "productId", ${PRODUCT_SETTINGS_LIST}, (
         SELECT coalesce(sum(item.open_quantity), 0) FROM order_item AS item
         WHERE item.product_id = product.product_id AND ${IN_BROKERING_QUEUE}
       ) AS "brokeringQueue"
     FROM product ${joinProductSettings({ product: 'product', group: '$2' })}
     WHERE product.sku = $1`,
    [sku, facilityGroupId, at],
  );
  if (claims) return claims;
  await findFacilityGroup(database, facilityGroupId);
  throw await unknownProduct(database, sku);
}

/** By transfer_item_in_transit. */
async function readInTransit(database: Database, productId: string): Promise<readonly UnitsInTransit[]> {
  return database.query<UnitsInTransit>(
    `SELECT from_facility_id AS "fromFacilityId", to_facility_id AS "toFacilityId", sum(in_transit)::float8 AS units
     FROM transfer_item WHERE product_id = $1 AND in_transit > 0
     GROUP BY from_facility_id, to_facility_id ORDER BY from_facility_id, to_facility_id`,
    [productId],
  );
}

async function readLastPush(database: Database, shopId: string, productId: string): Promise<LastPush | null> {
  const [push] = await database.query<LastPush>(
    `SELECT sequence AS "fileSequence", outcome, sent AS quantity, observed, settled_at AS at,
       error_code AS "errorCode", target AS "fileQuantity", debt AS "keptBack",
       CASE WHEN debt > 0 THEN drops #>> '{0,at}' END AS "keptBackSince"
     FROM applied_row WHERE shop_id = $1 AND product_id = $2`,
    [shopId, productId],
  );
  return push ?? null;
}
