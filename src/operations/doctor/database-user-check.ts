import { readDatabaseUser } from '../../postgres/access-roles.ts';
import type { Application } from '../application.ts';
import { fine, type Finding } from './check.ts';

/** A user who may switch the rules of the tables off is no fault, but more than a worker needs. */
export async function inspectDatabaseUser(app: Application): Promise<Finding> {
  const { name, isSuperuser, isOwner } = await readDatabaseUser(await app.database());
  if (!isSuperuser && !isOwner) return fine(`${name} is no owner of the tables.`);
  const might = isSuperuser
    ? 'is a superuser of the server'
    : 'owns the tables, or is a member of their owner';
  return fine(
    `${name} ${might}.`,
    'A worker needs less: docs/guides/roles.md says how to give it a user of its own.',
  );
}
