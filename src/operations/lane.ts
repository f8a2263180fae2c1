/** A shop's lane: what is in it, what blocks it, and what people decide about it. */
import { AtpError } from '../domain/errors.ts';
import { id, optional, type Fields } from '../domain/input-fields.ts';
import { DECISION_FIELDS, DECISIONS, type DecisionKind } from '../domain/lane-decision.ts';
import type { OldestChange } from '../domain/oldest-change.ts';
import { findOldestChange, listOldestChanges } from '../postgres/age/oldest-changes.ts';
import { listLanes as readLanes } from '../postgres/lane/lane-list.ts';
import { findLease } from '../postgres/lane/lane.ts';
import { glanceAtLane, readLaneView } from '../postgres/lane/lane-view.ts';
import type { Database } from '../postgres/database.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import type { WorkOfRun } from '../temporal/step-tried-again.ts';
import { auditShop } from '../postgres/producing/change-audit.ts';
import type { Application } from './application.ts';
import { listLaneFiles, listQuarantine, showLaneFile } from './lane-files.ts';
import { pauseLane, resumeLane } from './lane-pause.ts';
import { listPlanRows } from './lane-plan.ts';
import { defineOperation } from './operation.ts';
import { lookIfConfigured, nextDeltaInWords } from './schedule-look.ts';

const shopId = id('the shop');

export const showLane = defineOperation({
  name: 'lane.show',
  role: 'viewer',
  description: 'a shop’s files in sequence, what blocks them, and what a person decides about it',
  fields: { shopId },
  run: async ({ app }, input) => {
    const database = await app.database();
    const view = await readLaneView(database, input.shopId);
    const oldestChange = await findOldestChange(database, input.shopId);
    const nextDelta =
      oldestChange && waitsForDelta(oldestChange) ? await lookAtDelta(app, input.shopId) : null;
    const run = view.state === 'applying' ? await lookAtRun(app, input.shopId) : null;
    return { ...view, oldestChange, nextDelta, run };
  },
});

/** Only then somebody wants to know when it comes, and Temporal is asked. */
function waitsForDelta({ waiting }: OldestChange): boolean {
  return waiting.some(({ cause }) => cause === 'WAITS_FOR_DELTA' || cause === 'OWED');
}

async function lookAtDelta(app: Application, id: string): Promise<string> {
  return nextDeltaInWords(await lookIfConfigured(app, [id]), id);
}

/** What the run does that has the lane; null: none has it, or nobody can tell. The lane is shown without Temporal as well. */
async function lookAtRun(app: Application, id: string): Promise<WorkOfRun | null> {
  const lease = await findLease(await app.database(), id);
  if (lease === null || !(await app.isTemporalConfigured())) return null;
  try {
    const { readWorkOfRun } = await import('../temporal/step-tried-again.ts');
    return await readWorkOfRun(await app.temporal(), lease.workflowId);
  } catch {
    return null;
  }
}

export const listLanes = defineOperation({
  name: 'lane.list',
  role: 'viewer',
  description:
    'all lanes: what state each is in, how much waits, and the oldest change that is not on Shopify',
  fields: {},
  run: async ({ app }) => {
    const database = await app.database();
    const figures = new Map((await listOldestChanges(database)).map((figure) => [figure.shopId, figure]));
    const lanes = await readLanes(database);
    const late = lanes
      .map(({ shopId: id }) => id)
      .filter((id) => {
        const figure = figures.get(id);
        return figure !== undefined && waitsForDelta(figure);
      });
    const look = late.length === 0 ? null : await lookIfConfigured(app, late);
    return lanes.map((lane) => {
      const oldestChange = figures.get(lane.shopId) ?? null;
      const nextDelta = look && late.includes(lane.shopId) ? nextDeltaInWords(look, lane.shopId) : null;
      return { ...lane, oldestChange, nextDelta };
    });
  },
});

export const auditLane = defineOperation({
  name: 'lane.audit',
  role: 'viewer',
  description:
    'check the shop’s chain of snapshots for gaps, the change log against its files, and levels against the ledger',
  fields: { shopId },
  run: async ({ app }, input) => auditShop(await app.database(), input.shopId),
});

const DESCRIPTIONS: Readonly<Record<DecisionKind, string>> = {
  hold: 'block a file that is not done, whatever a run does with it now',
  retry: 'try the blocked file again, where it stopped',
  rewrite: 'write the blocked file again, from its rows',
  skip: 'leave the blocked file out; its products come with the next file',
  release: 'let quarantined products come with the next file',
  approve: 'publish the products of a held plan, computed anew',
  reject: 'drop a held plan; the next run judges its products anew',
};

/**
 * The fields of a decision, for a person: what is decided about a file is about the one that blocks the lane, unless a
 * number says otherwise.
 */
export function fieldsOfDecision(kind: DecisionKind): Fields {
  if (kind !== 'retry' && kind !== 'rewrite' && kind !== 'skip') return DECISION_FIELDS[kind];
  const { sequence, ...others } = DECISION_FIELDS[kind];
  return {
    sequence: optional({ ...sequence, about: `${sequence.about}; absent: the one that blocks the lane` }),
    ...others,
  };
}

/** @throws AtpError LANE_NOT_BLOCKED */
async function findBlocked(database: Database, shopId: string, decision: DecisionKind): Promise<number> {
  const { files, head } = await glanceAtLane(database, shopId);
  const [blocked] = files
    .filter(({ status }) => status === 'BLOCKED')
    .toSorted((a, b) => Number(b.sequence === head) - Number(a.sequence === head));
  if (!blocked) throw new AtpError('LANE_NOT_BLOCKED', { shopId, decision });
  return blocked.sequence;
}

function defineDecision<Kind extends DecisionKind>(kind: Kind) {
  // Their types differ by decision; the workflow that takes them checks them by the same fields.
  const decisionFields: Readonly<Record<never, never>> = fieldsOfDecision(kind);
  return defineOperation({
    name: `lane.${kind}` as const,
    role: 'operator',
    description: DESCRIPTIONS[kind],
    fields: { shopId, ...decisionFields },
    run: async ({ app, caller, progress }, input) => {
      const { shopId: of, ...given } = input;
      const database = await app.database();
      await findShop(database, of);
      const isAboutBlocked = kind === 'retry' || kind === 'rewrite' || kind === 'skip';
      const decision =
        isAboutBlocked && !Object.hasOwn(given, 'sequence')
          ? { ...given, sequence: await findBlocked(database, of, kind) }
          : given;
      progress(`Deciding about ${of}`);
      const { decideLane } = await import('../temporal/lane-decisions.ts');
      const temporal = await app.temporal();
      const decided = await decideLane(temporal, of, { decision: kind, by: caller.name, ...decision });
      return { ...(await readLaneView(database, of)), decided };
    },
  });
}

/** One operation for each decision. */
export const LANE_DECISIONS = DECISIONS.map((kind) => ({ kind, operation: defineDecision(kind) }));

export const LANE_OPERATIONS = [
  showLane,
  listLanes,
  listPlanRows,
  ...[listLaneFiles, showLaneFile, listQuarantine],
  auditLane,
  pauseLane,
  resumeLane,
  ...LANE_DECISIONS.map(({ operation }) => operation),
] as const;
