/** Whatever files wait, and whichever of them people leave out: each product ends at its newest value, or is owed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../src/postgres/lane/lane-decisions.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

const SKUS = ['A', 'B', 'C', 'D'] as const;
const SHOWN_BEFORE = 5;

/** What becomes of a file: it is applied, or blocked and left out, before the files ahead of it are done or when its turn comes. */
const FATES = ['applied', 'applied', 'blocked early', 'blocked in its turn'] as const;

const files = fc.array(
  fc.record({
    // More rows than none, and a zero now and then.
    units: fc
      .tuple(...SKUS.map(() => fc.option(fc.constantFrom(0, 1, 2, 7, 8, 9), { freq: 2, nil: null })))
      .filter((all) => all.some((units) => units !== null)),
    fate: fc.constantFrom(...FATES),
  }),
  { minLength: 2, maxLength: 5 },
);

test('each product ends at the value of the newest file that has it, or is owed when that one is left out', async () => {
  let passedOn = 0;
  await fc.assert(
    fc.asyncProperty(files, async (story) => {
      const bench = await ChunkBench.open(Object.fromEntries(SKUS.map((sku) => [sku, SHOWN_BEFORE])));
      for (const [index, { units }] of story.entries()) await addFile(bench, index + 1, units);
      for (const [index, { fate }] of story.entries())
        if (fate === 'blocked early') await setFile(bench, index + 1, BLOCKED);
      for (const [index, { fate, units }] of story.entries()) {
        const sequence = index + 1;
        if (fate === 'applied') {
          await setFile(bench, sequence, `state = 'APPLYING'`);
          await bench.apply(sequence);
          const settled = Object.keys(await bench.readOutcomes(sequence)).length;
          passedOn += units.filter((quantity) => quantity !== null).length - settled;
          await setFile(bench, sequence, `state = 'APPLIED', closed_at = now()`);
          continue;
        }
        if (fate === 'blocked in its turn') await setFile(bench, sequence, BLOCKED);
        const decision = { decision: 'skip', sequence, by: 'Ann' } as const;
        await decide(bench.database, { shopId: SHOP, decisionKey: `skip ${sequence}`, decision });
      }

      const shown = await bench.readShown();
      const owed = await bench.readOwed();
      for (const [product, sku] of SKUS.entries()) {
        const newest = story.findLast(({ units }) => units[product] !== null);
        if (!newest) expect(shown[sku]).toBe(SHOWN_BEFORE);
        else if (newest.fate === 'applied') expect([sku, shown[sku]]).toEqual([sku, newest.units[product]]);
        else expect(owed).toContain(`${sku} SKIPPED`);
      }
    }),
    { numRuns: 15, seed: 1 },
  );
  expect(passedOn).toBeGreaterThan(10);
});

const BLOCKED = `state = 'BLOCKED', reason_code = 'FILE_MISSING', reason = 'r', blocked_at = now()`;

async function addFile(
  bench: ChunkBench,
  sequence: number,
  units: readonly (number | null)[],
): Promise<void> {
  const rows = SKUS.flatMap((sku, product) => {
    const quantity = units[product];
    return quantity === null || quantity === undefined ? [] : [[sku, quantity] as const];
  });
  await bench.addFile(sequence, Object.fromEntries(rows), { state: 'READY' });
  await bench.publish(sequence);
}

async function setFile(bench: ChunkBench, sequence: number, change: string): Promise<void> {
  await bench.database.query(`UPDATE upload_file SET ${change} WHERE sequence = $1`, [sequence]);
}
