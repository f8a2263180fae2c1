/** `atp lane`: one command for looking at a lane and for the decisions about it. */
import {
  acceptInput,
  choice,
  count,
  id,
  invalid,
  label,
  optional,
  text,
  yesOrNo,
  type Input,
} from '../domain/input-fields.ts';
import { DECISION_FIELDS, DECISION_TARGETS, DECISIONS, type DecisionKind } from '../domain/lane-decision.ts';
import { PLAN_ROWS_PER_PAGE_MAX } from '../domain/limits.ts';
import { pauseLane, resumeLane } from '../operations/lane-pause.ts';
import { auditLane, fieldsOfDecision, LANE_DECISIONS, listLanes, showLane } from '../operations/lane.ts';
import { listPlanRows, planAsCsv, type PlanPage } from '../operations/lane-plan.ts';
import { perform } from '../operations/operation.ts';
import { auditText } from './audit-text.ts';
import { contextOf, type Cli, type CliCommand } from './command.ts';
import { lanesText } from './lane-list-text.ts';
import { LANE_LOOK_OPERATIONS, LANE_LOOKS, lookAtLane } from './lane-looks.ts';
import { decidedText, laneText } from './lane-text.ts';
import { optionName, synopsisOf } from './option-text.ts';
import { planText } from './plan-text.ts';
import { ExitCode, type Report } from './report.ts';

/** What is done to the lane as a whole. */
const LANE_ACTS = ['pause', 'resume'] as const;
const ACTS = [...LANE_ACTS, ...DECISIONS] as const;

const FIELDS = {
  shopId: optional(id('the shop; absent: a line for each')),
  decision: optional(
    choice(
      `of the lane: ${LANE_ACTS.join(', ')}; about a file, a held plan, or quarantined products: ${DECISIONS.join(', ')}; plan lists a plan’s products, ${LANE_LOOKS.join(', ')} more of the lane`,
      [...ACTS, 'plan', ...LANE_LOOKS],
    ),
  ),
  target: optional(
    label(
      'number of the file (hold, retry, rewrite, skip, file) or of the plan (plan, approve, reject); of `release` the SKU',
      'target',
    ),
  ),
  reason: optional(text('why; it is kept (pause, hold, approve and reject need it)')),
  expectedReason: DECISION_FIELDS.retry.expectedReason,
  revision: DECISION_FIELDS.approve.revision,
  limit: optional(count('products of a plan, files or quarantined products at most', PLAN_ROWS_PER_PAGE_MAX)),
  after: optional(label('where to go on with files or quarantine: `next` of the page before', 'next')),
  csv: optional(yesOrNo('all products of a plan, as CSV')),
  audit: optional(yesOrNo(`instead: ${auditLane.description}`)),
};

/** What was typed about one shop. */
type LaneInput = Input<typeof FIELDS> & { readonly shopId: string };

export const LANE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'lane',
    description: showLane.description,
    argumentNames: ['shopId', 'decision', 'target'],
    fields: FIELDS,
    variants: [
      'atp lane',
      'atp lane <shopId>',
      synopsisOf('lane <shopId> pause', { reason: pauseLane.fields.reason }, []),
      synopsisOf('lane <shopId> resume', { reason: resumeLane.fields.reason }, []),
      'atp lane <shopId> plan <plan> [--limit <n>|--csv]',
      'atp lane <shopId> files [--limit <n>] [--after <next>]',
      'atp lane <shopId> file <sequence>',
      'atp lane <shopId> quarantine [--limit <n>] [--after <next>]',
      ...DECISIONS.map((kind) =>
        synopsisOf(`lane <shopId> ${kind}`, fieldsOfDecision(kind), [DECISION_TARGETS[kind]]),
      ),
      'atp lane <shopId> --audit',
    ],
    operations: [
      showLane,
      listLanes,
      listPlanRows,
      ...LANE_LOOK_OPERATIONS,
      auditLane,
      pauseLane,
      resumeLane,
      ...LANE_DECISIONS.map(({ operation }) => operation),
    ],
    run: (cli, { by, ...typed }) => {
      const { shopId, ...given } = acceptInput(FIELDS, typed, nameOf);
      if (shopId === undefined) return list(cli, { ...given, by });
      const input: LaneInput = { shopId, ...given };
      const { decision, limit, after, csv } = input;
      const look = LANE_LOOKS.find((one) => one === decision);
      const isPlan = decision === 'plan';
      if (!isPlan && csv !== undefined) throw invalid('--csv belongs to plan');
      if (!isPlan && look === undefined && limit !== undefined)
        throw invalid(`--limit belongs to plan, ${LANE_LOOKS.join(', ')}`);
      if (look === undefined && after !== undefined)
        throw invalid(`--after belongs to ${LANE_LOOKS.join(', ')}`);
      const kind = ACTS.find((one) => one === decision);
      if (kind === 'pause' || kind === 'resume') return act(cli, by, input, kind);
      if (kind !== undefined) return decide(cli, by, input, kind);
      const { reason, expectedReason, revision } = input;
      if ([reason, expectedReason, revision, by].some((value) => value !== undefined)) {
        throw invalid(`--reason, --expect, --revision and --by belong to a decision (${ACTS.join(', ')})`);
      }
      if (look !== undefined) {
        if (input.audit) throw invalid(`--audit is not for ${look}`);
        return lookAtLane(cli, look, { shopId, target: input.target, limit, after }, nameOf);
      }
      if (isPlan) return showPlan(cli, input);
      return input.audit ? audit(cli, input) : show(cli, input);
    },
  },
];

function nameOf(field: string): string {
  if (Object.values<string>(DECISION_TARGETS).includes(field)) return 'target';
  return ['shopId', 'decision', 'target'].includes(field) ? field : optionName(field);
}

async function list(cli: Cli, given: object): Promise<Report> {
  const typed = Object.entries(given).find(([, value]) => value !== undefined);
  if (typed) throw invalid(`${nameOf(typed[0])} is about one shop: name it`);
  const lanes = await perform(listLanes, {}, contextOf(cli, undefined, nameOf));
  const isStopped = lanes.some(({ state }) => state === 'blocked' || state === 'paused');
  return { json: lanes, text: lanesText(lanes), exitCode: isStopped ? ExitCode.NEEDS_A_PERSON : ExitCode.OK };
}

async function show(cli: Cli, { shopId }: LaneInput): Promise<Report> {
  const view = await perform(showLane, { shopId }, contextOf(cli, undefined, nameOf));
  const isWaiting =
    view.pause !== null || view.reason !== null || view.plans.some(({ state }) => state === 'HELD');
  return { json: view, text: laneText(view), exitCode: isWaiting ? ExitCode.NEEDS_A_PERSON : ExitCode.OK };
}

async function showPlan(
  cli: Cli,
  { shopId, target, limit, csv, audit: wantsAudit }: LaneInput,
): Promise<Report> {
  if (wantsAudit) throw invalid('--audit is not for a plan');
  if (csv && (cli.asJson || limit !== undefined)) throw invalid('--csv goes without --json and --limit');
  const context = contextOf(cli, undefined, nameOf);
  const read = (page: { readonly limit?: number | undefined; readonly after?: string }) =>
    perform(listPlanRows, { shopId, plan: numberOf(target), ...page }, context);
  if (!csv) {
    const page = await read({ limit });
    return { json: page, text: planText(page) };
  }
  // The first page is read before anything is written: an unknown plan is refused like everywhere else.
  const first = await read({ limit: PLAN_ROWS_PER_PAGE_MAX });
  return {
    json: null,
    text: '',
    lines: planAsCsv(pagesFrom(first, (after) => read({ limit: PLAN_ROWS_PER_PAGE_MAX, after }))),
  };
}

async function* pagesFrom(
  first: PlanPage,
  read: (after: string) => Promise<PlanPage>,
): AsyncGenerator<PlanPage> {
  for (let page = first; ; page = await read(page.next)) {
    yield page;
    if (page.next === null) return;
  }
}

/** A number that was typed; the check of the input says what is wrong with anything else. */
function numberOf(target: string | undefined): number | string | undefined {
  return target !== undefined && /^\d+$/.test(target) ? Number(target) : target;
}

async function audit(cli: Cli, { shopId }: LaneInput): Promise<Report> {
  const found = await perform(auditLane, { shopId }, contextOf(cli, undefined, nameOf));
  const exitCode = found.isSound ? ExitCode.OK : ExitCode.DIFFERENCES;
  return { json: found, text: auditText(found), exitCode };
}

async function act(
  cli: Cli,
  by: unknown,
  input: LaneInput,
  kind: (typeof LANE_ACTS)[number],
): Promise<Report> {
  const { shopId, reason, target, expectedReason, audit: wantsAudit } = input;
  if (target !== undefined || expectedReason !== undefined || wantsAudit !== undefined) {
    throw invalid(`${kind} is about the lane as a whole: it takes --reason, and nothing else`);
  }
  const given = { shopId, ...(reason !== undefined && { reason }) };
  const context = contextOf(cli, by, nameOf);
  const view = await (kind === 'pause'
    ? perform(pauseLane, given, context)
    : perform(resumeLane, given, context));
  return { json: view, text: laneText(view) };
}

async function decide(cli: Cli, by: unknown, input: LaneInput, kind: DecisionKind): Promise<Report> {
  const { shopId, target, reason, expectedReason, revision, audit: wantsAudit } = input;
  if (wantsAudit) throw invalid('--audit is not for a decision');
  const found = LANE_DECISIONS.find((decision) => decision.kind === kind);
  if (!found) throw invalid(`there is no decision ${kind}`);
  const targetName = DECISION_TARGETS[kind];
  const given = {
    shopId,
    ...(target !== undefined && { [targetName]: targetName === 'sku' ? target : numberOf(target) }),
    ...(reason !== undefined && { reason }),
    ...(expectedReason !== undefined && { expectedReason }),
    ...(revision !== undefined && { revision }),
  };
  const decided = await perform(found.operation, given, contextOf(cli, by, nameOf));
  return { json: decided, text: decidedText(decided.decided) };
}
