/**
 * The embedded stack: Temporal's dev server, Postgres, an SFTP server and the Shopify twin, on this machine, for
 * this folder. The state folder keeps their data and addresses over restarts. Where a service runs already, the stack
 * uses it and starts none of its own.
 */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { DROP_FOLDERS } from '../domain/drop-folders.ts';
import { AtpError } from '../domain/errors.ts';
import { freePort, startOnPort } from './ports.ts';
import { ensureDatabase, startPostgres } from './postgres-server.ts';
import { startSftp } from './sftp-server.ts';
import { startShopifyTwin } from './shopify-twin/index.ts';
import { readStack, releaseLock, takeLock, writeStack } from './stack-files.ts';
import { readStateFile, rememberedSecret, writeStateFile } from './state-file.ts';
import { closeStateFolder } from './state-folder.ts';
import { DEFAULT_NAMESPACE, startTemporal } from './temporal-server.ts';
import type { PostgresServer } from './postgres-server.ts';
import type { SftpKind, SftpServer } from './sftp-server.ts';
import type { ShopifyTwin } from './shopify-twin/index.ts';
import type { ServiceName, StackAddresses, StackPrograms, StackRecord } from './stack-files.ts';
import type { TemporalServer } from './temporal-server.ts';
import type { Progress } from './ways.ts';

export type { ServiceName, StackAddresses, StackRecord } from './stack-files.ts';

export interface StackOptions {
  /** Created when it does not exist. */
  readonly stateDir: string;
  /** Where downloaded programs are kept; `<stateDir>/parts` when absent. */
  readonly partsDir?: string;
  readonly sftp?: SftpKind;
  /** What runs already, and answers; the rest is started. */
  readonly existing?: ExistingServices;
  /** False for tests that throw the data away; true when absent. */
  readonly durable?: boolean;
  /** Domains of further shops of the stand-in for Shopify, with the same token; SECOND_SHOP_DOMAIN when absent. */
  readonly otherShops?: readonly string[];
  readonly onProgress?: Progress;
}

/** Where existing services are. Their credentials are not part of it: whoever uses a service has them. */
export interface ExistingServices {
  readonly temporal?: StackAddresses['temporal'];
  /** Without its password. */
  readonly databaseUrl?: string;
  readonly sftp?: StackAddresses['sftp'];
}

export interface RunningStack {
  readonly stateDir: string;
  readonly addresses: StackAddresses;
  /** Resolves when a part ends by itself, with an AtpError STACK_PART_FAILED that says which and why. */
  readonly broken: Promise<AtpError>;
  /** Tells other processes which programs of ours belong to the stack; what is not named stays as it is. */
  note(programs: Partial<StackPrograms>): void;
  /** Stops every part in good order and removes the files that name their addresses; the data stays. */
  stop(): Promise<void>;
}

const DATABASE_NAME = 'atp';
const SHOP_ID = 'blue-shirts';
const SHOP_DOMAIN = 'blue-shirts.myshopify.com';
/** A second channel for who wants one: `npm run demo -- --keep` does. The same token lets in. */
export const SECOND_SHOP_DOMAIN = 'outlet-shirts.myshopify.com';
const LOCATION = { id: 'gid://shopify/Location/70000000001', name: 'Online ATP' };

interface Ports {
  readonly temporal?: number;
  readonly temporalUi?: number;
  readonly postgres?: number;
  readonly sftp?: number;
  readonly shopify?: number;
}

/** Null where the stack uses an existing service. */
interface Parts {
  readonly temporal: TemporalServer | null;
  readonly postgres: PostgresServer | null;
  readonly sftp: SftpServer | null;
  readonly twin: TwinPart;
}

interface TwinPart extends ShopifyTwin, Stoppable {
  readonly accessToken: string;
}

/**
 * Starts every part that does not run already, and returns when each has answered. The database has no tables yet.
 *
 * @throws AtpError STACK_RUNNING, STACK_PART_UNAVAILABLE, STACK_PART_FAILED; then it has left no part running
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  closeStateFolder(options.stateDir);
  const stateDir = realpathSync(options.stateDir);
  await takeLock(stateDir);
  let parts: Parts;
  try {
    parts = await startParts({ ...options, stateDir });
  } catch (error) {
    releaseLock(stateDir);
    throw error;
  }
  const processes = [parts.temporal, parts.postgres, parts.sftp].filter((part) => part !== null);
  const addresses = addressesOf(parts, options.existing ?? {}, stateDir);
  let programs: StackPrograms = { worker: null, console: null };
  const note = (changed: Partial<StackPrograms>): void => {
    programs = { ...programs, ...changed };
    writeStack(stateDir, { ...addresses, ...programs, processes: processes.map(({ process }) => process) });
  };
  note({});

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
    note,
    stop() {
      isStopping = true;
      stopped ??= stopAll([...processes, parts.twin]).finally(() => releaseLock(stateDir));
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

/** In place of a part, where the stack uses an existing service. */
const NOT_STARTED = Promise.resolve(null);

/** Starts them at the same time. When one fails, it stops the others again. */
async function startParts(options: StackOptions): Promise<Parts> {
  const { stateDir, partsDir = join(stateDir, 'parts'), durable = true, sftp: kind, existing = {} } = options;
  const { otherShops = [SECOND_SHOP_DOMAIN] } = options;
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
    existing.temporal
      ? NOT_STARTED
      : start('Temporal', ports.temporal, async (port) =>
          startTemporal({ stateDir, partsDir, port, uiPort: await freePort(ports.temporalUi), onProgress }),
        ),
    existing.databaseUrl
      ? NOT_STARTED
      : start('Postgres', ports.postgres, async (port) => {
          const server = await startPostgres({ stateDir, port, durable });
          await ensureDatabase(server, DATABASE_NAME);
          return server;
        }),
    existing.sftp
      ? NOT_STARTED
      : start('SFTP', ports.sftp, (port) =>
          startSftp({ stateDir, partsDir, port, onProgress, ...(kind && { kind }) }),
        ),
    start('Shopify (twin)', ports.shopify, (port) => startTwin(stateDir, port, otherShops)),
  ] as const;
  const failed = (await Promise.allSettled(starting)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) {
    await stopAll(started);
    throw (failed as PromiseRejectedResult).reason;
  }
  const [temporal, postgres, sftp, twin] = await Promise.all(starting);
  if (sftp) for (const folder of DROP_FOLDERS) mkdirSync(join(sftp.folder, folder), { recursive: true });
  rememberPorts(stateDir, { ...ports, ...portsOf({ temporal, postgres, sftp, twin }) });
  return { temporal, postgres, sftp, twin };
}

async function startTwin(stateDir: string, port: number, otherShops: readonly string[]): Promise<TwinPart> {
  const accessToken = rememberedSecret(tokenFile(stateDir), 'shpat_');
  const twin = await startShopifyTwin({
    port,
    stateFile: join(stateDir, 'shopify-twin.jsonl'),
    // The quota of the largest plan: nobody who tries the product out should wait for points.
    shops: [SHOP_DOMAIN, ...otherShops].map((domain) => ({
      ...{ domain, accessToken, locations: [LOCATION] },
      economy: { plan: 'plus' as const },
    })),
  });
  return { ...twin, accessToken, stop: () => twin.close() };
}

function tokenFile(stateDir: string): string {
  return join(stateDir, 'shopify-token');
}

async function stopAll(parts: readonly Stoppable[]): Promise<void> {
  await Promise.all(parts.map((part) => part.stop()));
}

function addressesOf(parts: Parts, existing: ExistingServices, stateDir: string): StackAddresses {
  const { twin } = parts;
  const endpoint = twin.endpointOf(SHOP_DOMAIN);
  const names: Readonly<Record<ServiceName, boolean>> = {
    temporal: existing.temporal !== undefined,
    database: existing.databaseUrl !== undefined,
    sftp: existing.sftp !== undefined,
  };
  return {
    existing: (Object.keys(names) as ServiceName[]).filter((name) => names[name]),
    temporal: existing.temporal ?? temporalAddress(parts.temporal!),
    databaseUrl: existing.databaseUrl ?? parts.postgres!.urlOf(DATABASE_NAME),
    sftp: existing.sftp ?? parts.sftp!.address,
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

function temporalAddress({ address, uiUrl }: TemporalServer): StackAddresses['temporal'] {
  return { address, namespace: DEFAULT_NAMESPACE, uiUrl };
}

function readPorts(stateDir: string): Ports {
  try {
    return JSON.parse(readStateFile(portsFile(stateDir)) ?? '{}') as Ports;
  } catch {
    return {}; // The file is damaged: the parts get new ports.
  }
}

function portsOf({ temporal, postgres, sftp, twin }: Parts): Ports {
  return {
    ...(temporal && { temporal: portOf(`http://${temporal.address}`) }),
    ...(temporal?.uiUrl && { temporalUi: portOf(temporal.uiUrl) }),
    ...(postgres && { postgres: postgres.port }),
    ...(sftp && { sftp: sftp.address.port }),
    shopify: twin.port,
  };
}

function rememberPorts(stateDir: string, ports: Ports): void {
  writeStateFile(portsFile(stateDir), `${JSON.stringify(ports, null, 2)}\n`);
}

function portsFile(stateDir: string): string {
  return join(stateDir, 'ports.json');
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
