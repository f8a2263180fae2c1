/**
 * A retailer's day, minute by minute: customers buy, feeds come in, jobs run by their schedules, and somebody watches. Every
 * part is real. The day lasts 24 hours by what the product sees of its time (day-clock.ts), and some minutes in truth.
 *
 * Each part can be away for some minutes: the network between it and the product is cut, or the worker killed.
 */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shopOf, type JobOrder } from '../../src/domain/jobs/jobs.ts';
import { openApplication } from '../../src/main/application.ts';
import { addTarget } from '../../src/postgres/alerts/targets.ts';
import { expectFeed } from '../../src/postgres/feeds/expected-feeds.ts';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { scheduleId, scheduleJob } from '../../src/temporal/schedules.ts';
import { isWorkerPolling } from '../../src/temporal/task-queue.ts';
import { openReceiver, type Receiver } from '../alerts/receivers.ts';
import { WatchUnderTest } from '../alerts/watch-under-test.ts';
import { Installation, SHOP, type WorkerProcess } from '../end-to-end/installation.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { tcpGate, type TcpGate } from '../setup/tcp-gate.ts';
import { DayClock } from './day-clock.ts';
import { readByDay } from './temporal-by-day.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const QUIET_WORKER = fileURLToPath(new URL('./quiet-worker.ts', import.meta.url));
const SECRET = { ALERT_SECRET: 'canary-webhook-secret' };

export const SKUS = Array.from({ length: 12 }, (_, index) => `SHIRT-${String(index).padStart(2, '0')}`);

/** What has a network between it and the product, which can be cut. */
export type Part = 'postgres' | 'temporal' | 'sftp' | 'shopify';

/** What the product has told somebody. */
export interface Told {
  /** The minute of the day. */
  readonly minute: number;
  /** `began DATABASE_AWAY`. */
  readonly what: string;
  readonly shops: readonly string[];
  readonly detail: string;
}

interface Scheduled {
  readonly order: JobOrder;
  readonly everyMinutes: number;
  /** The minute of the day of its first run. */
  readonly from: number;
}

export const DELTA = { job: 'recent-changes', shopId: SHOP } as const;

/** The jobs of the day, by their schedules. The sweep of the lane comes less often than recommended. */
const SCHEDULED: readonly Scheduled[] = [
  { order: { job: 'import' }, everyMinutes: 15, from: 0 },
  { order: DELTA, everyMinutes: 15, from: 0 },
  { order: { job: 'process-uploads', shopId: SHOP }, everyMinutes: 15, from: 0 },
  { order: { job: 'map-shop', shopId: SHOP }, everyMinutes: 60, from: 30 },
  { order: { job: 'hard-sync', shopId: SHOP }, everyMinutes: 24 * 60, from: 3 * 60 },
  { order: { job: 'verify', shopId: SHOP }, everyMinutes: 24 * 60, from: 5 * 60 },
];

export class Day {
  readonly installation: Installation;
  readonly told: Told[] = [];
  /** Units that Shopify must show in the end: those that are there, less those that were sold. */
  readonly left = new Map<string, number>(SKUS.map((sku) => [sku, 0]));
  readonly #clock: DayClock;
  readonly #gates: Readonly<Record<Part, TcpGate>>;
  /** Past the gate, for whatever is no part of the product. */
  readonly #temporal: TemporalClient;
  readonly #receiver: Receiver;
  readonly #cut = new Set<Part>();
  readonly #inWarehouse = new Map<string, number>();
  #watch: WatchUnderTest | null = null;
  #worker: WorkerProcess | null = null;
  #runs: Promise<unknown>[] = [];
  #sold: { readonly order: number; readonly sku: string; readonly units: number }[] = [];
  #orders = 0;
  #feeds = 0;

  private constructor(parts: {
    installation: Installation;
    clock: DayClock;
    gates: Readonly<Record<Part, TcpGate>>;
    temporal: TemporalClient;
    receiver: Receiver;
  }) {
    this.installation = parts.installation;
    this.#clock = parts.clock;
    this.#gates = parts.gates;
    this.#temporal = parts.temporal;
    this.#receiver = parts.receiver;
  }

  /** Opens an installation that is in step, with its schedules, a worker, and somebody who is told of what is wrong. */
  static async begin(): Promise<Day> {
    const [direct, namespace, sftp, twin, receiver] = await Promise.all([
      freshDatabase(),
      freshNamespace(),
      freshSftpRoot(),
      freshTwin(),
      openReceiver(),
    ]);
    const databaseUrl = new URL(direct.url);
    const adminUrl = new URL(twin.shop.adminUrl);
    const gates = {
      postgres: await tcpGate(Number(databaseUrl.port)),
      temporal: await tcpGate(Number(namespace.address.split(':')[1])),
      sftp: await tcpGate(sftp.settings.port),
      shopify: await tcpGate(Number(adminUrl.port)),
    };
    databaseUrl.host = `127.0.0.1:${gates.postgres.port}`;
    adminUrl.host = `127.0.0.1:${gates.shopify.port}`;
    const installation = await Installation.open(SKUS, {
      database: { database: direct.database, url: databaseUrl.href },
      temporal: { ...namespace, address: `127.0.0.1:${gates.temporal.port}` },
      sftp: { ...sftp, settings: { ...sftp.settings, port: gates.sftp.port } },
      twin: { ...twin, shop: { ...twin.shop, adminUrl: adminUrl.href } },
    });
    const { address, namespace: name } = namespace;
    const temporal = await connectTemporal({
      address,
      namespace: name,
      isConfigured: true,
      connection: { address },
    });
    cleanUp(() => temporal.close());
    const clock = new DayClock(direct.database, join(installation.sftpFolder, 'incoming'));
    const day = new Day({ installation, clock, gates, temporal, receiver });
    await day.#getInStep();
    return day;
  }

  async #getInStep(): Promise<void> {
    const { installation } = this;
    await this.startWorker();
    const before = openApplication({ variables: installation.environment, folder: installation.sftpFolder });
    cleanUp(() => before.close());
    this.#watch = await WatchUnderTest.over(installation, SECRET, {
      temporal: async () =>
        readByDay(await before.temporal(), this.#clock, (identity) =>
          identity.startsWith(`${this.#worker?.pid}@`),
        ),
    });
    for (const { order } of SCHEDULED) await this.schedule(order);
    await addTarget(installation.database, {
      ...{
        name: 'ops',
        kind: 'webhook',
        address: this.#receiver.url,
        sender: null,
        secretRef: 'env:ALERT_SECRET',
      },
      ...{ minSeverity: 'warning', remindEveryMs: 4 * HOUR_MS },
    });
    await expectFeed(installation.database, 'RESET_INVENTORY', HOUR_MS);
    await expectFeed(installation.database, 'ORDER_ITEMS', HOUR_MS);
    await this.sendCount(Object.fromEntries(SKUS.map((sku) => [sku, 200])));
    await this.sendOrders();
    await this.run({ job: 'import' });
    await installation.hardSync();
    for (const { order } of SCHEDULED) await this.run(order);
    await this.untilSettled();
    await this.look();
  }

  /** The minute of the day. */
  get minute(): number {
    return Math.round(this.#clock.ms / MINUTE_MS);
  }

  /** Lets the day go on until this minute. */
  async passTo(minute: number): Promise<void> {
    await this.#clock.passTo(minute * MINUTE_MS, { workerLives: this.#worker !== null });
  }

  /** Cuts the network to a part. */
  async cut(part: Part): Promise<void> {
    this.#cut.add(part);
    await this.#gates[part].shut();
  }

  async mend(part: Part): Promise<void> {
    await this.#gates[part].open();
    this.#cut.delete(part);
  }

  async startWorker(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const nodeArgs = ['--import', QUIET_WORKER];
    this.#worker = await this.installation.startWorker({
      nodeArgs,
      environment: { ...SECRET, ...environment },
    });
  }

  async killWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.kill();
  }

  /** As a deploy does it: the new worker is there before the old one leaves. */
  async replaceWorker(environment: Readonly<Record<string, string>>): Promise<void> {
    const before = this.#worker;
    await this.startWorker(environment);
    await before?.endOrderly();
  }

  /** Makes the schedule of a job. The server's own clock does not come to its times: the day starts its runs. */
  async schedule(order: JobOrder): Promise<void> {
    const every = (SCHEDULED.find((each) => each.order.job === order.job)?.everyMinutes ?? 0) * MINUTE_MS;
    const startAt = new Date(Date.now() + 30 * 24 * HOUR_MS);
    await scheduleJob(this.#temporal, order, { intervals: [{ every }], startAt });
  }

  /** Somebody deletes the schedule of a job. */
  async deleteSchedule(order: JobOrder): Promise<void> {
    await this.#temporal.client.schedule.getHandle(scheduleId(order.job, shopOf(order))).delete();
  }

  /** Lets the schedules start what comes due at this minute. What comes due while Temporal is away is started when it is back. */
  async startDue(minute: number): Promise<void> {
    for (const { order, everyMinutes, from } of SCHEDULED) {
      if (minute >= from && (minute - from) % everyMinutes === 0) await this.start(order);
    }
  }

  /** Runs a job by its schedule, to its end. */
  async run(order: JobOrder): Promise<void> {
    await this.start(order);
    await this.untilRunsEnd();
  }

  /** Lets the schedule of a job start its run, or leave it out because the last one still works; nothing, when there is no schedule. */
  async start(order: JobOrder): Promise<void> {
    const { client } = this.#temporal;
    const schedule = client.schedule.getHandle(scheduleId(order.job, shopOf(order)));
    const before = await schedule.describe().catch(() => null);
    if (before === null) return;
    const countOf = ({ info }: typeof before) => info.numActionsTaken + info.numActionsSkippedOverlap;
    await schedule.trigger();
    const after = await this.#until(async () => {
      const now = await schedule.describe();
      return countOf(now) > countOf(before) ? now : null;
    });
    const last = after.info.recentActions.at(-1);
    if (after.info.numActionsTaken === before.info.numActionsTaken || last === undefined) return;
    const { workflowId, firstExecutionRunId } = last.action.workflow;
    // What became of it, others tell: a run that fails in an outage is none of the day's faults.
    this.#runs.push(
      client.workflow
        .getHandle(workflowId, firstExecutionRunId)
        .result()
        .catch(() => undefined),
    );
  }

  /** Waits for the runs that schedules have started. */
  async untilRunsEnd(): Promise<void> {
    await Promise.all(this.#runs.splice(0));
  }

  /** Waits for those runs, for whatever they have started, and until every message is delivered. */
  async untilSettled(): Promise<void> {
    await this.untilRunsEnd();
    await this.#until(async () => {
      const busy = await this.installation.database.query(
        `SELECT FROM upload_file WHERE state IN ('WRITING', 'READY', 'APPLYING')
         UNION ALL SELECT FROM lane WHERE holder IS NOT NULL AND expires_at > clock_timestamp()
         UNION ALL SELECT FROM alert_message WHERE delivered_at IS NULL AND given_up_at IS NULL`,
      );
      return busy.length === 0 ? true : null;
    });
    this.#takeTold();
  }

  /** Waits until the product can use what was away: a worker polls. */
  async untilPolled(): Promise<void> {
    await this.#until(async () => ((await isWorkerPolling(this.#temporal)) ? true : null));
  }

  /** The orders that are still to come come in, and the last changes get to Shopify. */
  async bringEverything(): Promise<void> {
    await this.sendOrders();
    for (const { order, everyMinutes } of SCHEDULED) if (everyMinutes < 24 * 60) await this.run(order);
    await this.untilSettled();
  }

  async #until<Seen>(look: () => Promise<Seen | null>): Promise<Seen> {
    let seen: Seen | null = null;
    await this.installation.until(async () => (seen = await look()) !== null);
    return seen as Seen;
  }

  /** The watch looks, at least half a minute after it last looked. */
  async look(): Promise<void> {
    const { database } = this.installation;
    await database.query(
      `UPDATE watch SET looked_at = looked_at - interval '30 seconds' WHERE lease_until = '-infinity'`,
    );
    const watch = this.#watch;
    if (watch === null) throw new Error('Nobody watches yet.');
    watch.now = new Date();
    await watch.look(0);
    this.#takeTold();
  }

  #takeTold(): void {
    for (const { message } of this.#receiver.posts.splice(0)) {
      for (const { code, shops, detail } of message.groups) {
        this.told.push({ minute: this.minute, what: `${message.phase} ${code}`, shops, detail });
      }
    }
  }

  /** A customer buys. */
  async sell(sku: string, units: number): Promise<void> {
    await this.installation.sellOnShopify(sku, units);
    this.#orders += 1;
    this.#sold.push({ order: this.#orders, sku, units });
    this.left.set(sku, (this.left.get(sku) ?? 0) - units);
  }

  /** The orders since the last feed of orders come in. */
  async sendOrders(): Promise<void> {
    const orderDate = new Date().toISOString();
    const rows = this.#sold
      .splice(0)
      .map(
        ({ order, sku, units }) =>
          `${order},01,${SHOP},X${order},${sku},SKU,${units},0,WAREHOUSE,ITEM_CREATED,${orderDate}`,
      );
    await this.#send('ORDER_ITEMS', [
      'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
      ...rows,
    ]);
  }

  /** The warehouse has received so many units, and sends what it counts. */
  async sendCount(received: Readonly<Record<string, number>>): Promise<void> {
    const rows = Object.entries(received).map(([sku, units]) => {
      this.#inWarehouse.set(sku, (this.#inWarehouse.get(sku) ?? 0) + units);
      this.left.set(sku, (this.left.get(sku) ?? 0) + units);
      return `WAREHOUSE,,${sku},SKU,,count ${this.#feeds},N,${this.#inWarehouse.get(sku)}`;
    });
    await this.#send('RESET_INVENTORY', [
      'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty',
      ...rows,
    ]);
  }

  async #send(type: string, lines: readonly string[]): Promise<void> {
    this.#feeds += 1;
    const path = join(
      this.installation.sftpFolder,
      'incoming',
      `${type}__${String(this.#feeds).padStart(4, '0')}.csv`,
    );
    await writeFile(`${path}.part`, `${lines.join('\n')}\n`);
    await rename(`${path}.part`, path);
  }
}
