import { openAlerting } from '../alerting/send-alert.ts';
import type { ConfigFor } from '../config/config.ts';
import type { Application } from '../operations/application.ts';
import type { Database } from '../postgres/database.ts';
import { openAdminApi } from '../shopify/admin-api.ts';
import { fileDrop } from '../sftp/file-drop.ts';
import type { TemporalClient } from '../temporal/connection.ts';

/** What the watch of a worker looks with: the database and the Temporal client that the worker has open. */
export function workerApplication(
  config: ConfigFor<'database' | 'sftp' | 'temporal'>,
  { database, temporal }: { readonly database: Database; readonly temporal: TemporalClient },
): Application {
  const { environment } = config;
  return {
    shopifyApiVersion: () => Promise.resolve(config.shopifyApiVersion),
    database: () => Promise.resolve(database),
    temporal: () => Promise.resolve(temporal),
    isTemporalConfigured: () => Promise.resolve(config.temporal.isConfigured),
    temporalNamespace: () => Promise.resolve(config.temporal.namespace),
    temporalUiUrl: () => Promise.resolve(config.temporalUiUrl),
    fileDrop: () => Promise.resolve(fileDrop(config.sftp)),
    adminApi: (shop) => Promise.resolve(openAdminApi(shop, { environment })),
    alerting: () => Promise.resolve(openAlerting(environment)),
  };
}
