/** The composition of the `atp` command: which adapter stands behind what the operations ask for. */
import type { ConfigFor, ConfigNeed } from '../config/config.ts';
import { ownSurroundings, type Surroundings } from '../config/environment.ts';
import type { Application } from '../operations/application.ts';
import type { Database, DatabaseOptions } from '../postgres/database.ts';
import type { TemporalClient } from '../temporal/connection.ts';

export interface OpenApplication extends Application {
  /** Closes what was opened. */
  readonly close: () => Promise<void>;
}

/**
 * Nothing is read, opened or loaded before an operation asks for it: `atp --help` needs no configuration, and only what
 * speaks to Temporal pays for its client.
 */
export function openApplication(
  surroundings: Surroundings = ownSurroundings(),
  databaseOptions: DatabaseOptions = {},
): OpenApplication {
  let database: Promise<Database> | undefined;
  let temporal: Promise<TemporalClient> | undefined;

  const loadConfig = async <const Need extends ConfigNeed>(
    needs: readonly Need[],
  ): Promise<ConfigFor<Need>> => (await import('../config/config.ts')).loadConfig(needs, surroundings);

  const openDatabase = async (): Promise<Database> => {
    const { databaseUrl } = await loadConfig(['database']);
    const postgres = await import('../postgres/database.ts');
    return postgres.openDatabase(databaseUrl, databaseOptions);
  };
  const openTemporal = async (): Promise<TemporalClient> => {
    const { temporal: settings } = await loadConfig(['temporal']);
    const { connectTemporal } = await import('../temporal/connection.ts');
    return connectTemporal(settings);
  };

  return {
    shopifyApiVersion: async () => (await loadConfig([])).shopifyApiVersion,
    database: () => (database ??= openDatabase()),
    // A connection that could not be made is tried again by whoever asks next: a watch goes on for long.
    temporal: () =>
      (temporal ??= openTemporal().catch((error: unknown) => {
        temporal = undefined;
        throw error;
      })),
    isTemporalConfigured: async () => (await loadConfig(['temporal'])).temporal.isConfigured,
    temporalNamespace: async () => (await loadConfig(['temporal'])).temporal.namespace,
    temporalUiUrl: async () => {
      const { temporal: settings, temporalUiUrl } = await loadConfig(['temporal']);
      const { orNull, stack } = await import('./stack.ts');
      const embedded = await orNull('STACK_NOT_RUNNING', () => stack.status());
      const isEmbedded = embedded?.temporal.address === settings.address;
      return (isEmbedded ? embedded.temporal.uiUrl : null) ?? temporalUiUrl;
    },
    fileDrop: async () => {
      const { sftp } = await loadConfig(['sftp']);
      const { fileDrop } = await import('../sftp/file-drop.ts');
      return fileDrop(sftp);
    },
    adminApi: async (shop) => {
      const { environment } = await loadConfig([]);
      const { openAdminApi } = await import('../shopify/admin-api.ts');
      return openAdminApi(shop, { environment });
    },
    alerting: async () => {
      const { environment } = await loadConfig([]);
      const { openAlerting } = await import('../alerting/send-alert.ts');
      return openAlerting(environment);
    },
    close: async () => {
      await (await database?.catch(() => undefined))?.close();
      await (await temporal?.catch(() => undefined))?.close();
    },
  };
}
