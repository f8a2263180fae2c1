import { AtpError } from '../domain/errors.ts';
import { id, invalid, optional, type Fields, type Input } from '../domain/input-fields.ts';
import {
  acceptJobInput,
  isPerShop,
  JOB_NAMES,
  jobField,
  JOBS,
  type JobName,
  type JobOrder,
} from '../domain/jobs/jobs.ts';
import { findFacilityGroup } from '../postgres/master-data/facility-groups.ts';
import { findShop, listShops, type Shop } from '../postgres/master-data/shops.ts';
import type { Application } from './application.ts';
import type { Context, NameOf } from './operation.ts';

/** Which job, and of which shop. */
export const JOB_FIELDS = {
  job: jobField(JOB_NAMES.join(', ')),
  shopId: optional(id('the shop (default: the only one)')),
};

/**
 * The parameters of all jobs, each optional. Here they have no types, because each job has its own: `completeOrder`
 * checks them once the job is known.
 */
export const PARAMETER_FIELDS: Readonly<Record<never, never>> = Object.fromEntries(
  Object.values(JOBS)
    .flatMap(({ fields }): [string, Fields[string]][] => Object.entries(fields))
    .filter(([name]) => name !== 'shopId')
    .map(([name, { byDefault: _byDefault, ...field }]) => {
      const about = `of ${jobsWith(name).join(' and ')}: ${field.about}`;
      return [name, { ...field, about, presence: 'optional' }];
    }),
);

function jobsWith(parameter: string): readonly JobName[] {
  return JOB_NAMES.filter((job) => Object.hasOwn(JOBS[job].fields, parameter));
}

/**
 * Completes what a person has typed about a job, and checks it against the database: a mistake fails the command now,
 * and not a workflow later.
 *
 * @throws AtpError INPUT_INVALID, SHOP_UNKNOWN, FACILITY_GROUP_UNKNOWN, SHOP_GROUP_MISMATCH, PRODUCT_UNKNOWN,
 *   PRODUCT_NOT_MAPPED
 */
export async function completeOrder(
  { app, nameOf }: Context,
  { job, shopId, ...given }: Input<typeof JOB_FIELDS>,
): Promise<JobOrder> {
  const parameters = takeApart(given);
  refuseForeign(job, { ...parameters, ...(shopId !== undefined && { shopId }) }, nameOf);
  if (!isPerShop(job)) return { job, ...acceptJobInput(job, parameters) };
  const shop = await findOrOnlyShop(app, shopId, nameOf);
  const order: JobOrder = { job, ...acceptJobInput(job, { ...parameters, shopId: shop.shopId }) };
  if ('facilityGroupId' in order) await refuseOtherGroup(app, shop, order.facilityGroupId);
  if ('skus' in order && order.skus) {
    const { requireMapped } = await import('../postgres/producing/asked-products.ts');
    const skus = order.skus;
    await (await app.database()).transaction((connection) => requireMapped(connection, shop.shopId, skus));
  }
  return order;
}

/** Several SKUs may be typed as `A,B`. */
function takeApart(given: { readonly skus?: unknown }): { readonly skus?: unknown } {
  const skus: readonly unknown[] | null = Array.isArray(given.skus) ? given.skus : null;
  if (skus === null) return given;
  return {
    ...given,
    skus: skus.flatMap((typed) => (typeof typed === 'string' ? typed.split(',') : [typed])),
  };
}

/**
 * The job that is meant, whatever its parameters are: of which shop; null: it works for all shops.
 *
 * @throws AtpError INPUT_INVALID, SHOP_UNKNOWN
 */
export async function findJob(
  { app, nameOf }: Context,
  { job, shopId }: Input<typeof JOB_FIELDS>,
): Promise<{ readonly job: JobName; readonly shopId: string | null }> {
  refuseForeign(job, shopId === undefined ? {} : { shopId }, nameOf);
  if (!isPerShop(job)) return { job, shopId: null };
  return { job, shopId: (await findOrOnlyShop(app, shopId, nameOf)).shopId };
}

function refuseForeign(job: JobName, parameters: object, nameOf: NameOf): void {
  const foreign = Object.keys(parameters).find((name) => !Object.hasOwn(JOBS[job].fields, name));
  if (foreign !== undefined) throw invalid(`${nameOf(foreign)} is not for ${job}`);
}

async function refuseOtherGroup(app: Application, shop: Shop, facilityGroupId: string | undefined) {
  if (facilityGroupId === undefined || facilityGroupId === shop.facilityGroupId) return;
  await findFacilityGroup(await app.database(), facilityGroupId);
  const { shopId, facilityGroupId: shopGroupId } = shop;
  throw new AtpError('SHOP_GROUP_MISMATCH', { shopId, shopGroupId, facilityGroupId });
}

async function findOrOnlyShop(app: Application, shopId: string | undefined, nameOf: NameOf): Promise<Shop> {
  const database = await app.database();
  if (shopId !== undefined) return findShop(database, shopId);
  const [only, ...more] = await listShops(database);
  if (only && more.length === 0) return only;
  throw invalid(
    only
      ? `name one of the shops with ${nameOf('shopId')}`
      : 'there is no shop yet, `atp shop add` makes one',
  );
}
