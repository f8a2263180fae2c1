/** The laws of the ledger: nothing in it is edited, and its sums are the levels. */
import type { Connection, Database } from '../database.ts';
import { runInTransaction } from '../transaction.ts';
import { checkLevels, type LevelCheck } from './level-check.ts';

/** Triggers that keep the laws, by table. */
const RULES = [
  ['inventory_item_detail', 'append_only'],
  ['inventory_item_detail', 'refuse_truncate'],
  ['inventory_item_detail', 'post_to_levels'],
  ['product_facility', 'levels_follow_the_ledger_insert'],
  ['product_facility', 'levels_follow_the_ledger_update'],
  ['product_facility', 'levels_follow_the_ledger_delete'],
  ['product_facility', 'levels_stay_in_place'],
] as const;

export interface LedgerCheck extends LevelCheck {
  readonly postings: number;
  readonly levels: number;
  /** `table.trigger` of those that are not there, or do not work for everybody. */
  readonly rulesOff: readonly string[];
}

/**
 * In one snapshot. It reads the whole ledger, some products at a time: 600,000 postings of 200,000 levels took 4 s beside other work.
 */
export async function checkLedger(database: Database): Promise<LedgerCheck> {
  return database.session((session) =>
    runInTransaction(session, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async () => {
      const { rows } = await session.query<{ postings: number; levels: number }>(
        `SELECT (SELECT count(*) FROM inventory_item_detail) AS postings,
           (SELECT count(*) FROM product_facility) AS levels`,
      );
      const { postings = 0, levels = 0 } = rows[0] ?? {};
      return { postings, levels, rulesOff: await findRulesOff(session), ...(await checkLevels(session)) };
    }),
  );
}

/** `tgenabled` O: the trigger works in every session but those that replicate. */
async function findRulesOff(session: Connection): Promise<readonly string[]> {
  const { rows } = await session.query<{ rule: string }>(
    `SELECT needed.place || '.' || needed.name AS rule
     FROM unnest($1::text[], $2::text[]) AS needed (place, name)
     WHERE NOT EXISTS (SELECT FROM pg_trigger
       WHERE tgrelid = to_regclass(needed.place) AND tgname = needed.name AND tgenabled IN ('O', 'A'))
     ORDER BY 1`,
    [RULES.map(([table]) => table), RULES.map(([, trigger]) => trigger)],
  );
  return rows.map(({ rule }) => rule);
}
