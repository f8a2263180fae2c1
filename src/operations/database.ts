import { optional, yesOrNo } from '../domain/input-fields.ts';
import { ACCESS_ROLES, makeAccessRoles } from '../postgres/access-roles.ts';
import { migrate } from '../postgres/migrate.ts';
import { defineOperation } from './operation.ts';

export const migrateDatabase = defineOperation({
  name: 'database.migrate',
  role: 'admin',
  description: 'bring the database to this release',
  fields: {
    roles: optional(
      yesOrNo('also make the roles of Postgres for migrating, working and reading, with their rights'),
    ),
  },
  isRecordedAfterwards: true,
  run: async ({ app }, { roles = false }) => {
    const database = await app.database();
    const { applied } = await migrate(database);
    if (roles) await makeAccessRoles(database);
    return { applied, roles: roles ? ACCESS_ROLES : [] };
  },
  hasDone: ({ applied, roles }) => applied.length > 0 || roles.length > 0,
});
