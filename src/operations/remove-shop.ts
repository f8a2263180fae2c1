/** Removing a shop: with what stays on sale there, or after it was sent to zero. */
import { AtpError } from '../domain/errors.ts';
import { invalid, optional, text, yesOrNo } from '../domain/input-fields.ts';
import { SHOP_FIELDS } from '../domain/shop-fields.ts';
import { LEFT_ITEMS_NAMED_MAX } from '../domain/limits.ts';
import { isDone } from '../domain/upload-file.ts';
import { counted } from '../domain/words.ts';
import type { Database } from '../postgres/database.ts';
import { listLeftItems, type LeftItems } from '../postgres/lane/left-items.ts';
import { readOnSale } from '../postgres/lane/on-sale.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import { listDrainFiles, type Drain, type DrainFile } from '../postgres/producing/drain.ts';
import { closeShop } from '../postgres/producing/move-shop.ts';
import { removeShop as forgetShop } from '../postgres/remove-shop.ts';
import { ifTemporalIsThere } from './best-effort-temporal.ts';
import { checkShopOrigin } from './check-origin.ts';
import { confirm, YES } from './confirmation.ts';
import { defineOperation, type Context } from './operation.ts';
import { shopState } from './shop-state.ts';

export const removeShop = defineOperation({
  name: 'shop.remove',
  role: 'admin',
  description:
    'forget a shop and all about its syncing; its orders stay, and so do the quantities on Shopify',
  fields: {
    shopId: { ...SHOP_FIELDS.shopId, about: 'the shop' },
    drain: optional(yesOrNo('send to zero first what it sells on Shopify')),
    force: optional(
      yesOrNo('also while a run applies its files, for a Shopify that does not answer any more'),
    ),
    reason: optional(text('why; the audit log keeps it (force needs it)')),
    yes: YES,
  },
  check({ drain, force, reason }, nameOf) {
    if (!force) return;
    if (reason === undefined) throw invalid(`${nameOf('force')} needs ${nameOf('reason')}`);
    if (drain) throw invalid(`${nameOf('drain')} waits for Shopify: it does not go with ${nameOf('force')}`);
  },
  stateOf: shopState,
  run: async (context, { shopId, drain = false, force = false, yes }) => {
    const { app } = context;
    const database = await app.database();
    await findShop(database, shopId);
    await confirm(context, yes, consequenceOf(shopId, await readOnSale(database, shopId), drain));
    const drained = drain ? await drainShop(context, database, shopId) : null;
    const { products, units } = drained
      ? summarize(await listLeftItems(database, shopId))
      : await readOnSale(database, shopId);
    const removed = await forgetShop(database, shopId, { force });
    const schedules = await ifTemporalIsThere(app, async (temporal) => {
      const { removeSchedules } = await import('../temporal/schedules.ts');
      await removeSchedules(temporal, shopId);
      const { tellLiveSet } = await import('../temporal/live-run.ts');
      await tellLiveSet(temporal, shopId);
    });
    return { removed, drained, stayOnSale: { products, units }, schedules };
  },
});

function consequenceOf(
  shopId: string,
  { products, units }: { readonly products: number; readonly units: number },
  drain: boolean,
): string {
  const onSale = `${counted(products, 'product')} with ${counted(units, 'unit')}`;
  const forgotten = `All that is known of the syncing of ${shopId} is forgotten`;
  if (products === 0) return `${forgotten}.`;
  return drain
    ? `${onSale} go to 0 on Shopify. ${forgotten} afterwards.`
    : `${onSale} stay on sale on Shopify, and nothing changes them any more. ${forgotten}.`;
}

/**
 * Sends to zero what the shop sells, and waits for it. Killed in between, the shop makes no file any more, and the act
 * goes on where it was when it is done again.
 *
 * @throws AtpError SHOP_DRAINING when the lane could not apply a file of the drain, SHOP_NOT_DRAINED when it could not send everything
 *   to zero
 */
async function drainShop({ app, progress }: Context, database: Database, shopId: string): Promise<Drain> {
  await checkShopOrigin(app, shopId);
  const drain = await closeShop(database, shopId);
  if (drain === null) return null;
  if ((await readFiles(database, shopId)).some(({ state }) => !isDone(state))) {
    const { runJob } = await import('../temporal/run-job.ts');
    await runJob(
      await app.temporal(),
      { job: 'process-uploads', shopId },
      { wait: true, onProgress: progress },
    );
  }
  const notApplied = (await readFiles(database, shopId)).find(
    ({ state }) => state !== 'APPLIED' && state !== 'PARTIAL',
  );
  if (notApplied) {
    throw new AtpError('SHOP_DRAINING', { shopId, sequence: notApplied.sequence, state: notApplied.state });
  }
  const { locationId } = await findShop(database, shopId);
  const here = (await listLeftItems(database, shopId)).filter((left) => left.locationId === locationId);
  const { products, units, skus } = summarize(here);
  if (products === 0) return drain;
  throw new AtpError('SHOP_NOT_DRAINED', {
    shopId,
    sequence: drain.sequence,
    products: counted(products, 'product'),
    units: counted(units, 'unit'),
    skus: [...skus, ...(products > skus.length ? [`and ${products - skus.length} more`] : [])].join(', '),
  });
}

/** What drains have left on sale. */
function summarize(left: readonly LeftItems[]) {
  return {
    products: left.reduce((sum, { items }) => sum + items, 0),
    units: left.reduce((sum, { units }) => sum + units, 0),
    skus: left.flatMap(({ skus }) => skus).slice(0, LEFT_ITEMS_NAMED_MAX),
  };
}

function readFiles(database: Database, shopId: string): Promise<readonly DrainFile[]> {
  return database.transaction((connection) => listDrainFiles(connection, shopId));
}
