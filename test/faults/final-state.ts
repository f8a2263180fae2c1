/** All that a run has left behind, without what differs from run to run: times, ids and epochs. */
import { readdir } from 'node:fs/promises';
import type { Installation } from '../end-to-end/installation.ts';
import { labelOf } from './crash-points.ts';
import { readWrittenOnShopify } from './right-state.ts';

export interface FinalState {
  /** SKU → every quantity that Shopify was made to show, in their order. */
  readonly written: Readonly<Record<string, readonly number[]>>;
  readonly shown: Readonly<Record<string, number>>;
  /** Keys of which Shopify has executed more than one request. */
  readonly doubleWrites: readonly string[];
  readonly ledger: Readonly<Record<string, readonly unknown[]>>;
  /** Paths, sorted. */
  readonly sftp: readonly string[];
}

const LEDGER = {
  files:
    'SELECT sequence, kind, state, row_count, quarantined_count, owed_count, reason_code FROM upload_file ORDER BY 1',
  rows: 'SELECT sequence, position, sku, quantity FROM upload_file_row ORDER BY 1, 2',
  published: 'SELECT product_id, sequence, quantity FROM published_row ORDER BY 1',
  applied: `SELECT product_id, sequence, outcome IN ('APPLIED', 'UNCHANGED') AS "isDone", target, debt, error_code
            FROM applied_row ORDER BY 1`,
  owed: 'SELECT product_id, cause FROM owed_row ORDER BY 1, 2',
  unanswered: "SELECT sequence, chunk, generation FROM shopify_call WHERE state = 'STORED'",
  lane: 'SELECT holder FROM lane',
  decisions: 'SELECT decision, count(*) FROM lane_decision GROUP BY 1 ORDER BY 1',
  feeds: 'SELECT file_name FROM import_file ORDER BY 1',
} as const;

export async function readFinalState(shop: Installation): Promise<FinalState> {
  const ledger: Record<string, readonly unknown[]> = {};
  for (const [name, sql] of Object.entries(LEDGER)) ledger[name] = await shop.database.query(sql);
  const everywhere = await readdir(shop.sftpFolder, { recursive: true });
  return {
    written: await readWrittenOnShopify(shop),
    shown: await shop.readShown(),
    doubleWrites: [...(await shop.countAppliedByKey())].filter(([, times]) => times > 1).map(([key]) => key),
    ledger,
    sftp: everywhere.map(labelOf).sort(),
  };
}
