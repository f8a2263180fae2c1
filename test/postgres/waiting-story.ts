/** Random stories of a small shop, on the real database, and beside them the list that is kept by hand. */
import { randomUUID } from 'node:crypto';
import { findOldestChange } from '../../src/postgres/age/oldest-changes.ts';
import type { Connection } from '../../src/postgres/database.ts';
import { blockFile, closeFile, startApplying, type LanePass } from '../../src/postgres/lane/lane.ts';
import { decide } from '../../src/postgres/lane/lane-decisions.ts';
import { settle, type SettledRow } from '../../src/postgres/lane/settled-rows.ts';
import { IS_OPEN } from '../../src/postgres/lane/upload-files.ts';
import { moveShop } from '../../src/postgres/producing/move-shop.ts';
import { purge } from '../../src/postgres/purge.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Lane } from './lane-under-test.ts';
import {
  BROADWAY,
  GROUP,
  LONG_AGO,
  OUTLET,
  PARKING,
  Retailer,
  SHOP,
  type OpenTransaction,
} from './retailer.ts';
import { WaitingList } from './waiting-list.ts';
import { type OUTCOMES, PRODUCTS, type Step } from './waiting-steps.ts';

/** Changed only by a transaction that commits late, so that nobody waits for its row. */
const LATE = 'LATE';
/** Of no shop. */
const FOREIGN = 'FOREIGN';

type File = Readonly<{ sequence: number; state: string }>;

export class WaitingStory {
  readonly list = new WaitingList([...PRODUCTS, LATE]);
  readonly #lane: Lane;
  #open: { readonly transaction: OpenTransaction; readonly at: string } | null = null;
  #locations = 1;

  private constructor(lane: Lane) {
    this.#lane = lane;
  }

  get #retailer(): Retailer {
    return this.#lane.retailer;
  }

  get #database() {
    return this.#lane.database;
  }

  /** A shop whose first Hard Sync is applied, so that nothing waits. */
  static async open(defect = ''): Promise<WaitingStory> {
    const { database } = await freshDatabase();
    const retailer = await Retailer.open(database, [...PRODUCTS, LATE]);
    await retailer.addProducts([FOREIGN]);
    // What the clock does to the outlet concerns every product.
    for (const sku of [...PRODUCTS, LATE]) await retailer.post(sku, OUTLET, 1, 0);
    const story = new WaitingStory(new Lane(retailer));
    await retailer.produce('hard-sync');
    await story.#lane.markReady(1);
    await story.#applyRows(
      1,
      [...PRODUCTS, LATE].map(() => 'UNCHANGED' as const),
    );
    if (defect !== '') await database.query(defect);
    return story;
  }

  /** What the product says: on its way, and set apart. */
  async readFigure(): Promise<{
    readonly onItsWay: string | undefined;
    readonly setApart: string | undefined;
  }> {
    const figure = await findOldestChange(this.#database, SHOP);
    return { onItsWay: figure?.onItsWay?.since, setApart: figure?.setApart?.since };
  }

  async close(): Promise<void> {
    await this.#open?.transaction.commit();
  }

  /** A step for which there is nothing to do changes nothing. */
  async take(taken: Step): Promise<void> {
    switch (taken.step) {
      case 'post':
        return this.#change(taken.product, (on) =>
          this.#retailer.post(taken.product, BROADWAY, taken.units, 0, on),
        );
      case 'nothing':
        return this.#change(taken.product, async (on) => {
          await this.#retailer.post(taken.product, BROADWAY, 3, 0, on);
          await this.#retailer.post(taken.product, BROADWAY, -3, 0, on);
        });
      case 'foreign':
        return this.#retailer.post(FOREIGN, BROADWAY, 1, 0);
      case 'count':
        return this.#count(taken.products, taken.units);
      case 'order':
        return this.#change(taken.product, (on) =>
          on.query(
            `INSERT INTO order_item (order_id, order_item_seq_id, product_id, quantity, facility_id, status_id, order_date)
             VALUES (gen_random_uuid(), '1', $1, 1, '${PARKING}', 'ITEM_CREATED', now())`,
            [taken.product],
          ),
        );
      case 'threshold':
        return this.#setThreshold(taken.units);
      case 'clock':
        return this.#passClock();
      case 'begin':
        return this.#begin();
      case 'commit':
        return this.#commit();
      case 'delta':
        return this.#make('recent-changes');
      case 'hard-sync':
        return this.#make('hard-sync');
      case 'ready':
        return this.#publish();
      case 'apply':
        return this.#apply(taken.outcomes);
      case 'block':
        return this.#block(taken);
      case 'retry':
        return this.#onBlocked((sequence) => this.#lane.decide('retry', sequence));
      case 'skip':
        return this.#onBlocked((sequence) => this.#skip(sequence));
      case 'skip-last':
        return this.#skipLast();
      case 'release':
        return this.#release();
      case 'approve':
        return this.#make('approval');
      case 'reject':
        return this.#reject();
      case 'move':
        return this.#move();
      case 'purge':
        await purge(this.#database);
    }
  }

  async #change(changed: string, work: (on: Connection) => Promise<unknown>): Promise<void> {
    const at = await this.#database.transaction(async (connection) => {
      await work(connection);
      return readNow(connection);
    });
    this.list.change(changed, at);
  }

  /** One that is set again is no change. */
  async #setThreshold(units: number): Promise<void> {
    const changed = await this.#database.query<{ at: Date }>(
      `UPDATE facility_group SET default_threshold = $1
       WHERE facility_group_id = '${GROUP}' AND default_threshold <> $1 RETURNING now() AS at`,
      [units],
    );
    for (const { at } of changed) this.list.change('*', at.toISOString());
  }

  async #count(products: readonly string[], units: number): Promise<void> {
    const rows = await this.#database.query<{ product: string; at: Date }>(
      `INSERT INTO inventory_item_detail
         (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT product_id, facility_id, $2 - quantity_on_hand, 0, 'VAR_EXT_RESET', 'a count'
       FROM product_facility WHERE product_id = ANY($1) AND facility_id = '${BROADWAY}' AND quantity_on_hand <> $2
       RETURNING product_id AS product, now() AS at`,
      [products, units],
    );
    for (const { product: counted, at } of rows) this.list.change(counted, at.toISOString());
  }

  /** A facility begins, or ceases, to sell by the clock alone. */
  async #passClock(): Promise<void> {
    const [due] = await this.#database.query<{ at: Date; loggedAt: Date }>(
      `INSERT INTO facility_group_member (facility_group_id, facility_id, from_date, thru_date)
       SELECT '${GROUP}', '${OUTLET}', $1::timestamptz + make_interval(secs => count(*)),
         date_trunc('milliseconds', clock_timestamp()) + interval '60 milliseconds'
       FROM facility_group_member
       RETURNING thru_date AS at, now() AS "loggedAt"`,
      [LONG_AGO],
    );
    if (!due) return;
    this.list.change('*', due.loggedAt.toISOString());
    await this.#make('recent-changes');
    await this.#database.query('SELECT pg_sleep_until($1)', [due.at]);
    const isSeen = await this.#database.query(
      'SELECT FROM shop_baseline WHERE shop_id = $1 AND effective_at >= $2',
      [SHOP, due.at],
    );
    if (isSeen.length === 0) this.list.change('*', due.at.toISOString());
  }

  async #begin(): Promise<void> {
    if (this.#open) return;
    const transaction = await this.#retailer.begin();
    await this.#retailer.post(LATE, BROADWAY, 1, 0, transaction);
    const { rows } = (await transaction.query('SELECT now() AS at')) as { rows: readonly { at: Date }[] };
    this.#open = { transaction, at: rows[0]?.at.toISOString() ?? '' };
  }

  async #commit(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    await open.transaction.commit();
    this.list.change(LATE, open.at);
  }

  async #make(kind: 'recent-changes' | 'hard-sync' | 'approval'): Promise<void> {
    if (kind === 'recent-changes' && this.list.hardSyncNeeded !== undefined) kind = 'hard-sync';
    const [held] = await this.#database.query<{ plan: number }>(
      `SELECT plan FROM sync_plan WHERE shop_id = $1 AND state = 'HELD'`,
      [SHOP],
    );
    if (kind === 'approval' && !held) return;
    const { file } =
      kind === 'approval'
        ? await this.#retailer.approve(held?.plan ?? 0)
        : await this.#retailer.makeFile(kind, randomUUID());
    const rows = await this.#database.query<{ product: string; at: Date }>(
      `SELECT product_id AS product, plan.made_at AS at FROM sync_plan_row JOIN sync_plan AS plan USING (shop_id, plan)
       WHERE shop_id = $1 AND plan.state = 'HELD'`,
      [SHOP],
    );
    this.list.make({
      kind: file?.kind ?? (kind === 'hard-sync' ? kind : 'recent-changes'),
      file: file && {
        sequence: file.sequence,
        products: Object.keys(await this.#retailer.rowsOf(file.sequence)),
        madeAt: file.createdAt.toISOString(),
      },
      withheld: new Map(rows.map((row) => [row.product, row.at.toISOString()])),
    });
  }

  async #publish(): Promise<void> {
    const before = await this.#readOpen();
    const writing = before.find(({ state }) => state === 'WRITING');
    if (!writing) return;
    await this.#lane.markReady(writing.sequence);
    const after = new Set((await this.#readOpen()).map(({ sequence }) => sequence));
    const superseded = before.map(({ sequence }) => sequence).filter((sequence) => !after.has(sequence));
    this.list.supersede(superseded, writing.sequence);
  }

  #readOpen(): Promise<File[]> {
    return this.#database.query<File>(
      `SELECT sequence, state FROM upload_file WHERE shop_id = $1 AND ${IS_OPEN} ORDER BY sequence`,
      [SHOP],
    );
  }

  async #apply(wanted: readonly (typeof OUTCOMES)[number][]): Promise<void> {
    const [head] = await this.#readOpen();
    if (head && (head.state === 'READY' || head.state === 'APPLYING'))
      await this.#applyRows(head.sequence, wanted);
  }

  async #applyRows(sequence: number, wanted: readonly (typeof OUTCOMES)[number][]): Promise<void> {
    const pass = await this.#lane.enter();
    await startApplying(this.#database, pass, sequence);
    await this.#settle(sequence, wanted);
    await closeFile(this.#database, pass, sequence);
    this.list.close(sequence);
  }

  /** As the steps of a run do; a row that this file has settled already stays. */
  async #settle(
    sequence: number,
    wanted: readonly (typeof OUTCOMES)[number][],
    part?: number,
  ): Promise<void> {
    const settled = await this.#readSettled(sequence);
    const rows = Object.keys(await this.#retailer.rowsOf(sequence))
      .slice(0, part)
      .filter((each) => !settled.has(each))
      .map((productId, at) => toSettled(productId, wanted[at] ?? 'UNCHANGED'));
    const at = await this.#database.transaction(async (connection) => {
      await settle(connection, SHOP, sequence, rows);
      return readNow(connection);
    });
    for (const { productId, outcome } of rows) this.list.settle(sequence, productId, outcome, at);
  }

  async #readSettled(sequence: number): Promise<ReadonlySet<string>> {
    const rows = await this.#database.query<{ product: string }>(
      'SELECT product_id AS product FROM applied_row WHERE shop_id = $1 AND sequence = $2',
      [SHOP, sequence],
    );
    return new Set(rows.map((row) => row.product));
  }

  async #block({ outcomes: wanted, part, code }: Extract<Step, { step: 'block' }>): Promise<void> {
    const [head] = await this.#readOpen();
    if (!head || head.state === 'BLOCKED') return;
    const pass: LanePass = await this.#lane.enter();
    if (head.state !== 'WRITING') {
      await startApplying(this.#database, pass, head.sequence);
      await this.#settle(head.sequence, wanted, part);
    }
    await blockFile(this.#database, pass, { sequence: head.sequence, code, reason: 'It does not go.' });
  }

  async #onBlocked(work: (sequence: number) => Promise<unknown>): Promise<void> {
    const [head] = await this.#readOpen();
    if (head?.state === 'BLOCKED') await work(head.sequence);
  }

  async #skip(sequence: number): Promise<void> {
    const published = await this.#database.query<{ product: string; sequence: number }>(
      'SELECT product_id AS product, sequence FROM published_row WHERE shop_id = $1',
      [SHOP],
    );
    const applied = await this.#database.query<{ product: string }>(
      `SELECT product_id AS product FROM applied_row
       WHERE shop_id = $1 AND sequence >= $2 AND outcome IN ('APPLIED', 'UNCHANGED')`,
      [SHOP, sequence],
    );
    await this.#lane.decide('skip', sequence);
    const [decided] = await this.#database.query<{ at: Date }>(
      'SELECT max(decided_at) AS at FROM lane_decision',
    );
    this.list.skip(
      sequence,
      new Map(published.map((row) => [row.product, row.sequence])),
      new Set(applied.map((row) => row.product)),
      decided?.at.toISOString() ?? '',
    );
  }

  /** A person may stop and leave out any file, not only the first. */
  async #skipLast(): Promise<void> {
    const last = (await this.#readOpen()).at(-1);
    if (!last) return;
    await this.#lane.hold(last.sequence);
    await this.#skip(last.sequence);
  }

  async #release(): Promise<void> {
    if (this.list.notApplied.size === 0) return;
    await decide(this.#database, {
      shopId: SHOP,
      decisionKey: randomUUID(),
      decision: { decision: 'release', by: 'Ann' },
    });
    this.list.release();
  }

  async #reject(): Promise<void> {
    const [held] = await this.#database.query<{ plan: number }>(
      `SELECT plan FROM sync_plan WHERE shop_id = $1 AND state = 'HELD'`,
      [SHOP],
    );
    if (!held) return;
    await this.#retailer.reject(held.plan);
    this.list.reject();
  }

  async #move(): Promise<void> {
    this.#locations += 1;
    const before = await this.#database.transaction(readNow);
    await moveShop(
      this.#database,
      SHOP,
      { locationId: `gid://shopify/Location/${this.#locations}` },
      { drains: false },
    );
    const [shop] = await this.#database.query<{ at: Date }>(
      'SELECT hard_sync_needed_since AS at FROM shop WHERE shop_id = $1',
      [SHOP],
    );
    const at = shop?.at.toISOString() ?? '';
    // When nothing waited, it is the moment of the move, which only the product knows.
    this.list.move(at >= before ? at : before);
  }
}

async function readNow(connection: Connection): Promise<string> {
  const { rows } = await connection.query<{ at: Date }>('SELECT now() AS at');
  return rows[0]?.at.toISOString() ?? '';
}

function toSettled(productId: string, outcome: (typeof OUTCOMES)[number]): SettledRow {
  if (outcome !== 'UNCHANGED') {
    const errorCode = outcome === 'OWED' ? 'QUANTITY_STALE' : 'ITEM_NOT_TRACKED';
    return { productId, outcome, target: 1, observed: 1, errorCode, errorMessage: 'It does not go.' };
  }
  return {
    productId,
    outcome,
    target: 1,
    observed: 1,
    inventoryItemId: `gid://shopify/InventoryItem/${productId}`,
    importedUnits: 0,
    keptBack: { debt: 0, drops: [] },
  };
}
