/** A synced shop whose every service has a gate, with all that looks at it: doctor, the figure, metrics and the watch. */
import { expect } from 'vitest';
import type { ConditionCode } from '../../src/domain/conditions.ts';
import { ageMs, isWithinLimit } from '../../src/domain/oldest-change.ts';
import { DEAR_CHECKS_INTERVAL_MS } from '../../src/domain/limits.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { openApplication } from '../../src/main/application.ts';
import { serveWorker } from '../../src/main/worker-server.ts';
import type { Check } from '../../src/operations/doctor/check.ts';
import { runChecks } from '../../src/operations/doctor/doctor.ts';
import { findOldestChange } from '../../src/postgres/age/oldest-changes.ts';
import { addTarget } from '../../src/postgres/alerts/targets.ts';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.ts';
import { openReceiver, type Receiver } from '../alerts/receivers.ts';
import { WatchUnderTest } from '../alerts/watch-under-test.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { Installation, SHOP, type OwnParts } from '../end-to-end/installation.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { tcpGate, type TcpGate } from '../setup/tcp-gate.ts';
import { until } from '../setup/until.ts';
import type { Seen } from './table.ts';

/** A little more than the pause between two looks of a watch. */
const A_LOOK_MS = 30_000;
/** So that no row is one of the 20 messages in the hour of another. */
const BETWEEN_ROWS_MS = 61 * 60_000;
const LOOKS_MAX = 4;

/** A way in which the sync stops. */
export interface Way {
  readonly code: ConditionCode;
  /** Makes it so. */
  readonly begin: () => Promise<void>;
  /** What makes it old enough to be found, where it is not found at once; `words` is how old. */
  readonly grow?: { readonly words: string; readonly pass: () => Promise<void> };
  /** The run that meets it: returns its workflow id. */
  readonly run?: () => Promise<string>;
  readonly mend: () => Promise<void>;
  /** The figure cannot be read: what says so instead. */
  readonly hasNoFigure?: true;
  /** Nothing can be written down, so the watch tells it from memory. */
  readonly isToldFromMemory?: true;
}

interface Gates {
  /** Between the database and whoever looks. The worker and the test go past it. */
  readonly postgres: TcpGate;
  readonly temporal: TcpGate;
  /** Between these and everybody. */
  readonly sftp: TcpGate;
  readonly shopify: TcpGate;
}

type Looker = ReturnType<typeof openApplication>;

export class ToldShop {
  readonly installation: Installation;
  readonly gates: Gates;
  readonly watch: WatchUnderTest;
  readonly #looker: Looker;
  readonly #receiver: Receiver;
  #counts = 0;

  private constructor(
    installation: Installation,
    gates: Gates,
    watch: WatchUnderTest,
    looker: Looker,
    receiver: Receiver,
  ) {
    this.installation = installation;
    this.gates = gates;
    this.watch = watch;
    this.#looker = looker;
    this.#receiver = receiver;
  }

  /**
   * @param startWorker starts the one that works for the shop
   * @param own a database of the test's own
   */
  static async open(
    startWorker: (installation: Installation) => Promise<unknown>,
    own: Pick<OwnParts, 'database'> = {},
  ): Promise<ToldShop> {
    const [sftp, twin, receiver] = await Promise.all([freshSftpRoot(), freshTwin(), openReceiver()]);
    const ofSftp = await tcpGate(sftp.settings.port);
    const adminUrl = new URL(twin.shop.adminUrl);
    const ofShopify = await tcpGate(Number(adminUrl.port));
    adminUrl.port = String(ofShopify.port);
    const installation = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT'], {
      ...own,
      sftp: { ...sftp, settings: { ...sftp.settings, port: ofSftp.port } },
      twin: { ...twin, shop: { ...twin.shop, adminUrl: adminUrl.href } },
    });
    const databaseUrl = new URL(installation.environment['DATABASE_URL'] ?? '');
    const ofPostgres = await tcpGate(Number(databaseUrl.port));
    Object.assign(databaseUrl, { hostname: '127.0.0.1', port: String(ofPostgres.port) });
    const [, temporalPort] = installation.temporal.address.split(':');
    const ofTemporal = await tcpGate(Number(temporalPort));
    const behindGates = {
      DATABASE_URL: databaseUrl.href,
      TEMPORAL_ADDRESS: `127.0.0.1:${ofTemporal.port}`,
      ALERT_SECRET: 'a-secret',
    };
    await scheduleNeededJobs(installation);
    await addTarget(installation.database, {
      ...{ name: 'ops', kind: 'webhook', address: receiver.url, sender: null, secretRef: 'env:ALERT_SECRET' },
      ...{ minSeverity: 'warning', remindEveryMs: 7 * 24 * 60 * 60_000 },
    });
    const variables = { ...installation.environment, ...behindGates };
    const looker = openApplication({ variables, folder: installation.environment['ATP_STATE_DIR'] ?? '' });
    cleanUp(() => looker.close());
    // What is away later was there at first.
    await Promise.all([looker.database(), looker.temporal()]);
    const gates = { postgres: ofPostgres, temporal: ofTemporal, sftp: ofSftp, shopify: ofShopify };
    // By the same connections: once doctor sees that Temporal is back, the watch does, too.
    const watch = await WatchUnderTest.over(installation, behindGates, {
      database: () => looker.database(),
      temporal: () => looker.temporal(),
    });
    const shop = new ToldShop(installation, gates, watch, looker, receiver);
    // The worker has a watch as well, by the clock of the machine: its looks, which would go back, are not taken.
    await installation.database.query(`
      CREATE FUNCTION never_back() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.looked_at < OLD.looked_at THEN RETURN NULL; END IF; RETURN NEW; END $$;
      CREATE TRIGGER never_back BEFORE UPDATE ON watch FOR EACH ROW EXECUTE FUNCTION never_back()`);
    await shop.#letAnHourPass();
    await startWorker(installation);
    return shop;
  }

  /** Changes a product, so that something waits. */
  async change(): Promise<void> {
    this.#counts += 1;
    await this.installation.count(`RESET_INVENTORY__${this.#counts}.csv`, 'BROADWAY', {
      'BLUE-SHIRT': this.#counts,
    });
  }

  /** The same, in a file that waits in a paused lane; what the lane does with it is up to the test. */
  async fileBehindPause(): Promise<void> {
    await this.pause();
    await this.change();
    await this.installation.recentChanges();
  }

  async pause(): Promise<void> {
    await this.installation.database.query(
      `INSERT INTO lane (shop_id, paused_at, paused_by, pause_reason) VALUES ($1, now(), 'Ann', 'stock-take')
       ON CONFLICT (shop_id) DO UPDATE SET paused_at = now(), paused_by = 'Ann', pause_reason = 'stock-take'`,
      [SHOP],
    );
  }

  async resume(): Promise<void> {
    await this.installation.database.query(
      'UPDATE lane SET paused_at = NULL, paused_by = NULL, pause_reason = NULL',
    );
  }

  /** Measures what a row of the table says. What it has broken is mended, whatever comes of it. */
  async measure(way: Way, expected: Seen): Promise<Seen> {
    await this.#letAnHourPass();
    expect(await this.watch.openCodes(), 'open before').toEqual([]);
    let isBroken = true;
    const mend = async () => {
      if (isBroken) await way.mend();
      isBroken = false;
    };
    try {
      return await this.#measure({ ...way, mend }, expected);
    } finally {
      await mend();
      await this.#settle();
    }
  }

  async #measure(way: Way, expected: Seen): Promise<Seen> {
    const { code } = way;
    await way.begin();
    if (way.grow) {
      expect(await this.#find(code), `${code} before ${way.grow.words}`).toBeUndefined();
      await way.grow.pass();
    }
    // Temporal's lists are some seconds old.
    const found = await until(async () => {
      const check = await this.#find(code);
      if (!check) throw new Error(`Doctor does not find ${code}.`);
      return check;
    });
    const figure = way.hasNoFigure ? '—' : await this.#readFigure();
    const outcome = way.run ? await this.#outcomeOf(await way.run()) : '—';
    const isTold = !expected.metric.startsWith('atp_condition');
    if (isTold) expect(await this.#isOnPage(expected.metric), expected.metric).toBe(true);
    const told = await this.#lookUntilTold('began', way, found);
    if (!isTold) expect(await this.#isOnPage(expected.metric), expected.metric).toBe(true);

    await way.mend();
    await until(async () => {
      if (await this.#find(code)) throw new Error(`Doctor still finds ${code}.`);
    });
    const ended = await this.#lookUntilTold('ended', way, found);
    expect(await this.#isOnPage(expected.metric), `${expected.metric} after its end`).toBe(false);
    const doctor = way.grow ? `${code} after ${way.grow.words}` : code;
    return { figure, doctor, outcome, metric: expected.metric, told, ended };
  }

  /** Nothing waits any more: the figure of the next row is its own. */
  async #settle(): Promise<void> {
    await until(async () => {
      const figure = await this.#readFigure();
      if (figure === '—' || figure === 'HARD_SYNC_NEEDED') return;
      await this.installation.recentChanges();
      await this.installation.processUploads();
      throw new Error(`A change waits: ${figure}.`);
    });
  }

  async #letAnHourPass(): Promise<void> {
    await this.watch.look(BETWEEN_ROWS_MS);
    // What another row has left in doubt.
    await this.watch.lookTwice();
    await this.watch.look(DEAR_CHECKS_INTERVAL_MS);
    this.#receiver.posts.splice(0);
  }

  async finds(code: ConditionCode): Promise<boolean> {
    return (await this.#find(code)) !== undefined;
  }

  async #find(code: ConditionCode): Promise<Check | undefined> {
    const checks = await runChecks(this.#looker, { withDear: true, isThorough: false });
    return checks.find((check) => check.code === code);
  }

  async #readFigure(): Promise<string> {
    const figure = await findOldestChange(this.installation.database, SHOP);
    const waiting = figure?.onItsWay ?? figure?.setApart;
    if (!figure || !waiting) return '—';
    expect(ageMs(figure, waiting)).toBeGreaterThan(0);
    return isWithinLimit(figure) ? waiting.cause : `${waiting.cause}, too old`;
  }

  async #outcomeOf(workflowId: string): Promise<string> {
    const handle = this.installation.temporal.client.workflow.getHandle(workflowId);
    await handle.result().catch(() => undefined);
    const { typedSearchAttributes } = await handle.describe();
    return typedSearchAttributes.get(SEARCH_ATTRIBUTES.outcome) ?? '—';
  }

  /** `atp_plans_held`, `atp_lane_state{state="blocked"}`: above 0; `… 0`: it is 0. */
  async #isOnPage(metric: string): Promise<boolean> {
    const [, name = '', labels = '', zero] = /^(\w+)(?:\{(.*)\})?( 0)?$/.exec(metric) ?? [];
    const text = await this.#scrape();
    return text.split('\n').some((line) => {
      const [, series = '', value] = /^(.+) (\S+)$/.exec(line) ?? [];
      const isIt = series.startsWith(name) && labels.split(',').every((label) => series.includes(label));
      return isIt && !line.startsWith('#') && (zero ? Number(value) === 0 : Number(value) > 0);
    });
  }

  /** A page of its own each time: a page keeps its readings for some seconds. */
  async #scrape(): Promise<string> {
    const [database, temporal] = [await this.#looker.database(), await this.#looker.temporal()];
    const server = await serveWorker(
      { host: '127.0.0.1', port: 0, isGiven: true },
      {
        ...{ metrics: createMetrics({ version: 'test' }), database, temporal: () => temporal },
        ...{ look: () => Promise.resolve([]), isPolling: () => true, sdkMetricsAddress: null },
        log: () => undefined,
      },
    );
    try {
      return await (await fetch(`http://127.0.0.1:${server?.port}/metrics`)).text();
    } finally {
      await server?.close();
    }
  }

  /** Looks as a watch does, from just after a look that has seen the state before. Returns the time that it took. */
  async #lookUntilTold(phase: 'began' | 'ended', way: Way, { cost }: Check): Promise<string> {
    const [before] = await this.installation.database.query<{ number: number }>(
      'SELECT coalesce(max(number), 0) AS number FROM alert_message',
    );
    let seconds = 0;
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      const afterMs = look === 0 && cost === 'dear' ? DEAR_CHECKS_INTERVAL_MS : A_LOOK_MS;
      await this.watch.look(afterMs);
      seconds += afterMs / 1000;
      const isTold = way.isToldFromMemory
        ? this.#receiver.posts.some(
            ({ message }) =>
              message.phase === phase && message.groups.some((group) => group.code === way.code),
          )
        : await this.#isInOutbox(phase, way.code, before?.number ?? 0);
      if (isTold) return `${seconds} s`;
    }
    return 'never';
  }

  async #isInOutbox(phase: string, code: ConditionCode, after: number): Promise<boolean> {
    const found = await this.installation.database.query(
      `SELECT FROM alert_message, jsonb_array_elements(message -> 'groups') AS told
       WHERE number > $1 AND phase = $2 AND told ->> 'code' = $3`,
      [after, phase, code],
    );
    return found.length > 0;
  }
}
