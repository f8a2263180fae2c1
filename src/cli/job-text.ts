/** What came of a job's run, and when a job runs, for a person. */
import { serverFaultInWords } from '../domain/source-server.ts';
import { waitingInWords, type ImportResult } from '../domain/jobs/import.ts';
import { countTold } from '../domain/unmanaged-stock.ts';
import { untakenInWords } from '../domain/untaken.ts';
import { warningInWords } from '../domain/import-warning.ts';
import { outcomeOf, resultInWords, type JobName, type JobResult } from '../domain/jobs/jobs.ts';
import { blockedInWords, rowsInWords, type ProcessResult } from '../domain/jobs/process-uploads.ts';
import { liveInWords } from '../domain/live.ts';
import { pauseInWords } from '../domain/lane-pause.ts';
import { startedInWords } from '../domain/jobs/started-hard-sync.ts';
import { syncInWords, type SyncResult } from '../domain/jobs/producing.ts';
import { waysOut } from '../domain/difference-advice.ts';
import type { VerifyResult } from '../domain/jobs/verify.ts';
import { unmanagedLines } from './unmanaged-text.ts';
import { SHOWN_TEXT_LENGTH_MAX } from '../domain/limits.ts';
import { showText } from '../domain/shown-text.ts';
import { inZone } from '../domain/wall-clock.ts';
import { counted } from '../domain/words.ts';
import type { runJob, showJob } from '../operations/jobs.ts';
import type { ResultOf } from '../operations/operation.ts';
import { planWaysOut } from './lane-text.ts';
import { ExitCode, OUTCOME_EXIT_CODES, type Report } from './report.ts';
import { table } from './table.ts';

/** Jobs whose result is told in more than one line. */
const TEXTS: { readonly [Name in JobName]?: (result: JobResult<Name>) => string } = {
  'hard-sync': syncText,
  'recent-changes': syncText,
  'process-uploads': processText,
  import: importText,
  verify: verifyText,
};

/** What a run's result means to whoever waited for it. */
export function describeResult<Name extends JobName>(
  job: Name,
  result: JobResult<Name>,
): Pick<Report, 'text' | 'exitCode'> {
  const text = TEXTS[job]?.(result) ?? resultInWords(job, result);
  return { text, exitCode: exitCodeOf(job, result) };
}

/** A comparison that found differences has an exit code of its own, whatever they mean. */
function exitCodeOf<Name extends JobName>(job: Name, result: JobResult<Name>): ExitCode {
  if ('equal' in result && differs(result)) return ExitCode.DIFFERENCES;
  return OUTCOME_EXIT_CODES[outcomeOf(job, result)];
}

function differs({ equal, checked, unmanaged }: VerifyResult): boolean {
  return equal !== checked || (unmanaged !== undefined && countTold(unmanaged) > 0);
}

function syncText(result: SyncResult): string {
  const { shopId, plan } = result;
  if (plan === null) return syncInWords(result);
  return [syncInWords(result), ...planWaysOut(shopId, plan)].join('\n');
}

function processText({ shopId, files, laneState, blockedBy, hardSync, pause }: ProcessResult): string {
  const text = table(
    ['File', 'Status', 'Rows', 'Applied', 'Unchanged', 'Quarantined'],
    files.map((file) => [
      file.sequence,
      file.status,
      file.rows,
      file.applied,
      file.unchanged,
      file.quarantined,
    ]),
    laneState === 'idle' ? 'No file was waiting.' : 'Nothing was applied.',
  );
  switch (laneState) {
    case 'blocked':
      return [
        text,
        `The lane is blocked${blockedBy ? ` by ${blockedInWords(blockedBy)}` : ''}`,
        ...(hardSync ? [startedInWords(hardSync)] : []),
        ...(blockedBy?.movedOnBy === 'next-run' && !hardSync ? ['The next run tries the file again.'] : []),
        `\`atp lane ${shopId}\` shows what you can do.`,
      ].join('\n');
    case 'paused':
      return [
        text,
        `The lane is ${pause ? pauseInWords(pause) : 'paused'}. Nothing is sent.`,
        `\`atp lane ${shopId} resume\` lets it go on.`,
      ].join('\n');
    case 'busy':
      return `${text}\nAnother run applies the shop’s files right now.`;
    case 'idle':
      return text;
  }
}

type LastApplied = NonNullable<ResultOf<typeof runJob>['lastApplied']>;

/** For whoever ran Process uploads and found that the file was applied already: its maker has woken the lane. */
export function lastAppliedText({ sequence, appliedAt, ...rows }: LastApplied): string {
  return `No file waits. The last one, file ${sequence}, was applied at ${appliedAt}: ${rowsInWords(rows)}.`;
}

function importText(result: ImportResult): string {
  const { files, others, waiting = [], untaken = [], missing = [], lost = [], stillNotPutAway = [] } = result;
  const rows = files.map(({ fileName, rows: all, applied, failed }) => [fileName, all, applied, failed]);
  if (others) rows.push([`${others.feeds} more`, others.rows, others.applied, others.failed]);
  const none = waiting.length > 0 ? 'No feed was complete.' : 'No feed was waiting.';
  const text = table(['Feed', 'Rows', 'Applied', 'Refused'], rows, none);
  const warnings = files.flatMap(({ fileName, warnings: told = [] }) =>
    told.map((warning) => `${onOneLine(fileName)}: ${warningInWords(warning)}`),
  );
  const grown = files.flatMap(({ fileName, hasGrown, error }) =>
    hasGrown === true && !error
      ? [
          `${onOneLine(fileName)} had grown since it was filed, and what has come behind was taken (FEED_GREW): its sender writes on after a pause. \`atp source set <source> --settle <duration>\`, or a marker <name>.done that comes last, keeps it from being met half-way.`,
        ]
      : [],
  );
  const disorder = files.flatMap(({ fileName, olderThan }) =>
    olderThan === undefined
      ? []
      : [
          `${onOneLine(fileName)} was imported after ${onOneLine(olderThan)}, as their names say; by their times it is the older file. Where times are right: \`atp source set <source> --order time\`.`,
        ],
  );
  const faults = files.flatMap(({ error }) => (error ? [`${error.code}: ${error.message}`] : []));
  const waits = waiting.map((feed) => `${onOneLine(waitingInWords(feed))}.`);
  const noFeeds = untaken.map((name) => untakenInWords(onOneLine(name)));
  const notCome = missing.map((words) => `${words}.`);
  const left = files.flatMap(({ fileName, notPutAway }) =>
    notPutAway
      ? [
          `${onOneLine(fileName)} is done with, but could not be moved to archive/ or error/: ${notPutAway.message}`,
        ]
      : [],
  );
  const lostServers = lost.map(
    (fault) =>
      `${serverFaultInWords(fault)} Other sources went on. \`atp source list\` shows where it is looked for.`,
  );
  const older = stillNotPutAway.map(
    (name) => `${onOneLine(name)} of an earlier run still could not be moved to archive/ or error/.`,
  );
  return [
    text,
    ...warnings,
    ...grown,
    ...disorder,
    ...faults,
    ...waits,
    ...noFeeds,
    ...notCome,
    ...lostServers,
    ...left,
    ...older,
  ].join('\n');
}

/** The name of a feed, which somebody else has chosen. */
function onOneLine(name: string): string {
  return showText(name, SHOWN_TEXT_LENGTH_MAX);
}

function verifyText(result: VerifyResult): string {
  const { sharedWith = [], shopId, unmanaged } = result;
  return [
    comparedText(result),
    ...(unmanaged ? unmanagedLines(shopId, unmanaged) : []),
    ...(sharedWith.length > 0
      ? [
          `The same units are promised by ${sharedWith.join(' and ')}, too; \`atp doctor\` names the facilities.`,
        ]
      : []),
  ].join('\n');
}

function comparedText(result: VerifyResult): string {
  const { checked, equal, different, mayBeSales } = result;
  if (equal === checked) return equalText(checked);
  const rows = different.map(({ sku, onlineAtp, shopify, cause }) => [
    sku,
    onlineAtp,
    shopify ?? 'unknown',
    cause,
  ]);
  const more = checked - equal - different.length;
  return [
    `${checked - equal} of ${counted(checked, 'product')} ${checked - equal === 1 ? 'differs' : 'differ'}.`,
    table(['SKU', 'Online ATP', 'On Shopify', 'Cause'], rows, ''),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...healedLines(result),
    ...(mayBeSales ? [mayBeSalesText(mayBeSales)] : []),
  ].join('\n');
}

/** Of a run that was to heal: what the next file makes equal, and what it cannot. */
function healedLines({ shopId, healing, notHealed }: VerifyResult): readonly string[] {
  if (notHealed === undefined) return [];
  return [
    `Marked for the next file, which makes them equal: ${healing}.`,
    ...waysOut(shopId, notHealed).map((way) => `Not healed, ${way}.`),
  ];
}

function mayBeSalesText({ products, healsAfter }: NonNullable<VerifyResult['mayBeSales']>): string {
  const lack = products === 1 ? 'product lacks' : 'products lack';
  return `${products} ${lack} units that may be sales whose orders are not imported yet: they heal after ${healsAfter}, once the orders up to now are imported.`;
}

function equalText(checked: number): string {
  if (checked === 0) return 'There is no product to compare.';
  return checked === 1
    ? 'The one product is equal on Shopify.'
    : `All ${checked} products are equal on Shopify.`;
}

type JobDetails = Omit<ResultOf<typeof showJob>, 'missedRuns' | 'lostRunAt'> &
  Partial<Pick<ResultOf<typeof showJob>, 'missedRuns' | 'lostRunAt'>>;

/** When a job runs, with what, and how it went. */
export function scheduleText(job: JobDetails): string {
  const { policies, counts, missedRuns = [] } = job;
  const parameters = Object.entries(job.parameters).map(([name, value]) => `${name} ${String(value)}`);
  const dropped = counts.droppedByOverlap + counts.droppedByOutage;
  const rows = [
    ['Shop', job.shopId ?? 'all'],
    ['Parameters', parameters.join(', ') || 'none'],
    ['Runs', job.frequency ?? `not by itself; \`atp job schedule ${job.jobName}\` changes that`],
    ...(job.live === null ? [] : [['Live', liveInWords(job.live)]]),
    ...(job.notBefore === null ? [] : [['Not before', inZone(job.notBefore, job.timeZone ?? 'UTC')]]),
    ...(job.paused ? [['Paused', job.note ?? 'no reason given']] : []),
    ...(job.lanePause === null ? [] : [['Lane', `${pauseInWords(job.lanePause)}; nothing is sent`]]),
    ['Next runs', nextRunsInWords(job)],
    ...(job.late === null ? [] : [['Left out', lateText(job, job.late)]]),
    ...(missedRuns.length === 0 ? [] : [['Did not run', missedInWords(missedRuns, job.timeZone ?? 'UTC')]]),
    ['Policies', `overlap ${policies.overlap}, catch-up ${policies.catchUp}. ${policies.why}`],
    [
      'Until now',
      `${counted(counts.runs, 'run')}` +
        (dropped === 0
          ? ''
          : `; dropped: ${counts.droppedByOverlap} while one worked, ${counts.droppedByOutage} after an outage`),
    ],
  ];
  return table([job.title, job.description], rows, '');
}

/** As many as a person reads; JSON has all. */
const MISSED_RUNS_SAID = 5;

function missedInWords(missed: NonNullable<JobDetails['missedRuns']>, timeZone: string): string {
  const last = missed.slice(-MISSED_RUNS_SAID);
  const more = missed.length - last.length;
  return [
    ...(more > 0 ? [`${counted(more, 'run')} before`] : []),
    ...last.map(({ dueAt, why }) => `${inZone(dueAt, timeZone)}: ${why}`),
  ].join('\n');
}

/** Runs came due and were not started. */
function lateText({ lastRunAt }: JobDetails, because: string): string {
  const last = lastRunAt === null ? 'No run was started yet' : `The last run was started at ${lastRunAt}`;
  return `${last}, more than two intervals ago: ${because}.`;
}

function nextRunsInWords({ paused, scheduleId, nextRuns, timeZone }: JobDetails): string {
  if (paused) return 'none until `atp job resume`';
  const zone = timeZone ?? 'UTC';
  const times = nextRuns.map((time) => inZone(time, zone) + (zone === 'UTC' ? '' : ` ${zone}`));
  return times.join('\n') || (scheduleId === null ? '–' : 'none');
}
