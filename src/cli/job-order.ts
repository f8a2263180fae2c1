import { AtpError } from '../domain/errors.ts';
import { findFacilityGroup } from '../postgres/master-data/facility-groups.ts';
import { findShop, listShops } from '../postgres/master-data/shops.ts';
import type { JobName, JobOrder } from '../temporal/jobs.ts';
import type { Application } from './application.ts';

export interface JobOptions {
  readonly shop?: string;
  readonly group?: string;
}

/**
 * What the options say, completed and checked against the database: a mistake is told now, and not by a workflow
 * that fails later.
 */
export async function orderOf(app: Application, job: JobName, options: JobOptions): Promise<JobOrder> {
  const takesGroup = job === 'hard-sync' || job === 'recent-changes';
  if (options.group !== undefined && !takesGroup) {
    throw new AtpError('INPUT_INVALID', { reason: `--group is not for ${job}` });
  }
  if (job === 'import') {
    if (options.shop === undefined) return { job };
    throw new AtpError('INPUT_INVALID', { reason: '--shop is not for import: feeds are for all shops' });
  }
  const shop = await shopOf(app, options.shop);
  const { shopId } = shop;
  if (!takesGroup) return { job, shopId };
  const { group: facilityGroupId } = options;
  if (facilityGroupId !== undefined && facilityGroupId !== shop.facilityGroupId) {
    await findFacilityGroup(app.database(), facilityGroupId);
    const { facilityGroupId: shopGroupId } = shop;
    throw new AtpError('SHOP_GROUP_MISMATCH', { shopId, shopGroupId, facilityGroupId });
  }
  return { job, shopId, facilityGroupId };
}

async function shopOf(app: Application, shopId: string | undefined) {
  if (shopId !== undefined) return findShop(app.database(), shopId);
  const [only, ...more] = await listShops(app.database());
  if (only && more.length === 0) return only;
  const reason = only
    ? 'name one of the shops with --shop'
    : 'there is no shop yet, `atp shop add` makes one';
  throw new AtpError('INPUT_INVALID', { reason });
}
