import { feedsLeftInWords } from '../domain/feeds-left.ts';
import { previewInWords } from '../domain/import-preview.ts';
import { warningInWords } from '../domain/import-warning.ts';
import { counted } from '../domain/words.ts';
import { importFeed } from '../operations/feeds.ts';
import { command } from './command.ts';
import { ExitCode } from './report.ts';

export const IMPORT_COMMANDS = [
  command({
    path: 'import',
    operation: importFeed,
    arguments: ['file'],
    show: ({ fileName, rows, applied, failed, warnings = [], errorFile, preview, feedsLeft }, { dryRun }) => {
      const text = [
        `${fileName}: ${counted(rows, 'row')}, ${applied} ${dryRun ? 'would be applied' : 'applied'}, ${failed} refused.`,
        ...(preview ? [previewInWords(preview)] : []),
        ...warnings.map(warningInWords),
        ...(errorFile === null ? [] : [`The refused rows with their reasons: ${errorFile}`]),
        ...(feedsLeft === null ? [] : [feedsLeftInWords(feedsLeft)]),
      ].join('\n');
      // Some refused rows are normal, and the report has them; a feed without a single good row has failed.
      const hasFailed = failed > 0 && applied === 0;
      return { text, exitCode: hasFailed ? ExitCode.FAILED : ExitCode.OK };
    },
  }),
];
