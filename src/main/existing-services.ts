/** The services that `atp up` finds instead of starting them: those that the environment or `.env` points to. */
import { loadExistingServices, type Config } from '../config/config.ts';
import { INCOMING_FOLDER } from '../domain/drop-folders.ts';
import { AtpError } from '../domain/errors.ts';
import { openDatabase } from '../postgres/database.ts';
import { requireOwnSessions } from '../postgres/own-sessions.ts';
import { fileDrop } from '../sftp/file-drop.ts';
import type { SftpSettings } from '../sftp/sftp-settings.ts';
import type { ExistingServices } from '../stand-ins/stack.ts';
import { checkTemporal, requireServerVersion } from './service-checks.ts';

/** @throws AtpError CONFIG_INVALID */
export function readExistingServices(): ExistingServices {
  const { databaseUrl, sftp, temporal, temporalUiUrl } = loadExistingServices();
  return {
    ...(databaseUrl !== undefined && { databaseUrl: withoutPassword(databaseUrl) }),
    ...(sftp && { sftp: addressOf(sftp) }),
    ...(temporal && {
      temporal: { address: temporal.address, namespace: temporal.namespace, uiUrl: temporalUiUrl },
    }),
  };
}

/**
 * Asks each whether it can be used, and changes nothing in it.
 *
 * @throws AtpError CONFIG_INVALID, DATABASE_UNREACHABLE, DATABASE_POOLED, SFTP_UNREACHABLE, SFTP_HOST_KEY_MISMATCH, SFTP_NOT_SAFE, TEMPORAL_UNREACHABLE,
 *   SEARCH_ATTRIBUTES_MISSING
 */
export async function checkExistingServices(): Promise<void> {
  const { databaseUrl, sftp, temporal } = loadExistingServices();
  await Promise.all([
    databaseUrl !== undefined && checkDatabase(databaseUrl),
    sftp && fileDrop(sftp)((drop) => drop.list(INCOMING_FOLDER)),
    temporal && checkTemporal(temporal),
  ]);
}

async function checkDatabase(databaseUrl: Config['databaseUrl']): Promise<void> {
  const database = openDatabase(databaseUrl);
  try {
    await requireServerVersion(database);
    await requireOwnSessions(database);
  } catch (error) {
    if (error instanceof AtpError) throw error;
    // A refused login, a database that does not exist: the driver's message names them, and never a password.
    throw new AtpError('DATABASE_UNREACHABLE', { reason: (error as Error).message }, { cause: error });
  } finally {
    await database.close();
  }
}

function withoutPassword(databaseUrl: string): string {
  // The URL's query may have one, too.
  return Object.assign(new URL(databaseUrl), { password: '', search: '' }).href;
}

function addressOf({ host, port, username, root, privateKeyFile, hostKey }: SftpSettings) {
  return { host, port, username, root, privateKeyFile, hostKey };
}
