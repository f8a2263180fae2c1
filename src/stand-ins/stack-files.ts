/**
 * What the running stack tells other processes, in its state folder: `stack.lock` says who runs it, `stack.json`
 * where its parts are, `stack.env` the same as configuration. All are removed when the stack stops. After a crash they
 * stay, but readers see that they are stale: the process that the lock names is gone.
 */
import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AtpError } from '../domain/errors.ts';
import { endProcesses, waitForEnd, STOP_TIMEOUT_MS } from './ending.ts';
import { identify, isRunning } from './process-identity.ts';
import { readStateFile, writeStateFile } from './state-file.ts';
import { watchdogIdentity } from './watchdog.ts';
import type { EndableProcess } from './ending.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What the stack may find instead of starting it. */
export type ServiceName = 'temporal' | 'database' | 'sftp';

export interface StackAddresses {
  /** The services that ran already: the stack uses them as they are, and leaves them alone when it stops. */
  readonly existing: readonly ServiceName[];
  /** `uiUrl` is null when the UI of an existing Temporal is not known. */
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly uiUrl: string | null;
  };
  /** Has the password of a database that the stack has started: never log it. That of an existing one is left out. */
  readonly databaseUrl: string;
  readonly sftp: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly root: string;
    readonly privateKeyFile: string | null;
    readonly hostKey: string;
  };
  readonly shopify: {
    readonly shopId: string;
    readonly domain: string;
    /** Where any client may POST GraphQL with `accessToken`; the same as `adminUrl`. */
    readonly endpoint: string;
    readonly accessToken: string;
    /** What `atp shop add --token` takes. */
    readonly accessTokenRef: string;
    readonly locationId: string;
    readonly controlUrl: string;
    readonly adminUrl: string;
  };
}

export interface StackRecord extends StackAddresses {
  readonly processes: readonly EndableProcess[];
  readonly worker: ProcessIdentity | null;
  /** Absent in what a release without it has written. */
  readonly console?: { readonly url: string; readonly process: ProcessIdentity } | null;
}

/** What the stack runs beside its services. */
export type StackPrograms = Pick<StackRecord, 'worker' | 'console'>;

/** Which process runs the stack, and which one ends the stack's processes if the first one crashes. */
export interface StackLock {
  readonly supervisor: ProcessIdentity;
  readonly watchdog: ProcessIdentity | null;
}

const LOCK_TRIES_MAX = 5;

const lockFile = (stateDir: string) => join(stateDir, 'stack.lock');
const recordFile = (stateDir: string) => join(stateDir, 'stack.json');
export const environmentFile = (stateDir: string): string => join(stateDir, 'stack.env');

/**
 * Makes this process the one that runs the stack of the folder. Ends and removes what a crashed stack has left.
 *
 * @throws AtpError STACK_RUNNING
 */
export async function takeLock(stateDir: string): Promise<void> {
  mkdirSync(stateDir, { recursive: true, mode: 0o755 });
  const lock: StackLock = { supervisor: identify(process.pid)!, watchdog: watchdogIdentity() };
  const own = `${lockFile(stateDir)}.${process.pid}`;
  writeStateFile(own, JSON.stringify(lock));
  try {
    for (let tries = 0; tries < LOCK_TRIES_MAX; tries += 1) {
      if (tryLink(own, lockFile(stateDir))) return;
      const other = readLock(stateDir);
      if (other && isRunning(other.supervisor)) {
        throw new AtpError('STACK_RUNNING', { pid: other.supervisor.pid });
      }
      if (other) await clearLeftovers(stateDir, other);
    }
    throw new AtpError('STACK_RUNNING', { pid: readLock(stateDir)?.supervisor.pid });
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes the stack's files, once nothing runs any more. */
export function releaseLock(stateDir: string): void {
  for (const file of [recordFile, environmentFile, lockFile]) rmSync(file(stateDir), { force: true });
}

/** Null when there is no lock. A crashed stack leaves its lock; then the supervisor in it does not run. */
export function readLock(stateDir: string): StackLock | null {
  const text = readStateFile(lockFile(stateDir));
  return text === null ? null : (JSON.parse(text) as StackLock);
}

/** Null unless a stack is up here. */
export function readStack(stateDir: string): StackRecord | null {
  const lock = readLock(stateDir);
  return lock && isRunning(lock.supervisor) ? readRecord(stateDir) : null;
}

export function writeStack(stateDir: string, record: StackRecord): void {
  writeStateFile(environmentFile(stateDir), environmentText(stackEnvironment(record)));
  writeStateFile(recordFile(stateDir), `${JSON.stringify(record, null, 2)}\n`);
}

/** After a crash: waits until the watchdog has ended the processes, and ends them itself if the watchdog was killed, too. */
export async function clearLeftovers(stateDir: string, lock: StackLock): Promise<void> {
  if (lock.watchdog) await waitForEnd([lock.watchdog], 2 * STOP_TIMEOUT_MS);
  await endProcesses(readRecord(stateDir)?.processes ?? []);
  // Another process may have done so meanwhile, and may run the stack now.
  if (isDeepStrictEqual(readLock(stateDir), lock)) releaseLock(stateDir);
}

/**
 * The variables by which a process of ours uses what this stack has started. The variables of existing services stay
 * where they are, with their secrets.
 */
export function stackEnvironment(stack: StackAddresses): Record<string, string> {
  const { temporal, databaseUrl, sftp } = stack;
  const root = sftp.root.split('/').map(encodeURIComponent).join('/');
  const variables: Record<ServiceName, Record<string, string>> = {
    database: { DATABASE_URL: databaseUrl },
    sftp: {
      SFTP_URL: `sftp://${encodeURIComponent(sftp.username)}@${sftp.host}:${sftp.port}${root}`,
      SFTP_PRIVATE_KEY_FILE: sftp.privateKeyFile ?? '',
      SFTP_HOST_KEY: sftp.hostKey,
    },
    temporal: { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace },
  };
  const started = (Object.keys(variables) as ServiceName[]).filter((name) => !stack.existing.includes(name));
  return Object.assign({}, ...started.map((name) => variables[name])) as Record<string, string>;
}

function readRecord(stateDir: string): StackRecord | null {
  const text = readStateFile(recordFile(stateDir));
  return text === null ? null : (JSON.parse(text) as StackRecord);
}

/** Readers of .env files do not agree on escapes, so each value is in quotes of a kind that it does not contain. */
function environmentText(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    const quote = ["'", '"', '`'].find((candidate) => !value.includes(candidate)) ?? "'";
    return `${name}=${quote}${value}${quote}`;
  });
  return `# Written by the embedded stack, which removes it when it stops.\n${lines.join('\n')}\n`;
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
