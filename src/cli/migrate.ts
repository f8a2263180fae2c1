import { migrateDatabase } from '../operations/database.ts';
import { command } from './command.ts';

export const MIGRATE_COMMANDS = [
  command({
    path: 'migrate',
    operation: migrateDatabase,
    show: ({ applied, roles }) =>
      [
        ...(applied.length === 0
          ? ['The database is up to date.']
          : applied.map((name) => `Applied ${name}.`)),
        ...(roles.length === 0
          ? []
          : [
              `The roles ${roles.join(', ')} have their rights.`,
              "Next: make a user for each who connects, such as `CREATE ROLE atp_worker LOGIN PASSWORD '…' IN ROLE atp_work`",
            ]),
      ].join('\n'),
  }),
];
