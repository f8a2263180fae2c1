import { migrate } from '../postgres/migrate.ts';
import { defineOperation } from './operation.ts';

export const migrateDatabase = defineOperation({
  name: 'database.migrate',
  role: 'admin',
  description: 'bring the database to this release',
  fields: {},
  isRecordedAfterwards: true,
  run: async ({ app }) => migrate(await app.database()),
  hasDone: ({ applied }) => applied.length > 0,
});
