/** How a shop did over the last days, for whoever would rather look than read. */
import { byDefault, count, id, invalid, label } from '../domain/input-fields.ts';
import { HISTORY_DAYS_MAX, HISTORY_DAYS_SHOWN } from '../domain/limits.ts';
import { isTimeZone } from '../domain/wall-clock.ts';
import { countSetApart, listDaysOfShop } from '../postgres/lane/shop-history.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import { defineOperation } from './operation.ts';

export const showShopHistory = defineOperation({
  name: 'shop.history',
  role: 'viewer',
  description: 'day by day: files and rows, time from change to Shopify, and what verifications have found',
  fields: {
    shopId: id('the shop'),
    days: byDefault(count('days back, today among them', HISTORY_DAYS_MAX), HISTORY_DAYS_SHOWN),
    timeZone: byDefault(label('whose days, such as Europe/Berlin', 'zone'), 'UTC'),
  },
  check: ({ timeZone }, nameOf) => {
    if (!isTimeZone(timeZone))
      throw invalid(`${nameOf('timeZone')} must be a time zone, such as Europe/Berlin`);
  },
  run: async ({ app }, { shopId, days, timeZone }) => {
    const database = await app.database();
    await findShop(database, shopId);
    return {
      ...{ shopId, timeZone },
      days: await listDaysOfShop(database, shopId, { days, timeZone }),
      /** Products by cause, now. */
      setApart: await countSetApart(database, shopId),
    };
  },
});
