/** `atp serve`: the HTTP API's composition, from the configuration to the open port. */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { PATIENCE } from '../api/connections.ts';
import { EVENT_PACE } from '../api/events.ts';
import { requestSignal } from '../api/request-signal.ts';
import { createApiServer } from '../api/server.ts';
import { commandShapes } from '../cli/command-shapes.ts';
import { proxyAddresses, type ApiSettings } from '../config/api-variables.ts';
import { loadConfig } from '../config/config.ts';
import type { Surroundings } from '../config/environment.ts';
import { AtpError } from '../domain/errors.ts';
import {
  API_DATABASE_SESSIONS_MAX,
  API_REQUESTS_PER_MINUTE_MAX,
  READINESS_KEPT_MS,
  SERVICE_CHECK_TIMEOUT_MS,
} from '../domain/limits.ts';
import { keepFor, withinTime } from '../metrics/readings.ts';
import { hasAccess } from '../operations/access/has-access.ts';
import type { Application } from '../operations/application.ts';
import { openProvider } from '../oidc/provider.ts';
import { requireMigrations } from '../postgres/migrate.ts';
import { removeLeftScratchFolders } from '../sftp/scratch-folder.ts';
import { openApplication } from './application.ts';
import { openLog } from './log.ts';
import { requireServerVersion } from './service-checks.ts';

/** Made by `npm run build`. */
const CONSOLE_FOLDER = join(import.meta.dirname, '../../dist/console');

export interface ServerOptions {
  readonly signal: AbortSignal;
  /** Of the product. */
  readonly version: string;
  /** Where it listens; absent: as the variables say. */
  readonly api?: ApiSettings;
  readonly onListening: (url: string) => void;
}

/**
 * Serves until `signal` aborts, then lets requests end.
 *
 * @throws AtpError CONFIG_INVALID, API_ADDRESS_UNUSABLE, API_WITHOUT_ACCESS, and those of a database that cannot be used
 */
export async function runServer(
  surroundings: Surroundings,
  { signal, version, api: given, onListening }: ServerOptions,
): Promise<void> {
  const {
    api: ofVariables,
    identityProvider,
    environment,
    logLevel,
  } = loadConfig(['database'], surroundings);
  const api = given ?? ofVariables;
  const log = openLog(logLevel);
  const app = openApplication(surroundings, {
    signalOf: requestSignal,
    sessionsMax: API_DATABASE_SESSIONS_MAX,
  });
  try {
    await requireDatabase(app);
    // Whom the provider lets in gets an account by signing in.
    if (identityProvider === null) await requireAccess(api, app);
    const scratchFolders = await removeLeftScratchFolders(new Date());
    if (scratchFolders > 0) {
      log.info({ scratchFolders }, 'scratch folders that killed processes have left were removed');
    }
    const { trustedProxy } = api;
    const server = await createApiServer({
      app,
      version,
      log,
      hosts: api.hosts,
      tls: readTls(api),
      proxy: trustedProxy === null ? null : proxyAddresses(trustedProxy),
      isOnLoopback: api.isOnLoopback,
      identityProvider: identityProvider && openProvider(identityProvider, { environment }),
      requestsPerMinuteMax: API_REQUESTS_PER_MINUTE_MAX,
      eventPace: EVENT_PACE,
      consoleFolder: CONSOLE_FOLDER,
      commands: commandShapes(),
      patience: PATIENCE,
      isReady: keepFor(READINESS_KEPT_MS, async () => {
        return withinTime(requireDatabase(app), SERVICE_CHECK_TIMEOUT_MS).then(
          () => true,
          () => false,
        );
      }),
    });
    try {
      const url = await server.listen({ host: api.host, port: api.port, signal }).catch((error: unknown) => {
        const { code = '', message } = error as NodeJS.ErrnoException;
        const address = `${api.host}:${api.port}`;
        throw new AtpError('API_ADDRESS_UNUSABLE', { address, reason: code || message });
      });
      log.info({ url }, `The API is at ${url}`);
      onListening(url);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await server.close();
    }
  } finally {
    await app.close();
  }
}

async function requireDatabase(app: Application): Promise<void> {
  const database = await app.database();
  await requireServerVersion(database);
  await requireMigrations(database);
}

/** @throws AtpError API_WITHOUT_ACCESS: it would stand open on the network for nobody */
async function requireAccess({ isOnLoopback, host, port }: ApiSettings, app: Application): Promise<void> {
  if (isOnLoopback || (await hasAccess(app))) return;
  throw new AtpError('API_WITHOUT_ACCESS', { address: `${host}:${port}` });
}

/** @throws AtpError CONFIG_INVALID */
function readTls({ tls }: ApiSettings): { readonly cert: Buffer; readonly key: Buffer } | null {
  if (tls === null) return null;
  const read = (variable: string, path: string) => {
    try {
      return readFileSync(path);
    } catch {
      throw new AtpError('CONFIG_INVALID', { reason: `${variable} names no readable file` });
    }
  };
  return {
    cert: read('ATP_API_TLS_CERT_FILE', tls.certFile),
    key: read('ATP_API_TLS_KEY_FILE', tls.keyFile),
  };
}
