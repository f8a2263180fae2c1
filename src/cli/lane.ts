import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { AtpError } from '../domain/errors.ts';
import { DECISIONS, laneDecision, type LaneDecision } from '../domain/lane-decision.ts';
import { auditShop } from '../postgres/producing/change-audit.ts';
import { laneView } from '../postgres/lane/lane-view.ts';
import { decideLane } from '../temporal/lane-decisions.ts';
import { label } from './arguments.ts';
import { auditText } from './audit-text.ts';
import { decidedText, laneText } from './lane-text.ts';
import type { Cli } from './program.ts';
import { ExitCode, type Report } from './report.ts';

interface LaneOptions {
  readonly reason?: string;
  readonly expect?: string;
  readonly by?: string;
  readonly audit?: boolean;
}

export function registerLane(program: Command, { app, reports, progress }: Cli): void {
  const command = program
    .command('lane')
    .description('a shop’s files in sequence, what holds them, and what a person decides about it')
    .argument('<shopId>', 'the shop')
    .argument(
      '[decision]',
      `of a blocked file, a plan, or products that are set apart: ${DECISIONS.join(', ')}`,
    )
    .argument(
      '[number]',
      'of the file (retry, rewrite, skip) or of the plan (approve, reject); of `release` the SKU',
    )
    .option('--reason <text>', 'why; it is kept (approve and reject need it)', label)
    .option(
      '--expect <code>',
      'decide only if the file is blocked by this, and by nothing else meanwhile',
      label,
    )
    .option('--by <name>', 'who decides (default: the user of this machine)', label)
    .option(
      '--audit',
      'instead: check the shop’s chain of snapshots for gaps, and the change log against its files',
    );
  reports(
    command,
    async (
      shopId: string,
      kind: string | undefined,
      target: string | undefined,
      options: LaneOptions,
    ): Promise<Report> => {
      if (kind !== undefined) return decide(shopId, decisionOf(kind, target, options));
      refuseDecisionOptions(options);
      return options.audit === true ? audit(shopId) : show(shopId);
    },
  );

  async function show(shopId: string): Promise<Report> {
    const view = await laneView(app.database(), shopId);
    const isWaited = view.state === 'blocked' || view.plans.some(({ state }) => state === 'HELD');
    return { json: view, text: laneText(view), exitCode: isWaited ? ExitCode.NEEDS_A_PERSON : ExitCode.OK };
  }

  async function audit(shopId: string): Promise<Report> {
    const found = await auditShop(app.database(), shopId);
    const exitCode = found.isSound ? ExitCode.OK : ExitCode.DIFFERENCES;
    return { json: found, text: auditText(found), exitCode };
  }

  async function decide(shopId: string, decision: LaneDecision): Promise<Report> {
    const database = app.database();
    await laneView(database, shopId);
    progress(`Deciding about ${shopId}`);
    const decided = await decideLane(await app.temporal(), shopId, decision);
    return {
      json: { ...(await laneView(database, shopId)), decided },
      text: decidedText(decided),
    };
  }
}

/** What was typed, as the workflow takes it. */
function decisionOf(kind: string, target: string | undefined, options: LaneOptions): LaneDecision {
  const { reason, expect, by = userOfThisMachine(), audit } = options;
  if (audit === true) throw new AtpError('INPUT_INVALID', { reason: '--audit is not for a decision' });
  const number = target !== undefined && /^\d+$/.test(target) ? Number(target) : target;
  return laneDecision({
    decision: kind,
    ...targetOf(kind, kind === 'release' ? target : number),
    by,
    ...(reason !== undefined && { reason }),
    ...(expect !== undefined && { expectedReason: expect }),
  });
}

function targetOf(kind: string, target: string | number | undefined): Readonly<Record<string, unknown>> {
  switch (kind) {
    case 'release':
      return { sku: target };
    case 'approve':
    case 'reject':
      return { plan: target };
    default:
      return { sequence: target };
  }
}

function refuseDecisionOptions({ reason, expect, by }: LaneOptions): void {
  if (reason === undefined && expect === undefined && by === undefined) return;
  const reasonOfRefusal = `--reason, --expect and --by belong to a decision (${DECISIONS.join(', ')})`;
  throw new AtpError('INPUT_INVALID', { reason: reasonOfRefusal });
}

function userOfThisMachine(): string {
  try {
    return userInfo().username;
  } catch (error) {
    // A container may run under a number that no user has.
    throw new AtpError('INPUT_INVALID', { reason: 'say who decides, with --by <name>' }, { cause: error });
  }
}
