/** Temporal's dev server, UI included, with a database file that is kept, and namespaces that know our search attributes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectTemporal } from '../temporal/connection.ts';
import { setUpNamespace } from '../temporal/namespace-setup.ts';
import { isCoded } from '../domain/errors.ts';
import { isPortTaken, startPart } from './part-process.ts';
import { obtain, TEMPORAL_CLI } from './programs.ts';
import type { PartProcess } from './part-process.ts';
import type { Progress } from './ways.ts';

export interface TemporalOptions {
  /** Where the database file and the log are kept. */
  readonly stateDir: string;
  readonly partsDir: string;
  readonly port: number;
  /** Of the web UI; absent: the server has none. */
  readonly uiPort?: number;
  /**
   * `false` is faster, but a crash of the machine may lose what was committed. It is for tests, which throw their data
   * away. Default: true.
   */
  readonly durable?: boolean;
  readonly onProgress?: Progress;
}

export interface TemporalServer extends PartProcess {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly uiUrl: string | null;
}

export const DEFAULT_NAMESPACE = 'default';

const PROBE_TIMEOUT_MS = 2_000;

/** The server ends by itself when its own services do not find each other in time, as on a machine that is very busy. */
const START_TRIES_MAX = 2;

/**
 * Starts Temporal and waits until its namespace `default` can be used, search attributes included.
 *
 * @throws AtpError STACK_PART_UNAVAILABLE, STACK_PART_FAILED
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Another port is for the caller to choose.
      const isLast = tries >= START_TRIES_MAX || isPortTaken(error);
      if (isLast || !isCoded(error, 'STACK_PART_FAILED')) throw error;
      options.onProgress?.('Temporal has ended while it started; trying once more …');
    }
  }
}

async function startOnce(options: TemporalOptions): Promise<TemporalServer> {
  const { stateDir, port, uiPort, durable = true } = options;
  mkdirSync(stateDir, { recursive: true });
  const part = await startPart({
    name: 'Temporal',
    command: await obtain(TEMPORAL_CLI, options.partsDir, options.onProgress),
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
      ...['--db-filename', join(stateDir, 'temporal.db'), '--namespace', DEFAULT_NAMESPACE],
      ...sqliteSettings(durable),
      ...['--log-level', 'warn', '--log-format', 'json'],
    ],
    // Temporal does not start without USER and HOME, which a container may not have.
    env: { USER: 'atp', HOME: stateDir, ...withoutTemporalSettings(process.env) },
    logFile: join(stateDir, 'logs/temporal.log'),
  });
  const address = `127.0.0.1:${port}`;
  try {
    await part.waitForAnswer(() => ensureNamespace(address, DEFAULT_NAMESPACE, PROBE_TIMEOUT_MS));
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { ...part, address, uiUrl: uiPort === undefined ? null : `http://127.0.0.1:${uiPort}` };
}

/**
 * Makes a namespace ready, with our search attributes, as `atp temporal setup` does. The dev server's own option for them
 * is for a new database only: one that was kept from an earlier release would lack what came since.
 */
export async function ensureNamespace(address: string, namespace: string, timeoutMs?: number): Promise<void> {
  const settings = { address, namespace, isConfigured: true, connection: { address } };
  const temporal = await connectTemporal(settings, timeoutMs);
  try {
    await setUpNamespace(temporal);
  } finally {
    await temporal.close();
  }
}

/**
 * A write-ahead log needs one disk flush a commit, and SQLite's default journal needs several: 100 workflows of three
 * writes take 3 s instead of 16 s. A durable log loses as little in a crash as the default journal.
 */
function sqliteSettings(durable: boolean): string[] {
  const settings = { journal_mode: 'wal', synchronous: durable ? 'full' : 'off' };
  return Object.entries(settings).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]);
}

/** Without the TEMPORAL_* variables of the caller's shell: they mean another server. */
function withoutTemporalSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
