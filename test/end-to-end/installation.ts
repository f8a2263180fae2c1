/**
 * A whole installation on real parts: database, namespace, SFTP folder and twin of its own, with the worker as a
 * process that can be killed. The retailer's Broadway and warehouse sell online, its outlet does not.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImportLocalFile, type LocalImport } from '../../src/operations/import-feed-file.ts';
import { createMapShop } from '../../src/operations/map-shop.ts';
import type { DecisionOutcome } from '../../src/domain/lane-decision.ts';
import type { Database } from '../../src/postgres/database.ts';
import { addFacility } from '../../src/postgres/master-data/facilities.ts';
import { addGroupMember } from '../../src/postgres/master-data/facility-groups.ts';
import { addShop, findShop, type NewShop } from '../../src/postgres/master-data/shops.ts';
import { removeShop } from '../../src/postgres/remove-shop.ts';
import { findPlan } from '../../src/postgres/planning/sync-plans.ts';
import { STACK_WORKER } from '../../src/main/stack.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import type { HoldStatus } from '../../src/stand-ins/shopify-twin/index.ts';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import type { JobOrder } from '../../src/domain/jobs/jobs.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase, remakeDatabase, type FreshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace, type FreshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot, sftpVariables, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { freshTwin, type FreshTwin } from '../setup/fresh-twin.ts';
import { askForPart } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { runAtp, type Ran } from '../cli/atp.ts';
import { Retailer } from '../postgres/retailer.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { WorkerProcess } from './worker-process.ts';

export type { WorkerProcess };

export const SHOP = 'blue-shirts';
const READY_BUNDLE = fileURLToPath(new URL('../setup/ready-bundle.ts', import.meta.url));
const IMPATIENT = fileURLToPath(new URL('../setup/impatient-worker.ts', import.meta.url));
const LONG_AGO = new Date('2020-01-01T00:00:00Z');

export interface AtpOutcome extends Ran {
  /** stdout, parsed; null when it is no JSON. */
  readonly json: Record<string, unknown> | null;
}

export interface OwnParts {
  readonly database?: FreshDatabase;
  readonly temporal?: FreshNamespace;
  readonly sftp?: FreshSftpRoot;
  readonly twin?: FreshTwin;
}

export interface WorkerStart {
  /** Arguments of Node itself, before the program. */
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export class Installation {
  readonly database: Database;
  readonly temporal: TemporalClient;
  readonly twin: FreshTwin['client'];
  readonly sftp: FreshSftpRoot;
  /** The environment of every process of it. */
  readonly environment: Readonly<Record<string, string>>;

  /** The SFTP root as a local folder. */
  get sftpFolder(): string {
    return this.sftp.folder;
  }

  private constructor(parts: {
    database: Database;
    temporal: TemporalClient;
    twin: FreshTwin['client'];
    sftp: FreshSftpRoot;
    environment: Record<string, string>;
  }) {
    this.database = parts.database;
    this.temporal = parts.temporal;
    this.twin = parts.twin;
    this.sftp = parts.sftp;
    this.environment = parts.environment;
  }

  /**
   * Opens an installation with these products, which show 0 on Shopify and were never counted.
   *
   * @param own parts that the test has made itself, because it stops them or stands between them and the worker
   */
  static async open(skus: readonly string[], own: OwnParts = {}): Promise<Installation> {
    const twin = await (own.twin ?? freshTwin());
    const installation = await Installation.empty({ ...own, twin });
    await installation.#stock(skus, twin.shop);
    return installation;
  }

  /** Opens an installation without a shop, a facility or a product. */
  static async empty(own: OwnParts = {}): Promise<Installation> {
    const [{ database, url: databaseUrl }, { address, namespace }, sftp, twin] = await Promise.all([
      own.database ?? freshDatabase(),
      own.temporal ?? freshNamespace(),
      own.sftp ?? freshSftpRoot(),
      own.twin ?? freshTwin(),
    ]);
    const stateDir = await mkdtemp(join(tmpdir(), 'atp-installation-'));
    const temporal = await connectTemporal({
      address,
      namespace,
      isConfigured: true,
      connection: { address },
    });
    cleanUp(async () => {
      await temporal.close();
      await rm(stateDir, { recursive: true, force: true });
    });
    const environment = {
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      ...sftpVariables(sftp),
      ATP_STATE_DIR: stateDir,
      // Its port is one for the whole machine.
      ATP_METRICS_ADDRESS: 'off',
    };
    const parts = { database, temporal, twin: twin.client, sftp, environment };
    return new Installation(parts);
  }

  /**
   * Begins again with these products, for the same worker, which takes longer to start than all the rest: another
   * database under the same URL, an empty SFTP folder, another twin. Runs of before are terminated. Whoever has seen the
   * old database must look anew; schedules and what the worker has written to its log stay.
   */
  async startOver(skus: readonly string[]): Promise<Installation> {
    await this.#endRuns();
    await remakeDatabase(this.environment['DATABASE_URL'] ?? '');
    for (const name of await readdir(this.sftpFolder)) {
      await rm(join(this.sftpFolder, name), { recursive: true, force: true });
    }
    await mkdir(join(this.sftpFolder, 'incoming'));
    const twin = await freshTwin();
    const next = new Installation({ ...this, twin: twin.client });
    await next.#stock(skus, twin.shop);
    return next;
  }

  async #endRuns(): Promise<void> {
    const { workflow } = this.temporal.client;
    await until(async () => {
      let running = 0;
      for await (const { workflowId, runId } of workflow.list({ query: `ExecutionStatus = 'Running'` })) {
        running += 1;
        // It may have ended meanwhile: the list is some moments old.
        await workflow
          .getHandle(workflowId, runId)
          .terminate('the next test begins')
          .catch(() => undefined);
      }
      if (running > 0) throw new Error(`${running} runs are in the list.`);
    });
  }

  async #stock(skus: readonly string[], shop: FreshTwin['shop']): Promise<void> {
    const { database } = this;
    for (const [facilityId, facilityTypeId] of [
      ['BROADWAY', 'RETAIL_STORE'],
      ['WAREHOUSE', 'WAREHOUSE'],
      ['OUTLET', 'RETAIL_STORE'],
    ] as const) {
      await addFacility(database, { facilityId, facilityName: facilityId, facilityTypeId });
    }
    for (const facilityId of ['BROADWAY', 'WAREHOUSE']) {
      await addGroupMember(database, { facilityGroupId: 'FAC_GRP', facilityId, fromDate: LONG_AGO });
    }
    await Retailer.over(database).addProducts(skus);
    await this.twin.seed(skus.map((sku) => ({ sku, title: sku })));
    await this.#addShop({ ...shop, facilityGroupId: 'FAC_GRP' });
  }

  /** Of a few products each is a large share, so the guard is off: a test of the guard sets its limits. */
  async #addShop(shop: NewShop): Promise<void> {
    await addShop(this.database, shop);
    await Retailer.over(this.database).switchGuardOff();
    await createMapShop({ database: this.database, adminApi: openAdminApi })(shop.shopId);
  }

  /** Removes the shop with all that is known of its files, and adds it again. */
  async readdShop(): Promise<void> {
    const shop = await findShop(this.database, SHOP);
    await removeShop(this.database, SHOP);
    await this.#addShop(shop);
  }

  /** Starts a worker and waits until it polls. It is killed with the test, if it still runs then. */
  async startWorker({ nodeArgs = [], environment }: WorkerStart = {}): Promise<WorkerProcess> {
    const { file: WORKFLOW_BUNDLE_FILE } = await askForPart('workflow-bundle');
    const child = spawn(STACK_WORKER.command, ['--import', READY_BUNDLE, ...nodeArgs, ...STACK_WORKER.args], {
      env: { ...process.env, ...this.environment, WORKFLOW_BUNDLE_FILE, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const worker = new WorkerProcess(child);
    cleanUp(() => worker.kill());
    await worker.untilReady();
    return worker;
  }

  /** Starts a worker whose failed steps are tried again without a pause. */
  startImpatientWorker(): Promise<WorkerProcess> {
    return this.startWorker({ nodeArgs: ['--import', IMPATIENT] });
  }

  /** Runs a job to its end and returns its result. */
  async run(order: JobOrder): Promise<Record<string, unknown>> {
    const { result } = await runJob(this.temporal, order, { wait: true });
    return { ...result };
  }

  /** Decides about the shop's lane, as a person does; throws with the code of a refusal. */
  decide(decision: Readonly<Record<string, unknown>>): Promise<DecisionOutcome> {
    return decideLane(this.temporal, SHOP, { by: 'Ann', ...decision });
  }

  /** Runs a Hard Sync. The shop's first one is held; it is approved, and the result is that of a file made at once. */
  async hardSync(): Promise<Record<string, unknown>> {
    const result = await this.run({ job: 'hard-sync', shopId: SHOP });
    const held = result['plan'];
    if (typeof held !== 'number') return result;
    const { counts } = await findPlan(this.database, SHOP, held);
    if (counts.FIRST_HARD_SYNC === undefined) return result;
    const { plan, sequence, fileName, rows, toZero } = await this.decide({
      decision: 'approve',
      plan: held,
      reason: 'the first of a new shop',
    });
    return { ...result, plan, fileSequence: sequence, fileName, rows, toZero, heldForApproval: false };
  }

  recentChanges(): Promise<Record<string, unknown>> {
    return this.run({ job: 'recent-changes', shopId: SHOP });
  }

  processUploads(): Promise<Record<string, unknown>> {
    return this.run({ job: 'process-uploads', shopId: SHOP });
  }

  verify(): Promise<Record<string, unknown>> {
    return this.run({ job: 'verify', shopId: SHOP });
  }

  /** Puts a feed into incoming/, as a whole, and runs the import of what lies there. */
  async importFeed(fileName: string, lines: readonly string[]): Promise<Record<string, unknown>> {
    await this.sendFeed(fileName, lines);
    return this.run({ job: 'import' });
  }

  /** Puts a feed into incoming/, with a marker beside it, so that no run waits to see whether it stands still. */
  async sendFeed(fileName: string, lines: readonly string[]): Promise<void> {
    const path = join(this.sftpFolder, 'incoming', fileName);
    await writeFile(path, `${lines.join('\n')}\n`);
    await writeFile(`${path}.done`, '');
  }

  /**
   * Imports a feed as `atp import` does: at once, without a run and without SFTP. For tests of what comes after an
   * import.
   *
   * @param fileName starts with the feed's type, as on SFTP
   */
  async importLocally(fileName: string, lines: readonly string[]): Promise<LocalImport> {
    const folder = await mkdtemp(join(tmpdir(), 'atp-feed-'));
    try {
      const localPath = join(folder, fileName);
      await writeFile(localPath, `${lines.join('\n')}\n`);
      const type = fileName.slice(0, fileName.indexOf('__'));
      return await createImportLocalFile(this)({ localPath, fileName, type, dryRun: false });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Counts of one facility, imported locally. */
  count(fileName: string, facilityId: string, units: Readonly<Record<string, number>>) {
    return this.importLocally(fileName, countLines(fileName, facilityId, units));
  }

  /** Counts of one facility, by a feed on SFTP and a run of the import. */
  importCount(fileName: string, facilityId: string, units: Readonly<Record<string, number>>) {
    return this.importFeed(fileName, countLines(fileName, facilityId, units));
  }

  /** Runs `atp` with these arguments and `--json`. */
  atp(...args: readonly string[]): Promise<AtpOutcome> {
    return this.atpText(...args, '--json');
  }

  /** Runs `atp` with these arguments, as a person does; in this process. */
  async atpText(...args: readonly string[]): Promise<AtpOutcome> {
    const ran = await runAtp(
      { variables: this.environment, folder: this.environment['ATP_STATE_DIR'] ?? '' },
      args,
    );
    return { ...ran, json: parseJson(ran.stdout) };
  }

  /** Lines of a file on SFTP without its header. */
  async rowsOf(path: string): Promise<string[]> {
    const text = await readFile(join(this.sftpFolder, path), 'utf8');
    return text.trimEnd().split('\n').slice(1);
  }

  async filesIn(folder: string): Promise<string[]> {
    return (await readdir(join(this.sftpFolder, folder))).sort();
  }

  /** SKU → units that Shopify shows. */
  async readShown(): Promise<Record<string, number>> {
    const levels = await this.twin.levels();
    return Object.fromEntries(levels.map((level) => [level.sku ?? '', level.available]));
  }

  /** Opens or closes the location. At a closed one nothing is sold, and no file can be applied. */
  async setLocationActive(isActive: boolean): Promise<void> {
    const { domain, locations } = TWIN_SHOP;
    await this.twin.control('PATCH', `/shops/${domain}/locations`, [{ id: locations[0].id, isActive }]);
  }

  /** Buys on Shopify, as a customer does. */
  async sellOnShopify(sku: string, quantity: number): Promise<void> {
    await this.twin.control('POST', `/shops/${TWIN_SHOP.domain}/orders`, { lines: [{ sku, quantity }] });
  }

  /** Lets the next request of this operation wait at Shopify. Returns the id of this hold. */
  async hold(operation: string): Promise<string> {
    return (await this.twin.hold(operation)).id;
  }

  /** Waits until a request has come to the hold. */
  async waitForArrival(hold: string): Promise<void> {
    await until(async () => {
      const { state } = await this.twin.control<HoldStatus>('GET', `/holds/${hold}?arrived`);
      if (state === 'waiting') throw new Error('No request came to the hold.');
    });
  }

  async release(hold: string): Promise<void> {
    await this.twin.control('DELETE', `/holds/${hold}`);
  }

  /** Looks again and again until `isSo` says so. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    // Made here, so that its stack names who waits.
    const notCome = new Error('The state that the test waits for has not come.');
    await until(async () => {
      if (!(await isSo())) throw notCome;
    });
  }

  /** Counts by key the requests of which Shopify has applied something. More than one for a key is a double write. */
  async countAppliedByKey(): Promise<Map<string, number>> {
    const requests = await this.twin.requests('SetOnlineAtp');
    const applied = requests.filter((request) => request.applied.length > 0);
    const byKey = Map.groupBy(applied, (request) => request.idempotencyKey ?? '');
    return new Map([...byKey].map(([key, calls]) => [key, calls.length]));
  }
}

/** The lines of a count feed. The feed's name is in its rows, so that the same counts again are another feed. */
function countLines(
  fileName: string,
  facilityId: string,
  units: Readonly<Record<string, number>>,
): readonly string[] {
  return [
    'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty',
    ...Object.entries(units).map(([sku, quantity]) => `${facilityId},,${sku},SKU,,${fileName},N,${quantity}`),
  ];
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
