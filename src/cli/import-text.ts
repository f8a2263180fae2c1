/** Imports in words: why one is held, what it changes. */
import { reasonsInWords, type FeedEffect } from '../domain/feed-gates.ts';
import {
  effectStateInWords,
  stateInWords,
  type FeedImport,
  type ImportState,
  type UndoneImport,
} from '../domain/feed-import.ts';
import { counted } from '../domain/words.ts';
import type { RefusedRow } from '../domain/feed.ts';
import type { DecidedImport, ShownImport } from '../operations/imports.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

export function importsText(imports: readonly FeedImport[]): string {
  const rows = imports.map((found) => [
    found.importId,
    stateInWords(found),
    found.fileName,
    found.source,
    shortTime(found.cameAt.toISOString()),
    found.rows,
    found.refused,
    found.reasons.length > 0 ? reasonsInWords(found.reasons) : listedEffect(found),
  ]);
  const head = ['Import', 'State', 'Feed', 'Source', 'Came', 'Rows', 'Refused', 'What'];
  return table(head, rows, 'Nothing was imported yet.');
}

function listedEffect(found: FeedImport): string | null {
  if (found.effect === null) return null;
  const state = effectStateInWords(found);
  return `${state === null ? '' : `${state}: `}${effectInWords(found.effect)}`;
}

const CHANGES: Readonly<Record<ImportState, string>> = {
  held: 'It would change',
  approved: 'It would change',
  rejected: 'It would have changed',
  replaced: 'It would have changed',
  applying: 'It would change',
  applied: 'It has changed',
  undone: 'It had changed, and that is taken back:',
};

export function importText({ refusedRows, ...found }: ShownImport): string {
  const { importId, fileName, source, type, state, rows, refused, reasons, effect, isBeingUndone } = found;
  const changes = isBeingUndone ? 'It had changed, and that is being taken back:' : CHANGES[state];
  return [
    `Import ${importId}: ${fileName}, ${type}${source === null ? '' : `, of ${source}`}; ${counted(rows, 'row')}, ${refused} refused.`,
    `It is ${stateInWords(found)}${progressText(found)}${decisionText(found)}.`,
    ...(reasons.length > 0 ? [`Gates say: ${reasonsInWords(reasons)}.`] : []),
    ...(effect === null ? [] : [`${changes} ${effectInWords(effect)}.`, movesText(effect)]),
    ...(refusedRows.length > 0 ? [refusedText(refusedRows)] : []),
    ...(refused > refusedRows.length && refusedRows.length > 0
      ? [`${refused - refusedRows.length} more are refused: \`atp import refused ${importId}\``]
      : []),
  ].join('\n');
}

export function refusedText(rows: readonly RefusedRow[]): string {
  return table(
    ['Row', 'Column', 'Code', 'What is wrong', 'As it was sent'],
    rows.map(({ rowNumber, column, code, message, values }) => [
      ...[rowNumber, column === '' ? null : column, code, message, values.join(', ')],
    ]),
    'No refused row of it is kept.',
  );
}

export function decidedText({ importId, fileName, state, rows, refused, run }: DecidedImport): string {
  const when = run.done
    ? 'A run of the import is started.'
    : `The next run of the import does it (none was started: ${run.reason}).`;
  if (state === 'applied')
    return `The rest of import ${importId} of ${fileName} is rejected: ${refused} of ${counted(rows, 'row')} are refused, the others stay. ${when}`;
  return `Import ${importId} of ${fileName} is ${state}. ${when}`;
}

export function undoneText({
  importId,
  fileName,
  postings,
  countedSince,
  changedSince,
}: UndoneImport): string {
  const rows = changedSince.map(({ sku, facilityId, onHand }) => [sku, facilityId, onHand]);
  return [
    `Import ${importId} of ${fileName} is undone: ${counted(postings, 'posting')} taken back.`,
    ...(countedSince > 0
      ? [`${counted(countedSince, 'quantity stays', 'quantities stay')}: counted since.`]
      : []),
    ...(rows.length > 0
      ? [
          'Somebody else has changed these since, and that counts on:',
          table(['SKU', 'Facility', 'On hand now'], rows, ''),
        ]
      : []),
  ].join('\n');
}

function progressText({ state, done, pending, movedAt, isBeingUndone }: FeedImport): string {
  if (state !== 'applying' || done === null || pending === null) return '';
  const last = movedAt === null ? '' : `, the last at ${shortTime(movedAt.toISOString())}`;
  if (isBeingUndone) return `: ${done} of ${counted(done + pending, 'posting')} taken back${last}`;
  return `: ${done} of ${counted(done + pending, 'row')} posted${last}`;
}

function decisionText({ decidedAt, decidedBy, decisionReason }: FeedImport): string {
  if (decidedAt === null || decidedBy === null) return '';
  return `; ${decidedBy} has decided at ${shortTime(decidedAt.toISOString())}: ${decisionReason}`;
}

export function effectInWords(effect: FeedEffect): string {
  const { levels, unitsBefore, unitsAfter, toZero, absent = 0, negative } = effect;
  if (levels === 0) return 'no quantity';
  const unnamed = absent > 0 ? ` (${absent} of them because the file does not name them)` : '';
  const below = negative > 0 ? `, ${negative} below zero` : '';
  return `${counted(levels, 'quantity', 'quantities')}, from ${counted(unitsBefore, 'unit')} to ${unitsAfter}; ${toZero} to zero${unnamed}${below}`;
}

export function movesText({ moves }: FeedEffect): string {
  const rows = moves.map(({ sku, facilityId, before, after }) => [sku, facilityId, before, after]);
  return table(['SKU', 'Facility', 'Before', 'After'], rows, 'No quantity moves.');
}
