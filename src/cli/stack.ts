import type { Command } from 'commander';
import type { StackStatus } from './application.ts';
import type { Cli } from './program.ts';
import { table, type Report } from './report.ts';

export function registerStack(program: Command, { app, reports, progress }: Cli): void {
  const up = program
    .command('up')
    .description('start everything on this machine: Temporal, Postgres, SFTP, a twin of Shopify, a worker')
    .option('--detach', 'leave it running in the background', false)
    .option('--seed', 'fill a small catalogue', false);
  reports(up, async (options: { readonly detach: boolean; readonly seed: boolean }): Promise<Report> => {
    const { detach, seed } = options;
    const { status, untilStopped } = await app.stack.up({ detach, seed, onProgress: progress });
    const report = statusReport(status);
    if (detach) return report;
    return { ...report, text: `${report.text}\nCtrl-C stops it.`, afterwards: untilStopped };
  });

  reports(program.command('down').description('stop what `atp up` started'), async () => {
    const { stopped } = await app.stack.down();
    return { json: { stopped }, text: stopped ? 'Everything is stopped.' : 'Nothing was running.' };
  });

  reports(program.command('status').description('where the running parts are'), async () =>
    statusReport(await app.stack.status()),
  );
}

function statusReport(status: StackStatus): Report {
  const { temporal, sftp, shopify } = status;
  const whose = (name: StackStatus['existing'][number]): string =>
    status.existing.includes(name) ? ' (yours)' : '';
  const rows = [
    ['Temporal', `${temporal.address}, namespace ${temporal.namespace}${whose('temporal')}`],
    ['Temporal UI', temporal.uiUrl],
    ['Postgres', `${status.databaseUrl}${whose('database')}`],
    ['SFTP', `sftp://${sftp.username}@${sftp.host}:${sftp.port}${sftp.root}${whose('sftp')}`],
    ['Shopify (twin)', `${shopify.shopId} at ${shopify.endpoint}`],
    ['Worker', status.worker.running ? 'running' : 'not running'],
  ];
  return { json: status, text: table(['Part', 'Where'], rows, '') };
}
