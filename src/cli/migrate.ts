import { migrateDatabase } from '../operations/database.ts';
import { command } from './command.ts';

export const MIGRATE_COMMANDS = [
  command({
    path: 'migrate',
    operation: migrateDatabase,
    show: ({ applied }) =>
      applied.length === 0
        ? 'The database is up to date.'
        : applied.map((name) => `Applied ${name}.`).join('\n'),
  }),
];
