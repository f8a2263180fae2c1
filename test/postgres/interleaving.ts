/**
 * Random programs of writers and producers that run at once: transactions stay open across snapshots, commit late, or
 * roll back wholly or to a savepoint, while two shops' Hard Syncs, deltas and purges run beside them.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Connection, Database } from '../../src/postgres/database.ts';
import { produceFile } from '../../src/postgres/producing/produce-file.ts';
import { purge } from '../../src/postgres/purge.ts';
import { Retailer } from './retailer.ts';

export const SHOPS = ['near-shop', 'far-shop'] as const;
/** The group of the shop with the same index. */
const GROUPS = ['NEAR', 'FAR'] as const;
const WRITERS = 4;
/** Each writer has products, a facility and settings of its own, so that no writer waits for another's transaction. */
const PRODUCTS_PER_WRITER = 2;

const writer = fc.nat(WRITERS - 1);
const shop = fc.constantFrom(...SHOPS);
const change = fc.record({
  writer,
  product: fc.nat(PRODUCTS_PER_WRITER - 1),
  group: fc.nat(1),
  what: fc.nat(13),
});

export const step = fc.oneof(
  { weight: 10, arbitrary: change.map((made) => ({ step: 'change' as const, ...made })) },
  { weight: 2, arbitrary: change.map((made) => ({ step: 'undone' as const, ...made })) },
  { weight: 4, arbitrary: fc.record({ step: fc.constant('commit' as const), writer }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('rollback' as const), writer }) },
  { weight: 4, arbitrary: fc.record({ step: fc.constant('delta' as const), shop }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('hard-sync' as const), shop }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('retry' as const), shop }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('purge' as const) }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('wait' as const) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer Generated> ? Generated : never;
type Change = Extract<Step, { step: 'change' }>;

interface Writer {
  readonly connection: Connection;
  readonly end: () => void;
  isOpen: boolean;
  /** Transaction id of what it has changed and not yet committed. */
  txid: string | null;
}

/** What a program left behind, for the checks after it. */
export interface Trace {
  /** Ids of the transactions that changed something and were committed, as texts. */
  readonly committed: readonly string[];
}

export class Interleaving {
  readonly retailer: Retailer;
  readonly #writers: Writer[] = [];
  #orders = 0;
  /** Producers and purges that are at work. */
  #atWork: Promise<unknown>[] = [];
  /** Called after each delta, so that another way to find changes can look at the same moment. */
  onDelta: () => Promise<unknown> = async () => undefined;
  readonly #lastKeys = new Map<string, { readonly key: string; readonly sequence: number | null }>();

  private constructor(retailer: Retailer) {
    this.retailer = retailer;
  }

  get database(): Database {
    return this.retailer.database;
  }

  static async open(database: Database): Promise<Interleaving> {
    const names = Array.from({ length: WRITERS }, (_, index) => index);
    await database.query(
      `INSERT INTO facility_group (facility_group_id, facility_group_name) SELECT id, id FROM unnest($1::text[]) AS id`,
      [GROUPS],
    );
    for (const index of names) {
      await database.query(
        `INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ($1, $1, 'RETAIL_STORE')`,
        [`F${index}`],
      );
      await database.query(
        `INSERT INTO facility_group_member SELECT id, $1, '2020-01-01Z' FROM unnest($2::text[]) AS id`,
        [`F${index}`, GROUPS],
      );
    }
    const retailer = Retailer.over(database);
    await retailer.addProducts(
      names.flatMap((index) =>
        Array.from({ length: PRODUCTS_PER_WRITER }, (_, product) => `P${index}-${product}`),
      ),
    );
    for (const [index, id] of SHOPS.entries()) await retailer.openShop(id, GROUPS[index] ?? '');
    await retailer.switchGuardOff();
    for (const id of SHOPS) await retailer.produce('hard-sync', undefined, id);
    const interleaving = new Interleaving(retailer);
    for (const _ of names) interleaving.#writers.push(await openWriter(database));
    return interleaving;
  }

  async close(): Promise<void> {
    for (const { end } of this.#writers) end();
  }

  /**
   * Runs the steps, then ends the transactions that are open, in the order of the writers.
   *
   * @param endings of each writer: true commits, false rolls back
   */
  async run(steps: readonly Step[], endings: readonly boolean[]): Promise<Trace> {
    const committed: string[] = [];
    const end = async (index: number, isCommit: boolean) => {
      const txid = await this.#end(index, isCommit);
      if (txid !== null) committed.push(txid);
    };
    for (const taken of steps) {
      if (taken.step === 'change' || taken.step === 'undone') await this.#change(taken);
      else if (taken.step === 'commit') await end(taken.writer, true);
      else if (taken.step === 'rollback') await end(taken.writer, false);
      else if (taken.step === 'wait') await this.#waitForProducers();
      else this.#produce(taken);
    }
    for (const index of this.#writers.keys()) await end(index, endings[index] ?? true);
    await this.#waitForProducers();
    return { committed };
  }

  /** Waits until every membership and closure that was due in a moment is in force. */
  async waitForDueMoments(): Promise<void> {
    await this.database.query(
      `SELECT pg_sleep_until(max(at)) FROM (
         SELECT max(thru_date) AS at FROM facility_group_member UNION ALL SELECT max(closed_date) FROM facility
       ) AS due WHERE at > clock_timestamp()`,
    );
  }

  async #waitForProducers(): Promise<void> {
    const atWork = this.#atWork;
    this.#atWork = [];
    await Promise.all(atWork);
  }

  #produce(taken: Extract<Step, { step: 'delta' | 'hard-sync' | 'retry' | 'purge' }>): void {
    if (taken.step === 'purge') this.#atWork.push(purge(this.database));
    else if (taken.step === 'retry') this.#atWork.push(this.#retry(taken.shop));
    else
      this.#atWork.push(this.#makeFile(taken.shop, taken.step === 'delta' ? 'recent-changes' : 'hard-sync'));
  }

  async #makeFile(shopId: string, kind: 'hard-sync' | 'recent-changes'): Promise<void> {
    const key = randomUUID();
    const { file } = await produceFile(this.database, { shopId, kind, producerKey: key });
    if (file) this.#lastKeys.set(shopId, { key, sequence: file.sequence });
    if (kind === 'recent-changes') await this.onDelta();
  }

  /** Produces again with the last key, as an attempt that does not know that an earlier one has committed. */
  async #retry(shopId: string): Promise<void> {
    const last = this.#lastKeys.get(shopId);
    if (!last) return;
    const { file } = await produceFile(this.database, {
      shopId,
      kind: 'recent-changes',
      producerKey: last.key,
    });
    if (file?.sequence !== last.sequence)
      throw new Error('A retried producer got another file than its own.');
  }

  async #change({ step: how, ...made }: Change | Extract<Step, { step: 'undone' }>): Promise<void> {
    const one = this.#writers[made.writer] as Writer;
    if (!one.isOpen) {
      await one.connection.query('BEGIN');
      one.isOpen = true;
    }
    if (how === 'undone') await one.connection.query('SAVEPOINT before');
    this.#orders += 1;
    const { text, values } = statementOf(made, this.#orders);
    await one.connection.query(text, values);
    if (how === 'undone') {
      await one.connection.query('ROLLBACK TO SAVEPOINT before');
      return;
    }
    if (one.txid !== null) return;
    const { rows } = await one.connection.query<{ txid: string }>(
      'SELECT pg_current_xact_id()::text AS txid',
    );
    one.txid = rows[0]?.txid ?? null;
  }

  /** Returns the transaction's id when it was committed and had changed something. */
  async #end(index: number, isCommit: boolean): Promise<string | null> {
    const one = this.#writers[index] as Writer;
    if (!one.isOpen) return null;
    await one.connection.query(isCommit ? 'COMMIT' : 'ROLLBACK');
    const { txid } = one;
    one.isOpen = false;
    one.txid = null;
    return isCommit ? txid : null;
  }
}

async function openWriter(database: Database): Promise<Writer> {
  const opened = Promise.withResolvers<Connection>();
  const ended = Promise.withResolvers<void>();
  database
    .session(async (connection) => {
      // However long a busy machine takes between two steps.
      await connection.query('SET idle_in_transaction_session_timeout = 0');
      opened.resolve(connection);
      await ended.promise;
    })
    .catch(opened.reject);
  return { connection: await opened.promise, end: ended.resolve, isOpen: false, txid: null };
}

/** One change of something that Online ATP depends on; `number` is another one for each change. */
function statementOf(made: Omit<Change, 'step'>, number: number): { text: string; values: unknown[] } {
  const product = `P${made.writer}-${made.product}`;
  const facility = `F${made.writer}`;
  const group = GROUPS[made.group];
  const shopId = SHOPS[made.group];
  switch (made.what) {
    case 0:
      return {
        text: 'UPDATE product_facility SET minimum_stock = $3 WHERE product_id = $1 AND facility_id = $2',
        values: [product, facility, number % 4],
      };
    case 1:
      return {
        text: `UPDATE product_facility SET allow_brokering = NOT allow_brokering WHERE product_id = $1 AND facility_id = $2`,
        values: [product, facility],
      };
    case 2:
      return {
        text: `INSERT INTO order_item (order_id, order_item_seq_id, product_id, quantity, status_id, order_date)
               VALUES ($2, '1', $1, 2, 'ITEM_CREATED', now())`,
        values: [product, `O${number}`],
      };
    case 3:
      return {
        text: `UPDATE order_item SET status_id = 'ITEM_CANCELLED' WHERE product_id = $1 AND open_quantity > 0`,
        values: [product],
      };
    case 4:
      return {
        text: `INSERT INTO product_facility_group VALUES ($1, $2, $3)
               ON CONFLICT (product_id, facility_group_id) DO UPDATE SET threshold = excluded.threshold`,
        values: [product, group, number % 3],
      };
    case 5:
      return {
        text: 'UPDATE shop_product SET inventory_item_id = $3 WHERE shop_id = $1 AND product_id = $2',
        values: [shopId, product, `item ${number}`],
      };
    case 6:
      // The membership ends in a moment, by the clock; if it had an end already, that is taken back.
      return {
        text: `UPDATE facility_group_member
               SET thru_date = CASE WHEN thru_date IS NULL THEN clock_timestamp() + interval '4 milliseconds' END
               WHERE facility_id = $1 AND facility_group_id = $2`,
        values: [facility, group],
      };
    case 7:
      return {
        text: `UPDATE facility
               SET closed_date = CASE WHEN closed_date IS NULL THEN clock_timestamp() + interval '4 milliseconds' END
               WHERE facility_id = $1`,
        values: [facility],
      };
    default:
      return {
        text: `INSERT INTO inventory_item_detail
                 (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
               VALUES ($1, $2, $3, 0, 'VAR_MANUAL', 'test')`,
        values: [product, facility, (number % 7) - 2],
      };
  }
}
