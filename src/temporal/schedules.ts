/** Makes, updates and removes the schedules of the jobs. What a person decided about a schedule stays. */
import { isDeepStrictEqual } from 'node:util';
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleSpec,
} from '@temporalio/client';
import { TypedSearchAttributes, type SearchAttributePair } from '@temporalio/common';
import { AtpError } from '../domain/errors.ts';
import { isPerShop, JOB_NAMES, JOBS, shopOf, type JobName, type JobOrder } from '../domain/jobs/jobs.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { startOptionsOf, withParameters } from './run-job.ts';
import { planRecommended } from './schedule-timing.ts';
import { updateSchedule } from './update-schedule.ts';

/** In a schedule's memo, which the server's list has: when it was made, ISO 8601. */
export const MADE_AT = 'madeAt';

/** `<job>/<shop>`; Import inventory works for all shops and has one schedule. */
export function scheduleId(job: JobName, shopId: string | null): string {
  return shopId === null ? job : `${job}/${shopId}`;
}

/** The job and the shop of a schedule's id; null: it is no schedule of ours. */
export function jobOfSchedule(id: string): { readonly job: JobName; readonly shopId: string | null } | null {
  const [, name = '', shopId] = /^([^/]+)(?:\/(.+))?$/.exec(id) ?? [];
  const job = JOB_NAMES.find((known) => known === name);
  if (job === undefined || isPerShop(job) !== (shopId !== undefined)) return null;
  return { job, shopId: shopId ?? null };
}

/**
 * Makes the recommended schedules of a shop's jobs, and of Import inventory. One that is there keeps what an operator
 * may have decided (its times, parameters, pause and note); what it starts and how is brought to this release.
 *
 * @returns the ids of the schedules, and which of them are new
 */
export async function ensureSchedules(
  temporal: TemporalClient,
  shopId: string,
): Promise<{ readonly scheduleIds: string[]; readonly created: string[] }> {
  const scheduleIds: string[] = [];
  const created: string[] = [];
  for (const order of ordersOf(shopId)) {
    const id = scheduleIdOf(order);
    scheduleIds.push(id);
    const isNew = await createOrUpdate(temporal, order, planRecommended(order.job, shopOf(order)), {
      specOf: keepTimes,
      orderOf: keepParameters(order),
    });
    if (isNew) created.push(id);
  }
  return { scheduleIds, created };
}

/**
 * Gives a job its times, and makes its schedule where there is none. A pause and its note stay.
 *
 * @param keepsParameters whether parameters stay that an earlier order gave, and this one does not name
 * @returns whether the schedule is new
 * @throws AtpError INPUT_INVALID (the server cannot read the times)
 */
export async function scheduleJob(
  temporal: TemporalClient,
  order: JobOrder,
  spec: ScheduleSpec,
  keepsParameters = true,
): Promise<boolean> {
  try {
    const orderOf = keepsParameters ? keepParameters(order) : () => order;
    return await createOrUpdate(temporal, order, spec, { specOf: () => spec, orderOf });
  } catch (error) {
    // The client's word for what the server calls an invalid argument.
    if (!(error instanceof TypeError)) throw error;
    throw new AtpError('INPUT_INVALID', { reason: error.message }, { cause: error });
  }
}

/** Deletes the schedules of a shop that is gone; Import inventory stays. */
export async function removeSchedules(temporal: TemporalClient, shopId: string): Promise<void> {
  for (const order of ordersOf(shopId)) {
    if (shopOf(order) === null) continue;
    const handle = temporal.client.schedule.getHandle(scheduleIdOf(order));
    await askTemporal(temporal, () => handle.delete()).catch(ignoreMissing);
  }
}

/** Null: the job has no schedule. */
export async function describeSchedule(
  temporal: TemporalClient,
  id: string,
): Promise<ScheduleDescription | null> {
  const handle = temporal.client.schedule.getHandle(id);
  return (await askTemporal(temporal, () => handle.describe()).catch(ignoreMissing)) ?? null;
}

/** Every job as a new shop's schedules start it: without parameters. */
function ordersOf(shopId: string): JobOrder[] {
  return JOB_NAMES.map((job) => (isPerShop(job) ? { job, shopId } : { job }));
}

function scheduleIdOf(order: JobOrder): string {
  return scheduleId(order.job, shopOf(order));
}

/** What a schedule starts, and how. */
export function actionOf(order: JobOrder) {
  const { overlap, catchupWindow } = JOBS[order.job].schedule;
  const { args, typedSearchAttributes, ...start } = startOptionsOf(order);
  return {
    policies: { overlap, catchupWindow },
    action: { type: 'startWorkflow', ...start, args: [...args], typedSearchAttributes },
    typedSearchAttributes,
  } as const;
}

function keepTimes({ spec }: ScheduleDescription): ScheduleSpec {
  return spec;
}

/** The order with the parameters that the schedule has and the order does not name. */
export function keepParameters(order: JobOrder): (found: ScheduleDescription) => JobOrder {
  return ({ action }) => withParameters(order, action.args?.[0]);
}

/** Returns whether the schedule is new. When two processes come at once, one creates it and the other updates it. */
async function createOrUpdate(
  temporal: TemporalClient,
  order: JobOrder,
  spec: ScheduleSpec,
  kept: {
    readonly specOf: (found: ScheduleDescription) => ScheduleSpec;
    readonly orderOf: (found: ScheduleDescription) => JobOrder;
  },
): Promise<boolean> {
  const schedules = temporal.client.schedule;
  const memo = { [MADE_AT]: new Date().toISOString() };
  const options: ScheduleOptions = { scheduleId: scheduleIdOf(order), spec, memo, ...actionOf(order) };
  try {
    await askTemporal(temporal, () => schedules.create(options));
    return true;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const handle = schedules.getHandle(options.scheduleId);
  const update = (found: ScheduleDescription) => ({
    spec: kept.specOf(found),
    state: found.state,
    ...actionOf(kept.orderOf(found)),
  });
  const found = await askTemporal(temporal, () => handle.describe());
  // The usual redeploy changes nothing, and then nothing is sent: an update could fall on the very second of a run, which
  // Temporal then drops.
  if (!isUpToDate(found, update(found)))
    await updateSchedule(temporal, options.scheduleId, update, (after) => isActionOf(after, update(after)));
  return false;
}

type WishedAction = Pick<ReturnType<typeof actionOf>, 'action' | 'policies'>;

function isUpToDate(
  found: ScheduleDescription,
  wished: { readonly spec: ScheduleSpec } & WishedAction,
): boolean {
  return wished.spec === found.spec && isActionOf(found, wished);
}

/** Whether the schedule starts this, and so. */
export function isActionOf(found: ScheduleDescription, { action, policies }: WishedAction): boolean {
  const { overlap, catchupWindow } = found.policies;
  return (
    overlap === policies.overlap &&
    catchupWindow === millisecondsOf(policies.catchupWindow) &&
    action.workflowType === found.action.workflowType &&
    action.workflowId === found.action.workflowId &&
    action.taskQueue === found.action.taskQueue &&
    action.staticSummary === found.action.staticSummary &&
    isDeepStrictEqual(action.args, found.action.args) &&
    isDeepStrictEqual(
      attributesOf(action.typedSearchAttributes),
      attributesOf(found.action.typedSearchAttributes ?? []),
    )
  );
}

function attributesOf(attributes: readonly SearchAttributePair[] | TypedSearchAttributes) {
  const pairs = attributes instanceof TypedSearchAttributes ? attributes.getAll() : attributes;
  return Object.fromEntries(pairs.map(({ key, value }) => [key.name, value]));
}

function millisecondsOf(window: `${number} ${'minutes' | 'hours'}`): number {
  const [count, unit] = window.split(' ');
  return Number(count) * (unit === 'hours' ? 3_600_000 : 60_000);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof ScheduleNotFoundError) return undefined;
  throw error;
}
