/** A shop's lane as a person reads it, with what to type where a person must decide. */
import { isMendedAtShop } from '../domain/failed-step.ts';
import type { DecisionOutcome } from '../domain/lane-decision.ts';
import { durationText } from '../domain/duration.ts';
import { leftInWords } from '../domain/left-items.ts';
import { isWithinLimit, WAITING_CAUSES, waitingInWords, type OldestChange } from '../domain/oldest-change.ts';
import { isUnderWay, setAsideFolder } from '../domain/upload-file.ts';
import { countOf, heldBecause } from '../domain/sync-plan.ts';
import { counted } from '../domain/words.ts';
import type { showLane } from '../operations/lane.ts';
import type { ResultOf } from '../operations/operation.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

type ShownLane = ResultOf<typeof showLane>;
/** After a decision, nobody has looked at the oldest change and at the run. */
type LaneView = Omit<ShownLane, Looked> & Partial<Pick<ShownLane, Looked>>;
type Looked = 'oldestChange' | 'nextDelta' | 'run';

export function laneText(view: LaneView): string {
  const { shopId } = view;
  const held = view.plans.filter(({ state }) => state === 'HELD');
  return [
    `${shopId}: ${stateInWords(view)}`,
    ...(view.run ? runLines(view.run) : []),
    ...(view.oldestChange ? oldestChangeLines(view.oldestChange) : []),
    ...(view.nextDelta ? [`  ${view.nextDelta}`] : []),
    ...(view.pause === null ? [] : [`  \`atp lane ${shopId} resume\` lets the lane go on`]),
    ...(view.reason === null ? [] : [`  ${view.reason}`, ...waysOut(view)]),
    ...held.flatMap((plan) => [
      `Plan ${plan.plan} (revision ${plan.revision}) is held: ${heldBecause(plan.counts)}.`,
      ...planWaysOut(shopId, plan.plan, plan.revision),
    ]),
    filesTable(view),
    ...leftLines(view),
    ...quarantinedLines(view),
    ...decisionLines(view),
  ].join('\n');
}

/** What it tries again, since when, and how far it is. */
function runLines({ workflowId, triesSince, words }: NonNullable<ShownLane['run']>): string[] {
  if (words === '') return [];
  const since = triesSince === null ? '' : ` tries a step since ${shortTime(triesSince)}`;
  return [`  The run ${workflowId}${since}${words}`];
}

/** What Shopify lacks, the oldest first; nothing when it lacks nothing. */
function oldestChangeLines(figure: OldestChange): string[] {
  if (figure.waiting.length === 0) return ['  Every change is on Shopify.'];
  const late = isWithinLimit(figure) ? '' : `, above the limit of ${durationText(figure.limitMs)}`;
  return [
    `  Oldest change that is not on Shopify${late}:`,
    ...figure.waiting.map((waiting) => {
      const { isSetApart } = WAITING_CAUSES[waiting.cause];
      return `  - ${isSetApart ? 'set apart: ' : ''}${waitingInWords(figure, waiting)}`;
    }),
  ];
}

const STATES = {
  idle: 'no file waits',
  waiting: 'files wait, and no run applies them',
  applying: 'a run applies files',
} as const;

function stateInWords(view: LaneView): string {
  const { state, pause, blockedSince, movedOnBy } = view;
  const waits = whatWaits(view);
  if (state === 'paused') {
    const why = pause === null ? '' : ` since ${shortTime(pause.since)} by ${pause.by}: ${pause.reason}`;
    return `PAUSED${why}. Nothing is sent; ${waits}`;
  }
  const since = blockedSince === null ? '' : ` since ${shortTime(blockedSince)}`;
  const sequence = firstThatWaits(view)?.sequence;
  if (state !== 'blocked') {
    if (movedOnBy !== null) return `file ${sequence} has failed${since}, and is tried again; ${waits}`;
    return state === 'idle' ? STATES[state] : `${STATES[state]}; ${waits}`;
  }
  if (movedOnBy === 'next-run' && needsHardSync(view)) {
    return `BLOCKED${since}, the next run starts the Hard Sync that it needs; ${waits}`;
  }
  return movedOnBy === 'next-run'
    ? `BLOCKED${since}, the next run tries file ${sequence} again; ${waits}`
    : `BLOCKED${since}, a person must ${isMendedAtShop(view.reason) ? 'mend the cause' : 'decide'}; ${waits}`;
}

/** `1 file waits with 240 rows`. */
function whatWaits({ filesWaiting, productsWaiting, files: shown }: LaneView): string {
  const files = `${counted(filesWaiting, 'file')} ${filesWaiting === 1 ? 'waits' : 'wait'}`;
  if (filesWaiting === 0) return files;
  const most = shown.some(isUnderWay) ? 'at most ' : '';
  return `${files} with ${most}${counted(productsWaiting, 'row')}`;
}

function firstThatWaits({ files, head }: LaneView): LaneView['files'][number] | undefined {
  return files.find(({ sequence }) => sequence === head);
}

function needsHardSync({ reason }: LaneView): boolean {
  return reason?.startsWith('HARD_SYNC_REQUIRED') === true;
}

function waysOut(view: LaneView): string[] {
  const { shopId } = view;
  const head = firstThatWaits(view);
  if (!head || needsHardSync(view))
    return [`  \`atp job run hard-sync --shop ${shopId} --wait\` publishes everything anew`];
  const lane = `atp lane ${shopId}`;
  if (head.status !== 'BLOCKED')
    return [`  \`${lane} hold ${head.sequence} --reason <text>\` stops it, so that you can decide about it`];
  return [
    isMendedAtShop(view.reason)
      ? `  The next run goes on by itself when the cause is mended; \`${lane} retry ${head.sequence} --reason <text>\` does so now`
      : `  \`${lane} retry ${head.sequence} --reason <text>\` when the cause is mended`,
    `  \`${lane} rewrite ${head.sequence} --reason <text>\` writes the file again, from its rows`,
    `  \`${lane} skip ${head.sequence} --reason <text>\` leaves it out; its products come with the next file`,
  ];
}

/** What a person types about a plan that waits. */
export function planWaysOut(shopId: string, plan: number, revision?: number): string[] {
  const looked = revision === undefined ? '' : ` --revision ${revision}`;
  return [
    `  \`atp lane ${shopId} plan ${plan}\` lists its products, and what Shopify shows of them`,
    `  \`atp lane ${shopId} approve ${plan}${looked} --reason <text>\` publishes them, computed anew`,
    `  \`atp lane ${shopId} reject ${plan} --reason <text>\` drops it; the next run judges them anew`,
  ];
}

/** The newest first, as the decisions below it. */
function filesTable({ files }: LaneView): string {
  return table(
    ['File', 'Kind', 'Status', 'Rows', 'Applied', 'Unchanged', 'Quarantined', 'Owed'],
    files
      .toReversed()
      .map((file) => [
        file.sequence,
        file.kind,
        file.status,
        file.rows,
        file.applied,
        file.skipped,
        file.quarantined,
        file.owed,
      ]),
    'No file has been made yet.',
  );
}

/** What products have left on sale, and what becomes of it. */
function leftLines({ shopId, left }: LaneView): string[] {
  const drain = `atp shop drain ${shopId}`;
  return left.map((items) => {
    const what = `${leftInWords(items)} at ${items.locationId}`;
    switch (items.state) {
      case 'WAITING':
        return `No product has ${what} any more: the next file sends them to 0.`;
      case 'DRAINING':
        return `No product has ${what} any more: file ${items.sequence} sends them to 0.`;
      case 'WITHHELD':
        return `No product has ${what} any more, too many at once: \`${drain}\` sends them to 0, \`atp shop map ${shopId}\` finds them again when their SKUs are back.`;
      case 'ON_SALE':
        return `${what} may still be sold: ${items.sequence === null ? 'nothing has' : `file ${items.sequence} has not`} sent them to 0. \`${drain}\` does, \`${drain} --dismiss --reason <text>\` leaves them to somebody else.`;
    }
  });
}

function quarantinedLines({ shopId, setApart: quarantined }: LaneView): string[] {
  if (quarantined.length === 0) return [];
  const lines = quarantined.map(({ sku, code, message, owed }) => {
    return `  ${sku}: ${code}: ${message}${owed ? ' It comes with the next file.' : ''}`;
  });
  const isToRelease = quarantined.some(({ owed }) => !owed);
  return [
    'Products that the last file could not bring:',
    ...lines,
    ...(isToRelease
      ? [`  \`atp lane ${shopId} release [<sku>] --reason <text>\` lets them come with the next file`]
      : []),
  ];
}

function decisionLines({ decisions }: LaneView): string[] {
  if (decisions.length === 0) return [];
  const rows = decisions.map(({ decidedAt, decision, sequence, plan, by, reason }) => [
    shortTime(decidedAt),
    decision,
    plan,
    sequence,
    by,
    reason,
  ]);
  return ['Decisions:', table(['When', 'Decision', 'Plan', 'File', 'Who', 'Why'], rows, '')];
}

/** What came of a decision. */
export function decidedText(outcome: DecisionOutcome): string {
  const { shopId, decision, sequence, plan, owed } = outcome;
  const products = `${counted(owed ?? 0, 'product')} ${owed === 1 ? 'comes' : 'come'} with the next file`;
  switch (decision) {
    case 'hold':
      return `File ${sequence} of ${shopId} is blocked: no run goes on with it before somebody decides.`;
    case 'retry':
      return `File ${sequence} of ${shopId} is tried again.`;
    case 'rewrite':
      return `File ${sequence} of ${shopId} is written again; another one in its place is moved to ${setAsideFolder(shopId)}/.`;
    case 'skip':
      return `File ${sequence} of ${shopId} is left out; ${products}.`;
    case 'release':
      return `${products}.`;
    case 'approve':
      return sequence === null
        ? `${approvedInWords(outcome)}; nothing differs any more, so there is no file.`
        : `${approvedInWords(outcome)}: ${fileInWords(outcome)}.`;
    case 'reject':
      return `Plan ${plan} of ${shopId} is rejected: nothing of it is sent, and the next run judges its products anew.`;
  }
}

function approvedInWords({ shopId, plan, revision, counts }: DecisionOutcome): string {
  const products = counts === null ? '' : ` with ${counted(countOf(counts), 'product')}`;
  return `Plan ${plan} of ${shopId} is approved up to revision ${revision}${products}`;
}

function fileInWords({ sequence, fileName, rows, toZero }: DecisionOutcome): string {
  return `file ${sequence} (${fileName}) with ${counted(rows ?? 0, 'row')}, ${toZero} of them to zero`;
}
