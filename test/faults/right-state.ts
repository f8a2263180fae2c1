/** What must be so after any fault, once the lane is idle. */
import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { SHOP, type Installation } from '../end-to-end/installation.ts';

export interface RightState {
  /** SKU → every quantity that it was set to on Shopify, in their order: the last one is what it shows. */
  readonly written: Readonly<Record<string, readonly number[]>>;
  /** Files may wait behind each other. Then rows that a newer one has, too, are passed on to it, and are not written before. */
  readonly mayPassOn?: boolean;
  /** Files that were made. */
  readonly files: number;
  /** Files that a person skipped, by sequence; all others are applied. */
  readonly skipped?: readonly number[];
  /** Damaged files that were set aside. */
  readonly setAside?: number;
}

/** Waits until the files are closed, without waking the lane: no wake-up may be lost. Then looks at everything. */
export async function expectRightState(
  shop: Installation,
  { written, mayPassOn = false, files, skipped = [], setAside = 0 }: RightState,
): Promise<void> {
  await shop.until(async () => {
    const closed = await shop.database.query('SELECT FROM upload_file WHERE closed_at IS NOT NULL');
    return closed.length === files;
  });
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });

  const found = await readWrittenOnShopify(shop);
  expect(describeDifferences(found, written, mayPassOn ? isPartOf : isSame)).toEqual([]);
  if (mayPassOn) {
    const [counted] = await shop.database.query('SELECT sum(applied_count)::int AS writes FROM upload_file');
    expect(counted).toEqual({ writes: Object.values(found).flat().length });
  }
  expect([...(await shop.countAppliedByKey()).values()].filter((times) => times !== 1)).toEqual([]);
  const shown = Object.entries(written).map(([sku, quantities]) => [sku, quantities.at(-1) ?? 0]);
  expect(await shop.readShown()).toEqual(Object.fromEntries(shown));
  const checked = Object.keys(written).length;
  expect(await shop.verify()).toMatchObject({ checked, equal: checked, differentCount: 0 });

  const states = await shop.database.query('SELECT sequence, state FROM upload_file ORDER BY sequence');
  expect(states).toEqual(
    Array.from({ length: files }, (_, index) => {
      const sequence = index + 1;
      return { sequence, state: skipped.includes(sequence) ? 'SKIPPED' : 'APPLIED' };
    }),
  );
  expect(await shop.database.query("SELECT FROM shopify_call WHERE state = 'STORED'")).toEqual([]);
  expect(await shop.database.query('SELECT holder FROM lane')).toEqual([{ holder: null }]);

  expect(await shop.filesIn(`outgoing/${SHOP}`)).toEqual([]);
  expect(await shop.filesIn('incoming')).toEqual([]);
  const everywhere = await readdir(shop.sftpFolder, { recursive: true });
  expect(everywhere.filter((path) => path.includes('.part'))).toEqual([]);
  const aside = everywhere.filter((path) => path.startsWith(`archive/${SHOP}/set-aside/`));
  expect(aside).toHaveLength(setAside);
  const archived = everywhere.filter((path) => path.startsWith(`archive/${SHOP}/`) && !aside.includes(path));
  expect(archived.filter((path) => path.endsWith('.csv'))).toHaveLength(files);
  expect(archived.filter((path) => path.endsWith('.csv.sha256'))).toHaveLength(files);
}

/** Describes the first differences only: nobody would read those of a whole catalogue. */
function describeDifferences(
  found: Record<string, readonly number[]>,
  expected: RightState['written'],
  isRight: (found: readonly number[], expected: readonly number[]) => boolean,
): string[] {
  return Object.keys(expected)
    .filter((sku) => !isRight(found[sku] ?? [], expected[sku] ?? []))
    .map((sku) => `${sku} was set to ${found[sku]?.join()} instead of ${expected[sku]?.join()}`)
    .slice(0, 5);
}

function isSame(found: readonly number[], expected: readonly number[]): boolean {
  return found.join() === expected.join();
}

/** All that was written was to be written, in its order. */
function isPartOf(found: readonly number[], expected: readonly number[]): boolean {
  let next = 0;
  for (const quantity of expected) if (found[next] === quantity) next += 1;
  return next === found.length;
}

/** Reads from Shopify's own log: what it was asked for does not count, only what it changed. */
export async function readWrittenOnShopify(shop: Installation): Promise<Record<string, number[]>> {
  const levels = await shop.twin.levels();
  const requests = await shop.twin.requests('SetOnlineAtp');
  const rows = requests.flatMap(({ applied }) => applied);
  return Object.fromEntries(
    levels.map(({ sku, inventoryItemId }) => [
      sku ?? '',
      rows.filter((row) => row.inventoryItemId === inventoryItemId).map(({ to }) => to),
    ]),
  );
}
