/** Whatever makes Online ATP differ reaches the next delta, once; and only the shop whose group it concerns. */
import { describe, expect, test } from 'vitest';
import { setFacility } from '../../src/postgres/master-data/facilities.ts';
import {
  addGroupMember,
  removeGroupMember,
  setFacilityGroup,
} from '../../src/postgres/master-data/facility-groups.ts';
import { BROADWAY, GROUP, OUTLET, PARKING, SHOP } from './retailer.ts';
import { SHOP_OF_WHOLESALE, twoShops, WHOLESALE, type Change } from './two-shops.ts';

interface Source {
  readonly what: string;
  readonly before?: (change: Change) => Promise<unknown>;
  readonly change: (change: Change) => Promise<unknown>;
  readonly rows: Record<string, number> | null;
  /** What the shop of the other group gets of it. */
  readonly elsewhere?: Record<string, number>;
}

const SOURCES: readonly Source[] = [
  { what: 'a sale in a store', change: (on) => on.variance(BROADWAY, -3, 'POS_SALE'), rows: { SHIRT: 7 } },
  { what: 'a return', change: (on) => on.variance(BROADWAY, 1, 'RTN_ITM_RCPT'), rows: { SHIRT: 11 } },
  {
    what: 'a transfer out of the group',
    change: async (on) => {
      await on.variance(BROADWAY, -4, 'TRANSFER_OUT');
      await on.variance(OUTLET, 4, 'TRANSFER_IN');
    },
    rows: { SHIRT: 6 },
    elsewhere: { SHIRT: 4 },
  },
  { what: 'a transfer in', change: (on) => on.variance(BROADWAY, 5, 'TRANSFER_IN'), rows: { SHIRT: 15 } },
  { what: 'a variance', change: (on) => on.variance(BROADWAY, -1, 'VAR_LOST'), rows: { SHIRT: 9 } },
  { what: 'a count', change: (on) => on.count(BROADWAY, 4, 'N'), rows: { SHIRT: 4 } },
  {
    what: 'a reset to what is available',
    before: (on) => on.order(BROADWAY, 2),
    change: (on) => on.count(BROADWAY, 12, 'Y'),
    rows: { SHIRT: 12 },
  },
  { what: 'a reservation', change: (on) => on.order(BROADWAY, 2), rows: { SHIRT: 8 } },
  {
    what: 'the release of a reservation',
    before: (on) => on.order(BROADWAY, 2),
    change: (on) => on.order(BROADWAY, 2, { status: 'CANCELLED' }),
    rows: { SHIRT: 10 },
  },
  {
    what: 'an order without a facility yet',
    change: (on) => on.order('', 4),
    rows: { SHIRT: 6 },
  },
  { what: 'an order that is parked', change: (on) => on.order(PARKING, 4), rows: { SHIRT: 6 } },
  {
    what: 'nothing, when an order of the queue is allocated within the group: the units were claimed before',
    before: (on) => on.order('', 4),
    change: (on) => on.order(BROADWAY, 4),
    rows: null,
  },
  {
    what: 'an order of the queue that is allocated outside of the group',
    before: (on) => on.order('', 4),
    change: (on) => on.order(OUTLET, 4),
    rows: { SHIRT: 10 },
  },
  {
    what: 'an order of the queue that is cancelled',
    before: (on) => on.order(PARKING, 4),
    change: (on) => on.order(PARKING, 4, { status: 'CANCELLED' }),
    rows: { SHIRT: 10 },
  },
  {
    what: 'an order of the queue that is cancelled in part',
    before: (on) => on.order('', 4),
    change: (on) => on.order('', 4, { cancelled: 1 }),
    rows: { SHIRT: 7 },
  },
  {
    what: 'safety stock',
    change: (on) => on.sql(`UPDATE product_facility SET minimum_stock = 4 WHERE product_id = 'SHIRT'`),
    rows: { SHIRT: 6 },
  },
  {
    what: 'brokering that is no longer allowed',
    change: (on) => on.sql(`UPDATE product_facility SET allow_brokering = false WHERE product_id = 'SHIRT'`),
    rows: { SHIRT: 0 },
  },
  {
    what: 'a product’s own threshold',
    change: (on) => on.sql(`INSERT INTO product_facility_group VALUES ('SHIRT', '${GROUP}', 1)`),
    rows: { SHIRT: 9 },
  },
  {
    what: 'a product’s own threshold that is withdrawn',
    before: (on) => on.sql(`INSERT INTO product_facility_group VALUES ('SHIRT', '${GROUP}', 1)`),
    change: (on) => on.sql('DELETE FROM product_facility_group'),
    rows: { SHIRT: 10 },
  },
  {
    what: 'the group’s default threshold',
    change: (on) => setFacilityGroup(on.database, GROUP, { threshold: 1 }),
    rows: { SHIRT: 9, SOCKS: 9 },
  },
  {
    what: 'the group’s floor for each facility',
    before: async (on) => {
      await on.sql(
        `UPDATE product_facility SET minimum_stock = 4 WHERE product_id = 'SOCKS' AND facility_id = 'OUTLET'`,
      );
      await addGroupMember(on.database, { facilityGroupId: GROUP, facilityId: OUTLET });
    },
    change: (on) => setFacilityGroup(on.database, GROUP, { floorPerFacility: false }),
    rows: { SOCKS: 8 },
  },
  {
    what: 'a facility that joins',
    change: (on) => addGroupMember(on.database, { facilityGroupId: GROUP, facilityId: OUTLET }),
    rows: { SOCKS: 12 },
  },
  {
    what: 'a facility that leaves',
    change: (on) => removeGroupMember(on.database, { facilityGroupId: GROUP, facilityId: BROADWAY }),
    rows: { SHIRT: 0, SOCKS: 0 },
  },
  {
    what: 'a facility that leaves another group: only to that one’s shop',
    change: (on) => removeGroupMember(on.database, { facilityGroupId: WHOLESALE, facilityId: OUTLET }),
    rows: null,
    elsewhere: { SOCKS: 0 },
  },
  {
    what: 'another group’s default threshold: only to that one’s shop',
    change: (on) => setFacilityGroup(on.database, WHOLESALE, { threshold: 1 }),
    rows: null,
    elsewhere: { SOCKS: 1 },
  },
  {
    what: 'a facility that becomes a parking place',
    change: (on) => setFacility(on.database, BROADWAY, { facilityTypeId: 'NA' }),
    rows: { SHIRT: 0, SOCKS: 0 },
  },
  {
    what: 'a parking place that becomes a store, with the orders that wait there',
    before: (on) => on.order(PARKING, 4),
    change: (on) => setFacility(on.database, PARKING, { facilityTypeId: 'RETAIL_STORE' }),
    rows: { SHIRT: 10 },
  },
  {
    what: 'a facility that closes',
    change: (on) => setFacility(on.database, BROADWAY, { closedDate: new Date(Date.now() - 60_000) }),
    rows: { SHIRT: 0, SOCKS: 0 },
  },
  {
    what: 'a closed facility that opens again',
    before: (on) => setFacility(on.database, BROADWAY, { closedDate: new Date(Date.now() - 60_000) }),
    change: (on) => setFacility(on.database, BROADWAY, { closedDate: null }),
    rows: { SHIRT: 10, SOCKS: 10 },
  },
  {
    what: 'a product that is mapped for the first time',
    before: (on) => on.sql(`DELETE FROM shop_product WHERE shop_id = '${SHOP}' AND product_id = 'SOCKS'`),
    change: (on) => on.sql(`INSERT INTO shop_product VALUES ('${SHOP}', 'SOCKS', 'item', 'variant')`),
    rows: { SOCKS: 10 },
  },
  {
    what: 'a mapping to another item',
    change: (on) =>
      on.sql(
        `UPDATE shop_product SET inventory_item_id = 'new' WHERE shop_id = '${SHOP}' AND product_id = 'SHIRT'`,
      ),
    rows: { SHIRT: 10 },
  },
  {
    what: 'a value that is owed',
    change: (on) => on.sql(`INSERT INTO owed_row VALUES ('${SHOP}', 'SHIRT', 'TEST')`),
    rows: { SHIRT: 10 },
  },
];

describe('a delta carries, once,', () => {
  test.each(SOURCES)('$what', async ({ before, change, rows, elsewhere = null }) => {
    const on = await twoShops(before);

    await change(on);

    expect(await on.delta()).toEqual(rows);
    expect(await on.delta(SHOP_OF_WHOLESALE)).toEqual(elsewhere);
    expect(await on.delta()).toBeNull();
    expect(await on.delta(SHOP_OF_WHOLESALE)).toBeNull();
  });

  test.each<{
    readonly what: string;
    readonly due: (change: Change, at: Date) => Promise<unknown>;
    readonly rows: Record<string, number>;
  }>([
    {
      what: 'a membership that has begun',
      due: (on, at) =>
        addGroupMember(on.database, { facilityGroupId: GROUP, facilityId: OUTLET, fromDate: at }),
      rows: { SOCKS: 12 },
    },
    {
      what: 'a membership that has ended',
      due: (on, at) => removeGroupMember(on.database, { facilityGroupId: GROUP, facilityId: BROADWAY, at }),
      rows: { SHIRT: 0, SOCKS: 0 },
    },
    {
      what: 'a closure that has come',
      due: (on, at) => setFacility(on.database, BROADWAY, { closedDate: at }),
      rows: { SHIRT: 0, SOCKS: 0 },
    },
  ])('$what by the clock, though nobody wrote a row', async ({ due, rows }) => {
    // On a busy machine, the instant may have come before the first delta was made: again, with more time.
    for (let aheadMs = 500; ; aheadMs *= 2) {
      const on = await twoShops();
      const at = await on.instantIn(aheadMs);
      await due(on, at);
      const delta = await on.delta();
      if (!(await on.isAhead(at))) continue;
      expect(delta).toBeNull();

      await on.waitUntil(at);

      expect(await on.delta()).toEqual(rows);
      expect(await on.delta()).toBeNull();
      return;
    }
  });
});
