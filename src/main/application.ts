/** The composition of the `atp` command: which adapter stands behind what the commands ask for. */
import { readFileSync } from 'node:fs';
import type { Application } from '../cli/application.ts';
import { loadConfig } from '../config/config.ts';
import { openDatabase, type Database } from '../postgres/database.ts';
import { connectTemporal, type TemporalClient } from '../temporal/connection.ts';

export interface OpenApplication extends Application {
  /** Closes what was opened. */
  readonly close: () => Promise<void>;
}

/**
 * Nothing is read, opened or loaded before a command asks for it: `atp --help` needs no configuration, and only
 * `atp worker` pays for the worker's native library.
 */
export function openApplication(): OpenApplication {
  let database: Database | undefined;
  let temporal: Promise<TemporalClient> | undefined;

  const app: OpenApplication = {
    version: packageVersion(),
    shopifyApiVersion: () => loadConfig([]).shopifyApiVersion,
    database: () => (database ??= openDatabase(loadConfig(['database']).databaseUrl)),
    temporal: () => (temporal ??= connectTemporal(loadConfig(['temporal']).temporal)),
    isTemporalConfigured: () => loadConfig(['temporal']).temporal.isConfigured,
    temporalUiUrl: async () => {
      const { temporal: settings, temporalUiUrl } = loadConfig(['temporal']);
      const { orNull, stack } = await import('./stack.ts');
      const embedded = await orNull('STACK_NOT_RUNNING', () => stack.status());
      const isEmbedded = embedded?.temporal.address === settings.address;
      return (isEmbedded ? embedded.temporal.uiUrl : null) ?? temporalUiUrl;
    },
    importLocalFile: async (request) => {
      const { createImportLocalFile } = await import('../../activities/import-local-file.ts');
      return createImportLocalFile({ database: app.database() })(request);
    },
    mapShop: async (shopId) => {
      const { createMapShop } = await import('../../activities/map-shop.ts');
      const { openAdminApi } = await import('../shopify/admin-api.ts');
      const { environment } = loadConfig([]);
      const adminApi = (shop: Parameters<typeof openAdminApi>[0]) => openAdminApi(shop, { environment });
      return createMapShop({ database: app.database(), adminApi })(shopId);
    },
    openShop: async (shop) => {
      const { openAdminApi } = await import('../shopify/admin-api.ts');
      return openAdminApi(shop, { environment: loadConfig([]).environment });
    },
    checkFileDrop: async () => {
      const { sftp } = loadConfig(['sftp']);
      const { fileDrop } = await import('../sftp/file-drop.ts');
      const { checkFileDrop } = await import('./check-file-drop.ts');
      return checkFileDrop(fileDrop(sftp));
    },
    runWorker: async () => {
      const { runWorkerProcess } = await import('./worker.ts');
      await runWorkerProcess(loadConfig(['database', 'sftp', 'temporal']), { signal: stopSignal() });
    },
    stack: {
      up: async (options) => (await import('./stack.ts')).stack.up(options),
      down: async () => (await import('./stack.ts')).stack.down(),
      status: async () => (await import('./stack.ts')).stack.status(),
    },
    close: async () => {
      await database?.close();
      await (await temporal?.catch(() => undefined))?.close();
    },
  };
  return app;
}

/** Aborts when the process is asked to stop. A second signal ends it at once, as without us. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return controller.signal;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
