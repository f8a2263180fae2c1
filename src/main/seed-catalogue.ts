/** What `atp up --seed` fills in: a small clothing retailer, with every case of Online ATP once. */
import type { NewFacility } from '../postgres/master-data/facilities.ts';

export const SEED_FACILITIES: readonly (NewFacility & { readonly sellsOnline: boolean })[] = [
  {
    facilityId: 'NEW_YORK',
    facilityName: 'New York, Fifth Avenue',
    facilityTypeId: 'RETAIL_STORE',
    externalId: '101',
    sellsOnline: true,
  },
  {
    facilityId: 'SAN_FRANCISCO',
    facilityName: 'San Francisco, Union Square',
    facilityTypeId: 'RETAIL_STORE',
    externalId: '102',
    sellsOnline: true,
  },
  {
    facilityId: 'NEW_JERSEY_DC',
    facilityName: 'New Jersey distribution center',
    facilityTypeId: 'WAREHOUSE',
    externalId: '201',
    sellsOnline: true,
  },
  {
    facilityId: 'LAS_VEGAS_OUTLET',
    facilityName: 'Las Vegas outlet',
    facilityTypeId: 'RETAIL_STORE',
    externalId: '103',
    sellsOnline: false,
  },
  // Where captured orders wait for a facility; the id is the field's own.
  {
    facilityId: '_NA_',
    facilityName: 'Brokering queue',
    facilityTypeId: 'VIRTUAL_FACILITY',
    sellsOnline: false,
  },
];

/** Memberships began before anything was counted. */
export const SEED_MEMBERS_SINCE = new Date('2026-01-01T00:00:00Z');

export interface SeedProduct {
  readonly productId: string;
  readonly sku: string;
  readonly upc: string;
  readonly title: string;
  /** Opening stock by facility; none: never counted. */
  readonly onHand: Readonly<Record<string, number>>;
  readonly safetyStock?: Readonly<Record<string, number>>;
  readonly notBrokeredAt?: string;
  readonly threshold?: number;
  /** What the shop shows before the first sync: wrong on purpose. */
  readonly onShopify: number;
}

export const SEED_PRODUCTS: readonly SeedProduct[] = [
  {
    productId: '10001',
    sku: 'BLUE-SHIRT-S',
    upc: '190000100011',
    title: 'Blue shirt, S',
    onHand: { NEW_YORK: 12, SAN_FRANCISCO: 9, NEW_JERSEY_DC: 60 },
    safetyStock: { NEW_YORK: 2, SAN_FRANCISCO: 2 },
    onShopify: 40,
  },
  // 100 − (5 + 5 + 5 + 5 + 5) = 75
  {
    productId: '10002',
    sku: 'BLUE-SHIRT-M',
    upc: '190000100028',
    title: 'Blue shirt, M',
    onHand: { NEW_YORK: 20, SAN_FRANCISCO: 15, NEW_JERSEY_DC: 60, LAS_VEGAS_OUTLET: 5 },
    safetyStock: { NEW_YORK: 3, SAN_FRANCISCO: 2 },
    threshold: 5,
    onShopify: 100,
  },
  {
    productId: '10003',
    sku: 'BLUE-SHIRT-L',
    upc: '190000100035',
    title: 'Blue shirt, L',
    onHand: { NEW_YORK: 8, SAN_FRANCISCO: 11, NEW_JERSEY_DC: 45 },
    safetyStock: { NEW_YORK: 2 },
    onShopify: 3,
  },
  {
    productId: '10004',
    sku: 'WHITE-SHIRT-M',
    upc: '190000100042',
    title: 'White shirt, M',
    onHand: { NEW_YORK: 14, NEW_JERSEY_DC: 80, LAS_VEGAS_OUTLET: 22 },
    threshold: 4,
    onShopify: 112,
  },
  {
    productId: '10005',
    sku: 'WHITE-SHIRT-L',
    upc: '190000100059',
    title: 'White shirt, L',
    onHand: { SAN_FRANCISCO: 6, NEW_JERSEY_DC: 30 },
    onShopify: 0,
  },
  // San Francisco keeps its jackets for people who come in.
  {
    productId: '10006',
    sku: 'DENIM-JACKET-M',
    upc: '190000100066',
    title: 'Denim jacket, M',
    onHand: { NEW_YORK: 5, SAN_FRANCISCO: 7, NEW_JERSEY_DC: 18 },
    notBrokeredAt: 'SAN_FRANCISCO',
    onShopify: 30,
  },
  {
    productId: '10007',
    sku: 'DENIM-JACKET-L',
    upc: '190000100073',
    title: 'Denim jacket, L',
    onHand: { NEW_YORK: 4, NEW_JERSEY_DC: 16 },
    safetyStock: { NEW_YORK: 1 },
    onShopify: 7,
  },
  {
    productId: '10008',
    sku: 'NAVY-CHINO-32',
    upc: '190000100080',
    title: 'Navy chino, 32',
    onHand: { NEW_YORK: 10, SAN_FRANCISCO: 10, NEW_JERSEY_DC: 50, LAS_VEGAS_OUTLET: 12 },
    onShopify: 15,
  },
  // One store's deficit does not eat the other's stock: 8, not 5.
  {
    productId: '10009',
    sku: 'GREY-HOODIE-L',
    upc: '190000100097',
    title: 'Grey hoodie, L',
    onHand: { NEW_YORK: 10, SAN_FRANCISCO: 1 },
    safetyStock: { NEW_YORK: 2, SAN_FRANCISCO: 4 },
    onShopify: 11,
  },
  // More units are kept back than there are: 0, never less.
  {
    productId: '10010',
    sku: 'RED-BEANIE',
    upc: '190000100103',
    title: 'Red beanie',
    onHand: { NEW_YORK: 2, SAN_FRANCISCO: 3 },
    threshold: 10,
    onShopify: 5,
  },
  // Only the outlet has it, and the outlet does not sell online.
  {
    productId: '10011',
    sku: 'LINEN-SCARF',
    upc: '190000100110',
    title: 'Linen scarf',
    onHand: { LAS_VEGAS_OUTLET: 25 },
    onShopify: 25,
  },
  // Never counted: 0 as well, or stale stock would stay on sale.
  {
    productId: '10012',
    sku: 'CANVAS-TOTE',
    upc: '190000100127',
    title: 'Canvas tote',
    onHand: {},
    onShopify: 18,
  },
];

interface SeedOrder {
  readonly orderId: string;
  readonly externalOrderId?: string;
  readonly sku: string;
  readonly quantity: number;
  readonly cancelQuantity?: number;
  /** Empty: no facility yet. */
  readonly facilityId: string;
}

/** Open orders of the shop. */
export const SEED_ORDERS: readonly SeedOrder[] = [
  // Five reserved, and five in the queue: three without a facility, two (of three, one cancelled) parked.
  { orderId: 'SO-1001', sku: 'BLUE-SHIRT-M', quantity: 5, facilityId: 'NEW_JERSEY_DC' },
  { orderId: 'SO-1002', sku: 'BLUE-SHIRT-M', quantity: 3, facilityId: '' },
  { orderId: 'SO-1003', sku: 'BLUE-SHIRT-M', quantity: 3, cancelQuantity: 1, facilityId: '_NA_' },
  { orderId: 'SO-1004', sku: 'BLUE-SHIRT-S', quantity: 2, facilityId: 'NEW_YORK' },
  { orderId: 'SO-1005', sku: 'NAVY-CHINO-32', quantity: 4, facilityId: '' },
];

const ORDERED_AT = '2026-11-20T10:00:00Z';

/** The feeds as an ERP would drop them, by file name. */
export function seedFeeds(shopId: string): Readonly<Record<string, string>> {
  const counts = SEED_PRODUCTS.flatMap(({ sku, onHand }) =>
    Object.entries(onHand).map(([facilityId, quantity]) =>
      [facilityId, '', sku, 'SKU', '', 'opening count', 'N', quantity].join(),
    ),
  );
  const orders = SEED_ORDERS.map((order) =>
    [
      order.orderId,
      '00001',
      shopId,
      `${shopId}-${order.orderId}`,
      order.sku,
      'SKU',
      order.quantity,
      order.cancelQuantity ?? 0,
      order.facilityId,
      'ITEM_APPROVED',
      ORDERED_AT,
    ].join(),
  );
  const counted =
    'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty';
  const ordered =
    'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate';
  return {
    'RESET_INVENTORY__01-opening-count.csv': csv(counted, counts),
    'ORDER_ITEMS__02-open-orders.csv': csv(ordered, orders),
  };
}

function csv(header: string, rows: readonly string[]): string {
  return `${[header, ...rows].join('\n')}\n`;
}
