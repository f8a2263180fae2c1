import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { label } from './arguments.ts';
import type { Cli } from './program.ts';
import { counted, ExitCode } from './report.ts';

export function registerImport(program: Command, { app, reports, progress }: Cli): void {
  const command = program
    .command('import')
    .description('import a feed file from this machine, as if it had come in by SFTP')
    .argument('<file>', 'a CSV file')
    .requiredOption('--type <type>', 'RESET_INVENTORY, MDM_INV_VARIANCE or ORDER_ITEMS', label)
    .option('--dry-run', 'say what would happen, and do nothing', false);
  reports(
    command,
    async (file: string, { type, dryRun }: { readonly type: string; readonly dryRun: boolean }) => {
      progress(`Importing ${file}`);
      const report = await app.importLocalFile({
        localPath: resolve(file),
        fileName: basename(file),
        type,
        dryRun,
      });
      const { rows, applied, failed, errorFile } = report;
      const text = [
        `${report.fileName}: ${counted(rows, 'row')}, ${applied} ${dryRun ? 'would be applied' : 'applied'}, ${failed} refused.`,
        ...(errorFile === null ? [] : [`The refused rows with their reasons: ${errorFile}`]),
      ].join('\n');
      // Some refused rows are an everyday matter, and in the report; a feed of which nothing counts has failed.
      const hasFailed = failed > 0 && applied === 0;
      return { json: report, text, exitCode: hasFailed ? ExitCode.FAILED : ExitCode.OK };
    },
  );
}
