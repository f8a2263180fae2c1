/** `atp doctor`: whether everything that the jobs need is there, and what to do where it is not. */
import type { Command } from 'commander';
import { listShops } from '../postgres/master-data/shops.ts';
import type { Application } from './application.ts';
import { check, fine, notChecked, type Check } from './doctor/check.ts';
import { databaseChecks } from './doctor/database-checks.ts';
import { shopChecks } from './doctor/shop-checks.ts';
import { temporalChecks } from './doctor/temporal-checks.ts';
import type { Cli } from './program.ts';
import { counted, ExitCode, type Report } from './report.ts';

export function registerDoctor(program: Command, { app, reports }: Cli): void {
  const command = program
    .command('doctor')
    .description('check everything that the jobs need, and say what mends it');
  reports(command, async (): Promise<Report> => {
    const checks = (await Promise.all([temporalChecks(app), databaseAndShops(app), fileDrop(app)])).flat();
    const failed = checks.filter(({ ok }) => !ok).length;
    const verdict = failed === 0 ? 'All is well.' : `${counted(failed, 'check')} failed.`;
    return {
      json: { checks },
      text: [...checks.map(checkText), verdict].join('\n'),
      exitCode: failed === 0 ? ExitCode.OK : ExitCode.FAILED,
    };
  });
}

async function databaseAndShops(app: Application): Promise<Check[]> {
  const [server, migrations] = await databaseChecks(app);
  if (!migrations.ok) return [server, migrations, notChecked('Shops', server.ok ? migrations : server)];
  const shops = await listShops(app.database());
  const first = 'The first one: `atp shop add`.';
  if (shops.length === 0) {
    return [
      server,
      migrations,
      await check('Shops', () => Promise.resolve(fine('There is none yet.', first))),
    ];
  }
  const ofShops = await Promise.all(shops.map((shop) => shopChecks(app, shop)));
  return [server, migrations, ...ofShops.flat()];
}

async function fileDrop(app: Application): Promise<Check[]> {
  const sftp = await check('SFTP', async () => {
    const { waiting } = await app.checkFileDrop();
    return fine(`Files can be written, read, moved and removed; ${counted(waiting, 'file')} in incoming/.`);
  });
  return [sftp];
}

function checkText({ name, ok, detail, hint }: Check): string {
  return `${ok ? '✔' : '✘'} ${name}: ${detail}${hint === null ? '' : `\n    ${hint}`}`;
}
