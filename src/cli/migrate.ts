import type { Command } from 'commander';
import { migrate } from '../postgres/migrate.ts';
import type { Cli } from './program.ts';

export function registerMigrate(program: Command, { app, reports }: Cli): void {
  const command = program.command('migrate').description('bring the database to this release');
  reports(command, async () => {
    const { applied } = await migrate(app.database());
    const text =
      applied.length === 0
        ? 'The database is up to date.'
        : applied.map((name) => `Applied ${name}.`).join('\n');
    return { json: { applied }, text };
  });
}
