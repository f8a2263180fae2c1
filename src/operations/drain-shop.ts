/** What products of a shop have left on sale: sent to zero, or dismissed, as variants are that nobody manages. */
import { invalid, optional, text, yesOrNo } from '../domain/input-fields.ts';
import { leftInWords } from '../domain/left-items.ts';
import { SHOP_FIELDS } from '../domain/shop-fields.ts';
import { variantsInWords } from '../domain/unmanaged-stock.ts';
import { listLeftItems, type LeftItems } from '../postgres/lane/left-items.ts';
import {
  dismissUnmanaged,
  findUnmanagedStock,
  listDismissible,
} from '../postgres/mapping/unmanaged-variants.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import { drainAllLeft } from '../postgres/producing/left-items.ts';
import { ifTemporalIsThere } from './best-effort-temporal.ts';
import { checkShopOrigin } from './check-origin.ts';
import { confirm, YES } from './confirmation.ts';
import { defineOperation } from './operation.ts';
import { shopState } from './shop-state.ts';

export const drainShop = defineOperation({
  name: 'shop.drain',
  role: 'operator',
  description: 'send to zero what products have left on sale, on Shopify items or at locations of before',
  fields: {
    shopId: { ...SHOP_FIELDS.shopId, about: 'the shop' },
    dismiss: optional(
      yesOrNo(
        'send nothing, and tell no more of them, or of other variants that nobody manages: they are somebody else’s',
      ),
    ),
    reason: optional(text('why; the audit log keeps it (dismiss needs it)')),
    yes: YES,
  },
  check({ dismiss, reason }, nameOf) {
    if (dismiss && reason === undefined) throw invalid(`${nameOf('dismiss')} needs ${nameOf('reason')}`);
  },
  stateOf: shopState,
  run: async (context, { shopId, dismiss = false, yes }) => {
    const { app } = context;
    const database = await app.database();
    await findShop(database, shopId);
    // Listed before it is told: what is found in between is told, and stays.
    const dismissible = dismiss ? await listDismissible(database, shopId) : null;
    const left = (await listLeftItems(database, shopId)).filter(
      ({ state }) => state === 'ON_SALE' || state === 'WITHHELD' || (state === 'WAITING' && !dismiss),
    );
    const unmanaged = dismiss ? await findUnmanagedStock(database, shopId) : null;
    if (left.length === 0 && unmanaged === null) return { shopId, drains: [], dismissed: 0 };
    const others = unmanaged ? ` ${variantsInWords(unmanaged)} ${STAY}` : '';
    await confirm(context, yes, `${consequenceOf(left, dismiss)}${others}`.trim());
    if (dismissible)
      return { shopId, drains: [], dismissed: await dismissUnmanaged(database, shopId, dismissible) };
    await checkShopOrigin(app, shopId);
    const drains = await drainAllLeft(database, shopId);
    await ifTemporalIsThere(app, async (temporal) => {
      const { wakeLane } = await import('../temporal/run-job.ts');
      await wakeLane(temporal, shopId);
    });
    return { shopId, drains, dismissed: 0 };
  },
});

const STAY = 'stay as they are, and nothing tells of them any more.';

function consequenceOf(left: readonly LeftItems[], dismiss: boolean): string {
  const ends = dismiss ? STAY : 'go to 0.';
  return left.map((items) => `${leftInWords(items)} at ${items.locationId} ${ends}`).join(' ');
}
