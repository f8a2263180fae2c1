/** An installation for `atp doctor`, and the ways in which a test makes a fault real and mends it again. */
import { expect, onTestFinished } from 'vitest';
import { scheduleJob } from '../../src/temporal/schedules.ts';
import { Installation, SHOP, type WorkerProcess } from '../end-to-end/installation.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { atpWith, type Atp } from './atp.ts';

/** Without one of them, or without Import inventory, doctor finds that changes do not get to Shopify. */
const NEEDED_JOBS = ['hard-sync', 'recent-changes', 'process-uploads', 'map-shop'] as const;

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint: string | null;
}

/** Their schedules are there, and no run of theirs comes while a test lasts. */
export async function scheduleNeededJobs({ temporal }: Installation): Promise<void> {
  const startAt = new Date(Date.now() + 24 * 60 * 60_000);
  for (const job of NEEDED_JOBS) {
    await scheduleJob(temporal, { job, shopId: SHOP }, { intervals: [{ every: '1 hour' }], startAt });
  }
  await scheduleJob(temporal, { job: 'import' }, { intervals: [{ every: '1 hour' }], startAt });
}

export class Patient {
  readonly shop: Installation;
  readonly atp: Atp;
  readonly worker: WorkerProcess;

  private constructor(shop: Installation, atp: Atp, worker: WorkerProcess) {
    this.shop = shop;
    this.atp = atp;
    this.worker = worker;
  }

  /** An installation without a fault, with three products and a worker. */
  static async open(): Promise<Patient> {
    const shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT', 'GREEN-SHIRT']);
    await scheduleNeededJobs(shop);
    return new Patient(shop, await atpWith(shop.environment), await shop.startWorker());
  }

  /** Runs all checks; `change` overrides variables of the environment. */
  async checks(change: Readonly<Record<string, string>> = {}): Promise<Check[]> {
    const isAsIs = Object.keys(change).length === 0;
    const atp = isAsIs ? this.atp : await atpWith({ ...this.shop.environment, ...change });
    const { stdout, exitCode } = await atp.run('doctor', '--json');
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly Check[] };
    expect(exitCode).toBe(checks.every(({ ok }) => ok) ? 0 : 1);
    for (const { ok, hint, name } of checks) if (!ok) expect(hint, name).not.toBeNull();
    return [...checks];
  }

  /** The failing checks, by name. */
  async failing(change: Readonly<Record<string, string>> = {}): Promise<Record<string, Check>> {
    const checks = await this.checks(change);
    return Object.fromEntries(checks.filter(({ ok }) => !ok).map((check) => [check.name, check]));
  }

  /** Changes the database, and changes it back when the test is over. */
  async inDatabase(there: string, back: string): Promise<void> {
    onTestFinished(async () => {
      await this.shop.database.query(back);
    });
    await this.shop.database.query(there);
  }

  /** Changes a record at Shopify and reads the catalogue again; undoes both when the test is over. */
  async atShopify(path: 'items' | 'levels' | 'locations', there: object, back: object): Promise<void> {
    const patch = async (change: object) => {
      await this.shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/${path}`, [change]);
      await this.atp.json(['shop', 'map', SHOP]);
    };
    onTestFinished(() => patch(back));
    await patch(there);
  }
}
