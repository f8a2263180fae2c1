/** What happens in the demo's stores on one day, as the feed files that an ERP would drop. */

export interface Feed {
  readonly name: string;
  readonly text: string;
}

/** A customer buys it on Shopify; the order comes with the feed of the day's orders. */
export const SHOPIFY_SALE = { sku: 'BLUE-SHIRT-S', quantity: 2 } as const;

const VARIANCES = [
  'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId,reasonEnumId',
  'DENIM-JACKET-M,SKU,-2,NEW_YORK,,,POS_SALE',
  'GREY-HOODIE-L,SKU,1,NEW_YORK,,,RTN_ITM_RCPT',
  'WHITE-SHIRT-M,SKU,-3,NEW_JERSEY_DC,,,VAR_DAMAGED',
  // A transfer: eight scarves leave the outlet, which does not sell online, for a store that does.
  'LINEN-SCARF,SKU,-8,LAS_VEGAS_OUTLET,,,VAR_MANUAL',
  'LINEN-SCARF,SKU,8,NEW_YORK,,,VAR_MANUAL',
];

export function feedsOfTheDay(shopId: string): readonly Feed[] {
  const orders = [
    'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
    // The order that the shop has just taken: it waits for a facility.
    `SO-1006,00001,${shopId},${shopId}-SO-1006,${SHOPIFY_SALE.sku},SKU,${SHOPIFY_SALE.quantity},0,,ITEM_CREATED,2026-11-21T09:30:00Z`,
    // New York has packed and shipped an order of yesterday: its reserved units have left the store.
    `SO-1004,00001,${shopId},${shopId}-SO-1004,BLUE-SHIRT-S,SKU,2,0,NEW_YORK,ITEM_COMPLETED,2026-11-20T10:00:00Z`,
  ];
  return [
    { name: 'MDM_INV_VARIANCE__03-day.csv', text: `${VARIANCES.join('\n')}\n` },
    { name: 'ORDER_ITEMS__04-day.csv', text: `${orders.join('\n')}\n` },
  ];
}
