import { feedsLeftInWords } from '../domain/feeds-left.ts';
import { warningInWords } from '../domain/import-warning.ts';
import { counted } from '../domain/words.ts';
import { importFeed } from '../operations/feeds.ts';
import {
  approveImport,
  listImports,
  listRefusedRowsOfImport,
  rejectImport,
  showImport,
  undoImport,
} from '../operations/imports.ts';
import { reasonsInWords } from '../domain/feed-gates.ts';
import { command } from './command.ts';
import {
  decidedText,
  effectInWords,
  importsText,
  importText,
  movesText,
  refusedText,
  undoneText,
} from './import-text.ts';
import { ExitCode } from './report.ts';

export const IMPORT_COMMANDS = [
  command({
    path: 'import',
    operation: importFeed,
    arguments: ['file'],
    show: (imported, { dryRun }) => {
      const {
        fileName,
        rows,
        applied,
        failed,
        warnings = [],
        errorFile,
        effect,
        reasons,
        feedsLeft,
      } = imported;
      const text = [
        `${fileName}: ${counted(rows, 'row')}, ${applied} ${dryRun ? 'would be applied' : 'applied'}, ${failed} refused.`,
        ...(effect === null
          ? []
          : [`${dryRun ? 'It would change' : 'It has changed'} ${effectInWords(effect)}.`]),
        ...(effect !== null && dryRun === true && effect.levels > 0 ? [movesText(effect)] : []),
        ...(reasons.length > 0 && dryRun === true
          ? [`It would not be applied without --pass-gates: ${reasonsInWords(reasons)}.`]
          : []),
        ...warnings.map(warningInWords),
        ...(errorFile === null ? [] : [`The refused rows with their reasons: ${errorFile}`]),
        ...(feedsLeft === null ? [] : [feedsLeftInWords(feedsLeft)]),
      ].join('\n');
      return { text, exitCode: exitCodeOf(imported) };
    },
  }),
  command({
    path: 'import list',
    operation: listImports,
    show: ({ imports, next }) => ({
      json: imports,
      text: importsText(imports) + (next === null ? '' : `\nMore: --after '${next}'`),
    }),
  }),
  command({ path: 'import show', operation: showImport, arguments: ['importId'], show: importText }),
  command({
    path: 'import refused',
    operation: listRefusedRowsOfImport,
    arguments: ['importId'],
    show: ({ refused, next }) => refusedText(refused) + (next === null ? '' : `\nMore: --after ${next}`),
  }),
  command({ path: 'import approve', operation: approveImport, arguments: ['importId'], show: decidedText }),
  command({ path: 'import reject', operation: rejectImport, arguments: ['importId'], show: decidedText }),
  command({ path: 'import undo', operation: undoImport, arguments: ['importId'], show: undoneText }),
];

/** As of a run of the import: refused rows are for a person, and a feed without a single good row has failed. */
function exitCodeOf({ applied, failed }: { readonly applied: number; readonly failed: number }): ExitCode {
  if (failed === 0) return ExitCode.OK;
  return applied === 0 ? ExitCode.FAILED : ExitCode.NEEDS_A_PERSON;
}
