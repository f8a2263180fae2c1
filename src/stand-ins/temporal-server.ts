/** Temporal's dev server, UI included, with a database file that is kept, and namespaces that know our search attributes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { SEARCH_ATTRIBUTES } from '../temporal/search-attributes.ts';
import { isCoded } from '../domain/errors.ts';
import { isPortTaken, startPart } from './part-process.ts';
import { obtain, TEMPORAL_CLI } from './programs.ts';
import type { SearchAttributeType } from '@temporalio/common';
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
const NAMESPACE_TIMEOUT_MS = 30_000;
const NAMESPACE_POLL_MS = 50;
/** The gRPC status. */
const ALREADY_EXISTS = 6;

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
  const attributes = Object.values(SEARCH_ATTRIBUTES).flatMap(({ name, type }) => [
    '--search-attribute',
    `${name}=${ATTRIBUTE_TYPES[type].cli}`,
  ]);
  const part = await startPart({
    name: 'Temporal',
    command: await obtain(TEMPORAL_CLI, options.partsDir, options.onProgress),
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
      ...['--db-filename', join(stateDir, 'temporal.db'), '--namespace', DEFAULT_NAMESPACE, ...attributes],
      ...sqliteSettings(durable),
      ...['--log-level', 'warn', '--log-format', 'json'],
    ],
    // Temporal does not start without USER and HOME, which a container may not have.
    env: { USER: 'atp', HOME: stateDir, ...withoutTemporalSettings(process.env) },
    logFile: join(stateDir, 'logs/temporal.log'),
  });
  const address = `127.0.0.1:${port}`;
  try {
    await part.waitForAnswer(() =>
      withConnection({ address, connectTimeout: PROBE_TIMEOUT_MS }, (connection) =>
        checkNamespace(connection, DEFAULT_NAMESPACE),
      ),
    );
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { ...part, address, uiUrl: uiPort === undefined ? null : `http://127.0.0.1:${uiPort}` };
}

/** Creates a namespace with our search attributes unless it exists, and waits until workflows can be started in it. */
export async function ensureNamespace(address: string, namespace: string): Promise<void> {
  await withConnection({ address, connectTimeout: NAMESPACE_TIMEOUT_MS }, async (connection) => {
    await unlessItExists(() =>
      connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msToTs('1 day'),
      }),
    );
    const searchAttributes = Object.fromEntries(
      Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, ATTRIBUTE_TYPES[type].number]),
    );
    const deadline = Date.now() + NAMESPACE_TIMEOUT_MS;
    for (;;) {
      try {
        await unlessItExists(() =>
          connection.operatorService.addSearchAttributes({ namespace, searchAttributes }),
        );
        return await checkNamespace(connection, namespace);
      } catch (error) {
        // The server's caches learn of a new namespace a little later.
        if (Date.now() >= deadline) throw error;
      }
      await delay(NAMESPACE_POLL_MS);
    }
  });
}

/**
 * A write-ahead log needs one disk flush a commit, and SQLite's default journal needs several: 100 workflows of three
 * writes take 3 s instead of 16 s. A durable log loses as little in a crash as the default journal.
 */
function sqliteSettings(durable: boolean): string[] {
  const settings = { journal_mode: 'wal', synchronous: durable ? 'full' : 'off' };
  return Object.entries(settings).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]);
}

/** How `temporal --search-attribute` writes a type, and its number in Temporal's protocol (IndexedValueType). */
const ATTRIBUTE_TYPES = {
  TEXT: { cli: 'Text', number: 1 },
  KEYWORD: { cli: 'Keyword', number: 2 },
  INT: { cli: 'Int', number: 3 },
  DOUBLE: { cli: 'Double', number: 4 },
  BOOL: { cli: 'Bool', number: 5 },
  DATETIME: { cli: 'Datetime', number: 6 },
  KEYWORD_LIST: { cli: 'KeywordList', number: 7 },
} as const satisfies Record<SearchAttributeType, unknown>;

/** Throws unless the namespace exists, has our attributes, and answers with its list of workflows. */
async function checkNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.withDeadline(Date.now() + PROBE_TIMEOUT_MS, async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.values(SEARCH_ATTRIBUTES).filter(({ name }) => !(name in customAttributes));
    if (missing.length > 0) throw new Error(`search attribute ${missing[0]?.name} is missing`);
    await connection.workflowService.listWorkflowExecutions({
      namespace,
      pageSize: 1,
      query: Object.values(SEARCH_ATTRIBUTES)
        .map(({ name }) => `${name} IS NULL`)
        .join(' AND '),
    });
  });
}

async function withConnection(
  options: { readonly address: string; readonly connectTimeout: number },
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await Connection.connect(options);
  try {
    await work(connection);
  } finally {
    await connection.close();
  }
}

async function unlessItExists(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== ALREADY_EXISTS) throw error;
  }
}

/** Without the TEMPORAL_* variables of the caller's shell: they mean another server. */
function withoutTemporalSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
