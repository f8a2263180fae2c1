/** All that a run has left behind, without what differs from run to run: times, ids and epochs. */
import { readdir } from 'node:fs/promises';
import type { Installation } from '../end-to-end/installation.ts';
import { labelOf } from './crash-points.ts';
import { readWrittenOnShopify } from './right-state.ts';

export interface FinalState {
  /** SKU → every quantity that Shopify was made to show, in their order, at whichever location. */
  readonly written: Readonly<Record<string, readonly number[]>>;
  /** By SKU and location. */
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
  rows: `SELECT row.sequence, position, sku, quantity
         FROM upload_file AS file CROSS JOIN LATERAL upload_file_rows(file.shop_id, file.sequence) AS row ORDER BY 1, 2`,
  published: 'SELECT product_id, sequence, quantity FROM published_row ORDER BY 1',
  applied: `SELECT product_id, sequence, outcome IN ('APPLIED', 'UNCHANGED') AS "isDone", target, debt, error_code
            FROM applied_row ORDER BY 1`,
  left: 'SELECT location_id, inventory_item_id, state FROM left_item ORDER BY 1, 2',
  owed: 'SELECT product_id, cause FROM owed_row ORDER BY 1, 2',
  unanswered: "SELECT sequence, chunk, generation FROM shopify_call WHERE state = 'STORED'",
  lane: 'SELECT holder FROM lane',
  decisions: 'SELECT decision, count(*) FROM lane_decision GROUP BY 1 ORDER BY 1',
  feeds: 'SELECT file_name FROM import_file ORDER BY 1',
} as const;

/** The first differences, in words; empty when there are none. */
export function describeStateDifferences(found: FinalState, expected: FinalState): readonly string[] {
  const [foundFacts, expectedFacts] = [factsOf(found), factsOf(expected)];
  const only = (facts: readonly string[], others: readonly string[], what: string) => {
    const known = new Set(others);
    return facts.filter((fact) => !known.has(fact)).map((fact) => `${what}: ${fact}`);
  };
  return [
    ...only(foundFacts, expectedFacts, 'is so, and should not').slice(0, 10),
    ...only(expectedFacts, foundFacts, 'is not so').slice(0, 10),
  ];
}

/** A fact of its own for each row, quantity and path; the same path twice is two facts. */
function factsOf({ written, shown, doubleWrites, ledger, sftp }: FinalState): readonly string[] {
  const rows = Object.entries(ledger).flatMap(([table, found]) => found.map((row) => ({ table, row })));
  const facts = [
    ...Object.entries(written).map(([sku, quantities]) => ({ sku, quantities })),
    ...Object.entries(shown).map(([sku, units]) => ({ sku, units })),
    ...doubleWrites.map((doubleWrite) => ({ doubleWrite })),
    ...rows,
    ...sftp.map((path) => ({ path })),
  ].map((fact) => JSON.stringify(fact));
  const times = new Map<string, number>();
  return facts.map((fact) => {
    times.set(fact, (times.get(fact) ?? 0) + 1);
    return `${fact} ${times.get(fact)}`;
  });
}

export async function readFinalState(shop: Installation): Promise<FinalState> {
  const ledger: Record<string, readonly unknown[]> = {};
  for (const [name, sql] of Object.entries(LEDGER)) ledger[name] = await shop.database.query(sql);
  const everywhere = await readdir(shop.sftpFolder, { recursive: true });
  return {
    written: await readWrittenOnShopify(shop),
    shown: Object.fromEntries(
      (await shop.twin.levels()).map(({ sku, locationId, available }) => [
        `${sku} at ${locationId}`,
        available,
      ]),
    ),
    doubleWrites: [...(await shop.countAppliedByKey())].filter(([, times]) => times > 1).map(([key]) => key),
    ledger,
    sftp: everywhere.map(labelOf).sort(),
  };
}
