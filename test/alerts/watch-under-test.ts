/** A watch over an installation, whose clock the test sets. */
import { deliverDue } from '../../activities/deliver-alerts.ts';
import { openAlerting } from '../../src/alerting/send-alert.ts';
import { openApplication } from '../../src/main/application.ts';
import { createWatch, type Watch } from '../../src/operations/watch/watch.ts';
import type { Application } from '../../src/operations/application.ts';
import type { Database } from '../../src/postgres/database.ts';
import { listOpenConditions, type StoredCondition } from '../../src/postgres/alerts/conditions.ts';
import { readClock } from '../../src/postgres/clock.ts';
import { wakeDelivery } from '../../src/temporal/alert-delivery.ts';
import type { Installation } from '../end-to-end/installation.ts';
import { cleanUp } from '../setup/clean-up.ts';

/** A little more than WATCH_ROUNDS_APART_MS: as a watch looks by itself. */
const A_ROUND_MS = 30_000;

export class WatchUnderTest {
  readonly database: Database;
  readonly watch: Watch;
  /** What it logged. */
  readonly log: string[];
  now: Date;

  private constructor(database: Database, watch: Watch, log: string[], now: Date) {
    this.database = database;
    this.watch = watch;
    this.log = log;
    this.now = now;
  }

  /**
   * @param variables of its process, in addition to those of the installation
   * @param change what the watch asks, in place of the installation's own
   */
  static async over(
    installation: Installation,
    variables: Readonly<Record<string, string>> = {},
    change: Partial<Application> = {},
  ): Promise<WatchUnderTest> {
    const environment = { ...installation.environment, ...variables };
    const opened = openApplication({ variables: environment, folder: environment['ATP_STATE_DIR'] ?? '' });
    cleanUp(() => opened.close());
    const app = { ...opened, ...change };
    const log: string[] = [];
    const send = openAlerting(environment);
    const watch = createWatch({
      app,
      send,
      deliver: async (dueForMs, now) =>
        deliverDue({ database: await app.database(), sendAlert: send }, dueForMs, () => Promise.resolve(now)),
      wakeDelivery: async () => wakeDelivery(await app.temporal()),
      log: (level, message, details) => log.push(JSON.stringify({ level, message, ...details })),
    });
    const now = new Date(await readClock(installation.database));
    return new WatchUnderTest(installation.database, watch, log, now);
  }

  /** Lets time pass and looks once; messages that it delivers itself have arrived, or failed. Returns what is open. */
  async look(afterMs = A_ROUND_MS): Promise<readonly StoredCondition[]> {
    this.now = new Date(this.now.getTime() + afterMs);
    await this.watch.look(this.now);
    await this.watch.settle();
    return listOpenConditions(this.database);
  }

  /** The same, often enough for what is so to be told, and for what is over to have ended. */
  async lookTwice(): Promise<readonly StoredCondition[]> {
    await this.look();
    return this.look();
  }

  /** The codes of what is open, each once. */
  async openCodes(): Promise<readonly string[]> {
    const open = await listOpenConditions(this.database);
    return [...new Set(open.map(({ code }) => code))].toSorted();
  }
}
