/** A shop's lane: what is in it, what blocks it, and what people decide about it. */
import { id } from '../domain/input-fields.ts';
import { DECISION_FIELDS, DECISIONS, type DecisionKind } from '../domain/lane-decision.ts';
import { readLaneView } from '../postgres/lane/lane-view.ts';
import { auditShop } from '../postgres/producing/change-audit.ts';
import { pauseLane, resumeLane } from './lane-pause.ts';
import { listPlanRows } from './lane-plan.ts';
import { defineOperation } from './operation.ts';

const shopId = id('the shop');

export const showLane = defineOperation({
  name: 'lane.show',
  role: 'viewer',
  description: 'a shop’s files in sequence, what blocks them, and what a person decides about it',
  fields: { shopId },
  run: async ({ app }, input) => readLaneView(await app.database(), input.shopId),
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

function defineDecision(kind: DecisionKind) {
  // Their types differ by decision; the workflow that takes them checks them by the same fields.
  const decisionFields: Readonly<Record<never, never>> = DECISION_FIELDS[kind];
  return defineOperation({
    name: `lane.${kind}`,
    role: 'operator',
    description: DESCRIPTIONS[kind],
    fields: { shopId, ...decisionFields },
    run: async ({ app, caller, progress }, input) => {
      const { shopId: of, ...decision } = input;
      const database = await app.database();
      await readLaneView(database, of);
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
  listPlanRows,
  auditLane,
  pauseLane,
  resumeLane,
  ...LANE_DECISIONS.map(({ operation }) => operation),
] as const;
