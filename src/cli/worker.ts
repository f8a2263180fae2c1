import type { Command } from 'commander';
import type { Cli } from './program.ts';

export function registerWorker(program: Command, { app, reports, progress }: Cli): void {
  const command = program
    .command('worker')
    .description('work on jobs until stopped; SIGTERM lets running work end');
  reports(command, async () => {
    progress('The worker starts');
    await app.runWorker();
    return { json: { stopped: true }, text: 'The worker has stopped.' };
  });
}
