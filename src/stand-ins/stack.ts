/**
 * The embedded stack: Temporal's dev server, Postgres, an SFTP server and the Shopify twin, on this machine, for
 * this folder. What they hold is kept in the state folder, and so are their addresses, over restarts.
 */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { AtpError } from '../domain/errors.ts';
import { freePort, startOnPort } from './ports.ts';
import { ensureDatabase, startPostgres } from './postgres-server.ts';
import { startSftp } from './sftp-server.ts';
import { startShopifyTwin } from './shopify-twin/index.ts';
import { readStack, releaseLock, takeLock, writeStack } from './stack-files.ts';
import { readStateFile, rememberedSecret, writeStateFile } from './state-file.ts';
import { DEFAULT_NAMESPACE, startTemporal } from './temporal-server.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { PostgresServer } from './postgres-server.ts';
import type { SftpKind, SftpServer } from './sftp-server.ts';
import type { ShopifyTwin } from './shopify-twin/index.ts';
import type { StackAddresses, StackRecord } from './stack-files.ts';
import type { TemporalServer } from './temporal-server.ts';
import type { Progress } from './wheels.ts';

export type { StackAddresses, StackRecord } from './stack-files.ts';

export interface StackOptions {
  /** Made when it is not there. */
  readonly stateDir: string;
  /** Where downloaded programs are kept; `<stateDir>/parts` when absent. */
  readonly partsDir?: string;
  readonly sftp?: SftpKind;
  /** False for tests that throw the data away; true when absent. */
  readonly durable?: boolean;
  readonly onProgress?: Progress;
}

export interface RunningStack {
  readonly stateDir: string;
  readonly addresses: StackAddresses;
  /** Resolves when a part ends by itself, with an AtpError STACK_PART_FAILED that says which and why. */
  readonly broken: Promise<AtpError>;
  /** Tells other processes which worker belongs to the stack. */
  noteWorker(worker: ProcessIdentity | null): void;
  /** Stops every part in good order, and forgets the addresses' file; the data stays. */
  stop(): Promise<void>;
}

const DATABASE_NAME = 'atp';
const SHOP_ID = 'blue-shirts';
const SHOP_DOMAIN = 'blue-shirts.myshopify.com';
const LOCATION = { id: 'gid://shopify/Location/70000000001', name: 'Online ATP' };
/** Where files are picked up from, and put. */
const SFTP_FOLDERS = ['incoming', 'outgoing', 'archive', 'error'];

interface Ports {
  readonly temporal?: number;
  readonly temporalUi?: number;
  readonly postgres?: number;
  readonly sftp?: number;
  readonly shopify?: number;
}

interface Parts {
  readonly temporal: TemporalServer;
  readonly postgres: PostgresServer;
  readonly sftp: SftpServer;
  readonly twin: TwinPart;
}

interface TwinPart extends ShopifyTwin, Stoppable {
  readonly accessToken: string;
}

/**
 * Starts all parts, and returns when each has answered. The database `atp` is there, but not migrated.
 *
 * @throws AtpError STACK_RUNNING, STACK_PART_UNAVAILABLE, STACK_PART_FAILED; then nothing of it runs
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  mkdirSync(options.stateDir, { recursive: true, mode: 0o755 });
  const stateDir = realpathSync(options.stateDir);
  await takeLock(stateDir);
  let parts: Parts;
  try {
    parts = await startParts({ ...options, stateDir });
  } catch (error) {
    releaseLock(stateDir);
    throw error;
  }
  const processes = [parts.temporal, parts.postgres, parts.sftp];
  const addresses = addressesOf(parts, stateDir);
  const noteWorker = (worker: ProcessIdentity | null): void =>
    writeStack(stateDir, { ...addresses, worker, processes: processes.map(({ process }) => process) });
  noteWorker(null);

  let isStopping = false;
  let stopped: Promise<void> | null = null;
  const broken = new Promise<AtpError>((resolve) => {
    for (const { name, ended } of processes) {
      void ended.then((reason) => {
        if (isStopping) return;
        resolve(new AtpError('STACK_PART_FAILED', { part: name, reason: `it ended by itself (${reason})` }));
      });
    }
  });
  return {
    stateDir,
    addresses,
    broken,
    noteWorker,
    stop() {
      isStopping = true;
      stopped ??= stopAll(Object.values(parts)).finally(() => releaseLock(stateDir));
      return stopped;
    },
  };
}

/** The stack that runs here. @throws AtpError STACK_NOT_RUNNING */
export function runningStack(stateDir: string): StackRecord {
  const stack = readStack(stateDir);
  if (stack === null) throw new AtpError('STACK_NOT_RUNNING');
  return stack;
}

interface Stoppable {
  stop(): Promise<void>;
}

/** All at once. When one fails, the others are stopped again. */
async function startParts(options: StackOptions): Promise<Parts> {
  const { stateDir, partsDir = join(stateDir, 'parts'), durable = true, sftp: kind } = options;
  const onProgress: Progress = options.onProgress ?? (() => undefined);
  const ports = readPorts(stateDir);
  const started: Stoppable[] = [];
  const start = async <Part extends Stoppable>(
    name: string,
    preferred: number | undefined,
    startAt: (port: number) => Promise<Part>,
  ): Promise<Part> => {
    const part = await startOnPort(preferred, startAt);
    started.push(part);
    onProgress(`${name} is up.`);
    return part;
  };
  const starting = [
    start('Temporal', ports.temporal, async (port) =>
      startTemporal({ stateDir, partsDir, port, uiPort: await freePort(ports.temporalUi), onProgress }),
    ),
    start('Postgres', ports.postgres, async (port) => {
      const server = await startPostgres({ stateDir, port, durable });
      await ensureDatabase(server, DATABASE_NAME);
      return server;
    }),
    start('SFTP', ports.sftp, (port) =>
      startSftp({ stateDir, partsDir, port, onProgress, ...(kind && { kind }) }),
    ),
    start('Shopify (twin)', ports.shopify, (port) => startTwin(stateDir, port)),
  ] as const;
  const failed = (await Promise.allSettled(starting)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) {
    await stopAll(started);
    throw (failed as PromiseRejectedResult).reason;
  }
  const [temporal, postgres, sftp, twin] = await Promise.all(starting);
  for (const folder of SFTP_FOLDERS) mkdirSync(join(sftp.folder, folder), { recursive: true });
  rememberPorts(stateDir, { temporal, postgres, sftp, twin });
  return { temporal, postgres, sftp, twin };
}

async function startTwin(stateDir: string, port: number): Promise<TwinPart> {
  const accessToken = rememberedSecret(tokenFile(stateDir), 'shpat_');
  const twin = await startShopifyTwin({
    port,
    stateFile: join(stateDir, 'shopify-twin.jsonl'),
    shops: [{ domain: SHOP_DOMAIN, accessToken, locations: [LOCATION] }],
  });
  return { ...twin, accessToken, stop: () => twin.close() };
}

function tokenFile(stateDir: string): string {
  return join(stateDir, 'shopify-token');
}

async function stopAll(parts: readonly Stoppable[]): Promise<void> {
  await Promise.all(parts.map((part) => part.stop()));
}

function addressesOf({ temporal, postgres, sftp, twin }: Parts, stateDir: string): StackAddresses {
  const endpoint = twin.endpointOf(SHOP_DOMAIN);
  return {
    temporal: { address: temporal.address, namespace: DEFAULT_NAMESPACE, uiUrl: temporal.uiUrl ?? '' },
    databaseUrl: postgres.urlOf(DATABASE_NAME),
    sftp: sftp.address,
    shopify: {
      shopId: SHOP_ID,
      domain: SHOP_DOMAIN,
      endpoint,
      adminUrl: endpoint,
      accessToken: twin.accessToken,
      accessTokenRef: `file:${tokenFile(stateDir)}`,
      locationId: LOCATION.id,
      controlUrl: twin.controlUrl,
    },
  };
}

function readPorts(stateDir: string): Ports {
  try {
    return JSON.parse(readStateFile(portsFile(stateDir)) ?? '{}') as Ports;
  } catch {
    return {}; // Damaged: then the addresses are new ones.
  }
}

function rememberPorts(stateDir: string, { temporal, postgres, sftp, twin }: Parts): void {
  const ports: Ports = {
    temporal: portOf(`http://${temporal.address}`),
    temporalUi: portOf(temporal.uiUrl ?? 'http://127.0.0.1'),
    postgres: postgres.port,
    sftp: sftp.address.port,
    shopify: twin.port,
  };
  writeStateFile(portsFile(stateDir), `${JSON.stringify(ports, null, 2)}\n`);
}

function portsFile(stateDir: string): string {
  return join(stateDir, 'ports.json');
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
