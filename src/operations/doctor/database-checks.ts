import { POSTGRES_MAJOR_MIN } from '../../domain/limits.ts';
import { listPendingMigrations } from '../../postgres/migrate.ts';
import { readServerVersion } from '../../postgres/server-version.ts';
import type { Application } from '../application.ts';
import { check, faulty, fine, notChecked, type Check } from './check.ts';

export async function checkDatabase(app: Application): Promise<readonly [Check, Check]> {
  const server = await check('Postgres', async () => {
    const { text, major } = await readServerVersion(await app.database());
    if (major >= POSTGRES_MAJOR_MIN) return fine(`Version ${text}.`);
    return faulty(
      `Version ${text} is too old.`,
      `Upgrade the server to Postgres ${POSTGRES_MAJOR_MIN} or later, or set DATABASE_URL to such a one.`,
    );
  });
  if (!server.ok) return [server, notChecked('Migrations', server)];
  const migrations = await check('Migrations', async () => {
    const pending = await listPendingMigrations(await app.database());
    if (pending.length === 0) return fine('The database is up to date.');
    return faulty(`The database lacks ${pending.join(', ')}.`, '`atp migrate` brings them.');
  });
  return [server, migrations];
}
