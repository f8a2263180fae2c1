/** The composition of the `atp` command: which adapter stands behind what the operations ask for. */
import { loadConfig } from '../config/config.ts';
import { ownSurroundings, type Surroundings } from '../config/environment.ts';
import type { Application } from '../operations/application.ts';
import type { Database } from '../postgres/database.ts';
import type { TemporalClient } from '../temporal/connection.ts';

export interface OpenApplication extends Application {
  /** Closes what was opened. */
  readonly close: () => Promise<void>;
}

/**
 * Nothing is read, opened or loaded before an operation asks for it: `atp --help` needs no configuration, and only what
 * speaks to Temporal pays for its client.
 */
export function openApplication(surroundings: Surroundings = ownSurroundings()): OpenApplication {
  let database: Promise<Database> | undefined;
  let temporal: Promise<TemporalClient> | undefined;

  const openDatabase = async (): Promise<Database> => {
    const { databaseUrl } = loadConfig(['database'], surroundings);
    const postgres = await import('../postgres/database.ts');
    return postgres.openDatabase(databaseUrl);
  };
  const openTemporal = async (): Promise<TemporalClient> => {
    const { temporal: settings } = loadConfig(['temporal'], surroundings);
    const { connectTemporal } = await import('../temporal/connection.ts');
    return connectTemporal(settings);
  };

  return {
    shopifyApiVersion: () => loadConfig([], surroundings).shopifyApiVersion,
    database: () => (database ??= openDatabase()),
    temporal: () => (temporal ??= openTemporal()),
    isTemporalConfigured: () => loadConfig(['temporal'], surroundings).temporal.isConfigured,
    temporalUiUrl: async () => {
      const { temporal: settings, temporalUiUrl } = loadConfig(['temporal'], surroundings);
      const { orNull, stack } = await import('./stack.ts');
      const embedded = await orNull('STACK_NOT_RUNNING', () => stack.status());
      const isEmbedded = embedded?.temporal.address === settings.address;
      return (isEmbedded ? embedded.temporal.uiUrl : null) ?? temporalUiUrl;
    },
    fileDrop: async () => {
      const { sftp } = loadConfig(['sftp'], surroundings);
      const { fileDrop } = await import('../sftp/file-drop.ts');
      return fileDrop(sftp);
    },
    adminApi: async (shop) => {
      const { openAdminApi } = await import('../shopify/admin-api.ts');
      return openAdminApi(shop, { environment: loadConfig([], surroundings).environment });
    },
    close: async () => {
      await (await database?.catch(() => undefined))?.close();
      await (await temporal?.catch(() => undefined))?.close();
    },
  };
}
