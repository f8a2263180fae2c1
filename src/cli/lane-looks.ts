/** `atp lane <shopId> files|file|quarantine`: more of a lane than its view has. */
import { countPassedOn } from '../domain/jobs/process-uploads.ts';
import { invalid } from '../domain/input-fields.ts';
import { makerInWords } from '../domain/upload-file.ts';
import { counted } from '../domain/words.ts';
import { listLaneFiles, listQuarantine, showLaneFile } from '../operations/lane-files.ts';
import { perform, type ResultOf } from '../operations/operation.ts';
import { contextOf, type Cli } from './command.ts';
import { shortTime, type Report } from './report.ts';
import { table } from './table.ts';

export const LANE_LOOKS = ['files', 'file', 'quarantine'] as const;
export type LaneLook = (typeof LANE_LOOKS)[number];

export const LANE_LOOK_OPERATIONS = [listLaneFiles, showLaneFile, listQuarantine] as const;

interface Typed {
  readonly shopId: string;
  readonly target: string | undefined;
  readonly limit: number | undefined;
  readonly after: string | undefined;
}

/** @param nameOf how the command calls a field */
export function lookAtLane(
  cli: Cli,
  look: LaneLook,
  { shopId, target, limit, after }: Typed,
  nameOf: (field: string) => string,
): Promise<Report> {
  const context = contextOf(cli, undefined, nameOf);
  const page = { ...(limit !== undefined && { limit }) };
  if (look !== 'file' && target !== undefined) throw invalid(`${look} takes no number`);
  switch (look) {
    case 'files':
      return perform(
        listLaneFiles,
        { shopId, ...page, ...(after !== undefined && { after: numberOf(after) }) },
        context,
      ).then((result) => ({ json: result, text: filesText(result) }));
    case 'file':
      if (limit !== undefined || after !== undefined)
        throw invalid('file takes its number, and nothing else');
      return perform(showLaneFile, { shopId, sequence: numberOf(target) }, context).then((result) => ({
        json: result,
        text: fileText(result),
      }));
    case 'quarantine':
      return perform(
        listQuarantine,
        { shopId, ...page, ...(after !== undefined && { after }) },
        context,
      ).then((result) => ({ json: result, text: quarantineText(result) }));
  }
}

/** The check of the input says what is wrong with anything else than a number. */
function numberOf(typed: string | undefined): number | string | undefined {
  return typed !== undefined && /^\d+$/.test(typed) ? Number(typed) : typed;
}

function filesText({ files, next }: ResultOf<typeof listLaneFiles>): string {
  const head = [
    'File',
    'Kind',
    'State',
    'Rows',
    'Applied',
    'Unchanged',
    'Quarantined',
    'Owed',
    'Made',
    'Done',
  ];
  const rows = files.map((file) => [
    ...[file.sequence, file.kind, file.status, file.rows, file.applied, file.skipped, file.quarantined],
    ...[file.owed, timeOf(file.createdAt), timeOf(file.closedAt)],
  ]);
  return [table(head, rows, 'No files.'), ...moreText(next)].join('\n');
}

/** Of a file that was applied to its end. */
function passedOnText(
  file: Pick<
    ResultOf<typeof showLaneFile>,
    'status' | 'rows' | 'applied' | 'skipped' | 'quarantined' | 'owed'
  >,
): string {
  if (file.status !== 'APPLIED' && file.status !== 'PARTIAL') return '';
  const passedOn = countPassedOn({ ...file, unchanged: file.skipped });
  return passedOn > 0 ? `, ${passedOn} passed on to later files` : '';
}

function fileText({ windows, stages, madeBy, appliedBy, ...file }: ResultOf<typeof showLaneFile>): string {
  const { readBack } = stages;
  const head = ['Window', 'Rows', 'Calls', 'Taken', 'Refused', 'Unanswered', 'First sent', 'Last answered'];
  const rows = windows.map((window) => [
    ...[window.window, window.rows, window.calls, window.taken, window.refused, window.unanswered],
    ...[timeOf(window.firstSentAt), timeOf(window.lastAnsweredAt)],
  ]);
  return [
    `${file.name}: ${file.status}${file.reasonCode === null ? '' : `, ${file.reasonCode}: ${file.reason}`}`,
    `${counted(stages.inFile, 'row')} in the file, ${stages.sent ?? '?'} sent, ${stages.applied} applied, ${file.skipped} unchanged, ${file.quarantined} quarantined, ${file.owed} owed${passedOnText(file)}.`,
    readBack === null
      ? 'It was not read back yet: a verification of all products does it.'
      : `Read back ${timeOf(readBack.verifiedAt)}: ${readBack.equal} of ${readBack.rows} equal on Shopify.`,
    `Made by ${madeBy?.workflowId ?? makerInWords(file)}, applied by ${appliedBy?.workflowId ?? 'nobody'}.`,
    table(head, rows, 'No calls of it are kept.'),
  ].join('\n');
}

function quarantineText({ products, next }: ResultOf<typeof listQuarantine>): string {
  const head = ['SKU', 'File', 'Code', 'Message', 'To be', 'Shown', 'Since', 'Next file has it'];
  const rows = products.map((row) => [
    ...[row.sku, row.sequence, row.code, row.message, row.target, row.observed, timeOf(row.since), row.owed],
  ]);
  return [table(head, rows, 'No product is quarantined.'), ...moreText(next)].join('\n');
}

function moreText(next: string | number | null): string[] {
  return next === null ? [] : [`More: --after ${next}`];
}

function timeOf(time: Date | null): string | null {
  return shortTime(time?.toISOString() ?? null);
}
