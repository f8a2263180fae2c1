/** `atp lane`: one command for looking at a lane and for the decisions about it. */
import {
  acceptInput,
  choice,
  id,
  invalid,
  label,
  optional,
  text,
  yesOrNo,
  type Input,
} from '../domain/input-fields.ts';
import { DECISION_FIELDS, DECISION_TARGETS, DECISIONS, type DecisionKind } from '../domain/lane-decision.ts';
import { auditLane, LANE_DECISIONS, showLane } from '../operations/lane.ts';
import { perform } from '../operations/operation.ts';
import { auditText } from './audit-text.ts';
import { contextOf, type Cli, type CliCommand } from './command.ts';
import { decidedText, laneText } from './lane-text.ts';
import { optionName, synopsisOf } from './option-text.ts';
import { ExitCode, type Report } from './report.ts';

const FIELDS = {
  shopId: id('the shop'),
  decision: optional(
    choice(`about a file, a held plan, or quarantined products: ${DECISIONS.join(', ')}`, DECISIONS),
  ),
  target: optional(
    label(
      'number of the file (hold, retry, rewrite, skip) or of the plan (approve, reject); of `release` the SKU',
      'target',
    ),
  ),
  reason: optional(text('why; it is kept (hold, approve and reject need it)')),
  expectedReason: DECISION_FIELDS.retry.expectedReason,
  audit: optional(yesOrNo(`instead: ${auditLane.description}`)),
};

type LaneInput = Input<typeof FIELDS>;

export const LANE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'lane',
    description: showLane.description,
    argumentNames: ['shopId', 'decision', 'target'],
    fields: FIELDS,
    variants: [
      'atp lane <shopId>',
      ...DECISIONS.map((kind) =>
        synopsisOf(`lane <shopId> ${kind}`, DECISION_FIELDS[kind], [DECISION_TARGETS[kind]]),
      ),
      'atp lane <shopId> --audit',
    ],
    operations: [showLane, auditLane, ...LANE_DECISIONS.map(({ operation }) => operation)],
    run: (cli, { by, ...typed }) => {
      const input = acceptInput(FIELDS, typed, nameOf);
      if (input.decision !== undefined) return decide(cli, by, input, input.decision);
      if (input.reason !== undefined || input.expectedReason !== undefined || by !== undefined) {
        throw invalid(`--reason, --expect and --by belong to a decision (${DECISIONS.join(', ')})`);
      }
      return input.audit ? audit(cli, input) : show(cli, input);
    },
  },
];

function nameOf(field: string): string {
  if (Object.values<string>(DECISION_TARGETS).includes(field)) return 'target';
  return ['shopId', 'decision', 'target'].includes(field) ? field : optionName(field);
}

async function show(cli: Cli, { shopId }: LaneInput): Promise<Report> {
  const view = await perform(showLane, { shopId }, contextOf(cli, undefined, nameOf));
  const isWaiting = view.reason !== null || view.plans.some(({ state }) => state === 'HELD');
  return { json: view, text: laneText(view), exitCode: isWaiting ? ExitCode.NEEDS_A_PERSON : ExitCode.OK };
}

async function audit(cli: Cli, { shopId }: LaneInput): Promise<Report> {
  const found = await perform(auditLane, { shopId }, contextOf(cli, undefined, nameOf));
  const exitCode = found.isSound ? ExitCode.OK : ExitCode.DIFFERENCES;
  return { json: found, text: auditText(found), exitCode };
}

async function decide(cli: Cli, by: unknown, input: LaneInput, kind: DecisionKind): Promise<Report> {
  const { shopId, target, reason, expectedReason, audit: wantsAudit } = input;
  if (wantsAudit) throw invalid('--audit is not for a decision');
  const found = LANE_DECISIONS.find((decision) => decision.kind === kind);
  if (!found) throw invalid(`there is no decision ${kind}`);
  const targetName = DECISION_TARGETS[kind];
  const isNumber = targetName !== 'sku' && target !== undefined && /^\d+$/.test(target);
  const given = {
    shopId,
    ...(target !== undefined && { [targetName]: isNumber ? Number(target) : target }),
    ...(reason !== undefined && { reason }),
    ...(expectedReason !== undefined && { expectedReason }),
  };
  const decided = await perform(found.operation, given, contextOf(cli, by, nameOf));
  return { json: decided, text: decidedText(decided.decided) };
}
