/**
 * The desk in vitest's own process at which test files ask for a real part. The first one that asks starts it; all
 * share it, each with a database, a namespace or a folder of its own. Closing the desk ends the parts.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AtpError } from '../../src/domain/errors.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { startOnPort } from '../../src/stand-ins/ports.ts';
import { startPostgres } from '../../src/stand-ins/postgres-server.ts';
import { startSftp } from '../../src/stand-ins/sftp-server.ts';
import { startTemporal } from '../../src/stand-ins/temporal-server.ts';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.ts';
import { NamespacesAhead } from './namespaces-ahead.ts';
import { postgresUnderTest } from './postgres-under-test.ts';
import type { AddressInfo } from 'node:net';
import type { PartProcess } from '../../src/stand-ins/part-process.ts';
import type { SftpAddress, SftpKind } from '../../src/stand-ins/sftp-server.ts';

export interface DeskAddress {
  readonly url: string;
  /** Keeps others out: what the desk tells is for the tests of this run only. */
  readonly token: string;
}

interface SftpPart {
  readonly kind: SftpKind;
  readonly address: SftpAddress;
  readonly folder: string;
}

/** What the desk tells a test file about each part. */
export interface PartAddresses {
  /** `url` of the maintenance database, and the name of a migrated database to make copies of. */
  readonly postgres: { readonly url: string; readonly templateName: string };
  readonly sftp: SftpPart;
  readonly 'sftp-rclone': SftpPart;
  readonly temporal: { readonly address: string };
  /** The file of workflows for a worker that loads ready-bundle.ts. */
  readonly 'workflow-bundle': { readonly file: string };
}

export type PartName = keyof PartAddresses;

export interface FreshNamespace {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly namespace: string;
}

export interface PartsDesk {
  readonly address: DeskAddress;
  close(): Promise<void>;
}

/** Downloaded programs are kept over runs, in the project's ignored folder. */
export const PARTS_DIR = join(import.meta.dirname, '../../.atp/parts');

const TEMPLATE_NAME = 'atp_template';

export async function openPartsDesk(): Promise<PartsDesk> {
  const token = randomBytes(16).toString('hex');
  const started = new Map<PartName, Promise<unknown>>();
  const running: PartProcess[] = [];
  let home: Promise<string> | null = null;

  async function start(name: PartName): Promise<unknown> {
    const stateDir = join(await (home ??= openFolder('atp-test-')), name);
    return STARTERS[name]({ stateDir, running });
  }

  function find<Name extends PartName>(name: Name): Promise<PartAddresses[Name]> {
    const part = started.get(name) ?? start(name);
    started.set(name, part);
    return part as Promise<PartAddresses[Name]>;
  }

  let namespaces: NamespacesAhead | null = null;
  async function takeNamespace(): Promise<FreshNamespace> {
    const { address } = await find('temporal');
    namespaces ??= new NamespacesAhead(address);
    return { address, namespace: await namespaces.take() };
  }

  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? '';
    if (request.headers['authorization'] !== token || !(name === 'namespace' || isPart(name))) {
      response.writeHead(404).end();
      return;
    }
    const asked = name === 'namespace' ? takeNamespace() : find(name);
    asked.then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(describe(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    address: { url: `http://127.0.0.1:${port}`, token },
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.allSettled(started.values());
      await Promise.all(running.map((part) => part.stop()));
      if (home) await rm(await home, { recursive: true, force: true });
    },
  };
}

function isPart(name: string): name is PartName {
  return name in STARTERS;
}

interface Place {
  readonly stateDir: string;
  readonly running: PartProcess[];
}

const STARTERS = {
  async postgres({ stateDir, running }) {
    const server = await startOnPort(undefined, (port) =>
      startPostgres({ stateDir, port, ...postgresUnderTest() }),
    );
    running.push(server);
    const maintenance = openDatabase(server.urlOf('postgres'));
    try {
      await maintenance.query(
        `CREATE DATABASE ${TEMPLATE_NAME} TEMPLATE template0 ${await localeClause(maintenance)}`,
      );
    } finally {
      await maintenance.close();
    }
    const template = openDatabase(server.urlOf(TEMPLATE_NAME));
    try {
      await migrate(template);
    } finally {
      await template.close();
    }
    return { url: server.urlOf('postgres'), templateName: TEMPLATE_NAME };
  },

  async sftp({ stateDir, running }) {
    const server = await startOnPort(undefined, (port) => startSftp({ stateDir, port, partsDir: PARTS_DIR }));
    running.push(server);
    return { kind: server.kind, address: server.address, folder: server.folder };
  },

  async 'sftp-rclone'({ stateDir, running }) {
    const server = await startOnPort(undefined, (port) =>
      startSftp({ stateDir, port, partsDir: PARTS_DIR, kind: 'rclone' }),
    );
    running.push(server);
    return { kind: server.kind, address: server.address, folder: server.folder };
  },

  async temporal({ stateDir, running }) {
    const server = await startOnPort(undefined, (port) =>
      startTemporal({ stateDir, port, partsDir: PARTS_DIR, durable: false }),
    );
    running.push(server);
    return { address: server.address };
  },

  async 'workflow-bundle'({ stateDir }) {
    const file = join(stateDir, 'workflows.js');
    const { code } = await bundleWorkflows();
    await mkdir(stateDir);
    await writeFile(file, code);
    return { file };
  },
} satisfies { [Name in PartName]: (place: Place) => Promise<PartAddresses[Name]> };

/**
 * Texts are ordered as in most production databases, by language and not by code points: whatever needs the latter
 * must say so. (Where this build of Postgres has no ICU, the default is left.)
 */
async function localeClause(maintenance: ReturnType<typeof openDatabase>): Promise<string> {
  const collations = await maintenance.query("SELECT FROM pg_collation WHERE collname = 'en-US-x-icu'");
  return collations.length > 0 ? "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" : '';
}

/** A temporary folder that Postgres's own user can enter, should the tests run as root. */
export async function openFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await chmod(folder, 0o711);
  return folder;
}

function describe(error: unknown): string {
  if (error instanceof AtpError) return `${error.code}: ${error.message} ${error.hint}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
