/** The types of feeds, and what a row of each holds. */

/** Files, and folders in incoming/, are named after them. */
export const FEED_TYPES = [
  'RESET_INVENTORY',
  'REC_INV_COUNT',
  'MDM_INV_VARIANCE',
  'TRANSFER',
  'ORDER_ITEMS',
  'ORDER_WATERMARK',
  'SHOPIFY_INVENTORY',
  'IMP_PRODUCT',
  'IMP_FACILITY',
  'IMP_PROD_FACILITY',
  'IMP_THRESHOLD',
] as const satisfies readonly (keyof FeedContents)[];
export type FeedType = (typeof FEED_TYPES)[number];

/** In any case: `reset_inventory` is RESET_INVENTORY. Null when the text is no feed type. */
export function parseFeedType(text: string | null | undefined): FeedType | null {
  return FEED_TYPES.find((type) => type === text?.toUpperCase()) ?? null;
}

/** The master's ids of a product; a feed's `idType` says which one its `idValue` is. */
export type ProductIdType = 'SKU' | 'UPC' | 'PRODUCT_ID';

export interface ProductReference {
  readonly idType: ProductIdType;
  readonly idValue: string;
}

/** facilityId counts first. */
export interface FacilityReference {
  readonly facilityId: string | null;
  readonly externalFacilityId: string | null;
}

/** A count: what is really there. */
export interface ResetRow extends ProductReference, FacilityReference {
  /** Whether `availableQty` is what is left after reservations; else it is the quantity on hand. */
  readonly resetByAtp: boolean;
  readonly availableQty: number;
  /** The bin in which it was counted: bins of one facility add up. */
  readonly locationSeqId: string | null;
  /** The instant that it is about: what has happened since is kept. ISO 8601 with an offset; null: when it is applied. */
  readonly asOf: string | null;
}

/** Units found, lost, damaged, returned: a difference of the quantity on hand. */
export interface VarianceRow extends ProductReference, FacilityReference {
  readonly availableDelta: number;
  readonly reasonEnumId: string;
}

export const TRANSFER_STATUSES = ['CREATED', 'SHIPPED', 'RECEIVED', 'CANCELLED'] as const;
export type TransferStatus = (typeof TRANSFER_STATUSES)[number];

/** What is told of a line of a transfer: units that are to go, have left, have arrived, or do not go after all. */
export interface TransferRow extends ProductReference {
  readonly transferId: string;
  readonly itemSeqId: string;
  readonly quantity: number;
  /** The facility's own id counts first; without both the units come from somebody else. */
  readonly fromFacilityId: string | null;
  readonly fromExternalFacilityId: string | null;
  readonly toFacilityId: string | null;
  readonly toExternalFacilityId: string | null;
  readonly statusId: TransferStatus;
}

export const ORDER_ITEM_STATUSES = [
  'ITEM_CREATED',
  'ITEM_APPROVED',
  'ITEM_COMPLETED',
  'ITEM_CANCELLED',
] as const;
export type OrderItemStatus = (typeof ORDER_ITEM_STATUSES)[number];

/** What stands where a time is to be, and is none. */
export const UNREADABLE = 'unreadable';

/** The latest state of an order's line. Without a facility it waits in the brokering queue. */
export interface OrderItemRow extends ProductReference, FacilityReference {
  readonly orderId: string;
  readonly orderItemSeqId: string;
  /** Null: the order is not from a shop. */
  readonly shopId: string | null;
  readonly externalOrderId: string | null;
  readonly quantity: number;
  readonly cancelQuantity: number;
  readonly statusId: OrderItemStatus;
  /** ISO 8601 with an offset. Null: it cannot be read; a sold unit is held back whatever its date looks like. */
  readonly orderDate: string | null;
  /** When the line got this state: ISO 8601 with an offset, or UNREADABLE. Null: it is not told. */
  readonly updatedAt: string | null;
}

/** Every sale of the shop that was made up to then is in the feeds of orders sent so far. */
export interface OrderWatermarkRow {
  readonly shopId: string;
  /** ISO 8601 with an offset. */
  readonly completeUntil: string;
}

/** One variant at one location, as Shopify exports it. */
export interface ShopifyInventoryRow {
  /** Null: the variant has none, and no units either. */
  readonly sku: string | null;
  /** The location's name. */
  readonly location: string;
  /** On hand; null: the location does not have the variant. */
  readonly quantity: number | null;
  /** The bin. */
  readonly locationSeqId: string | null;
}

/** A product. */
export interface ProductRow {
  /** Null: it is the one that has the SKU, or gets it as its id. */
  readonly productId: string | null;
  readonly sku: string;
  /** Null: it stays as it is. */
  readonly upc: string | null;
}

/** A facility; what is null stays as it is. */
export interface FacilityRow {
  readonly facilityId: string;
  readonly externalFacilityId: string | null;
  readonly name: string | null;
  readonly type: string | null;
}

/** Settings of a product at a facility; what is null stays as it is. */
export interface FacilitySettingRow extends ProductReference, FacilityReference {
  readonly facilitySafetyStock: number | null;
  readonly allowBrokering: boolean | null;
}

/** A product's own threshold in a facility group; null: it has none any more. */
export interface ThresholdRow extends ProductReference {
  readonly facilityGroupId: string;
  readonly threshold: number | null;
}

/** What a row of each type holds. */
export interface FeedContents {
  readonly RESET_INVENTORY: ResetRow;
  /** Always what is on hand. */
  readonly REC_INV_COUNT: ResetRow;
  readonly MDM_INV_VARIANCE: VarianceRow;
  readonly TRANSFER: TransferRow;
  readonly ORDER_ITEMS: OrderItemRow;
  readonly ORDER_WATERMARK: OrderWatermarkRow;
  readonly SHOPIFY_INVENTORY: ShopifyInventoryRow;
  readonly IMP_PRODUCT: ProductRow;
  readonly IMP_FACILITY: FacilityRow;
  readonly IMP_PROD_FACILITY: FacilitySettingRow;
  readonly IMP_THRESHOLD: ThresholdRow;
}
