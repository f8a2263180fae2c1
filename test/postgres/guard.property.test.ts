/** The guard in SQL equals the guard of the domain, for any move of a product. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  quantityByOwnSales,
  quantityBySales,
  risenUnits,
  suspicionOf,
  SUSPICIONS,
  type Move,
  type Suspicion,
} from '../../src/domain/guard.ts';
import {
  isStrikingSql,
  quantityByOwnSalesSql,
  quantityBySalesSql,
  risenUnitsSql,
  suspicionSql,
} from '../../src/postgres/planning/suspect-rows.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const units = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1_000_000_000 }));

const moves = fc.array(
  fc.record({
    before: fc.option(units),
    quantity: units,
    sold: fc.oneof(fc.integer({ min: -20, max: 40 }), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
    soldByShop: units,
    heldFor: fc.constantFrom(null, 'COLLAPSE', 'SURGE', 'SELL_OUT', 'FIRST_HARD_SYNC'),
  }),
  { minLength: 50, maxLength: 500 },
);

const MOVE = {
  before: 'move.before',
  quantity: 'move.quantity',
  sold: 'move.sold',
  soldByShop: 'move."soldByShop"',
};

/** One of each kind: whatever chance draws, there is something to agree on. */
const OF_EACH_KIND = [
  { before: 40, quantity: 5, sold: 0, soldByShop: 0, heldFor: null },
  { before: 5, quantity: 40, sold: 0, soldByShop: 0, heldFor: null },
  { before: 40, quantity: 5, sold: 35, soldByShop: 0, heldFor: null },
];

/** Just beyond what the guard looks at more closely, and just within. */
const AT_THE_EDGE = [
  { before: 4, quantity: 1, sold: 0, soldByShop: 0, heldFor: null },
  { before: 3, quantity: 1, sold: 0, soldByShop: 0, heldFor: null },
  { before: 1, quantity: 5, sold: 0, soldByShop: 0, heldFor: null },
  { before: 1, quantity: 4, sold: 0, soldByShop: 0, heldFor: null },
  { before: 40, quantity: 10, sold: -5, soldByShop: 0, heldFor: null },
];

test('SQL and the domain agree on every move, and what is suspect is striking', async () => {
  const { database } = await freshDatabase();
  const seen = new Set<Suspicion | null>();
  await fc.assert(
    fc.asyncProperty(moves, async (generated) => {
      const found = await database.query<{ isStriking: boolean | null }>(
        `SELECT ${isStrikingSql(MOVE)} AS "isStriking", ${suspicionSql(MOVE, 'move."heldFor"')} AS suspicion, ${risenUnitsSql(MOVE)} AS risen,
           CASE WHEN move.before IS NOT NULL THEN ${quantityBySalesSql(MOVE)} END AS "bySales",
           CASE WHEN move.before IS NOT NULL THEN ${quantityByOwnSalesSql(MOVE)} END AS "byOwnSales"
         FROM jsonb_to_recordset($1)
           AS move (before bigint, quantity bigint, sold bigint, "soldByShop" bigint, "heldFor" text, at bigint)
         ORDER BY at`,
        [JSON.stringify(generated.map((move, at) => ({ ...move, at })))],
      );
      const inDomain = generated.map(({ heldFor, ...move }) => ({
        suspicion: suspicionOf(move, heldFor),
        risen: risenUnits(move),
        bySales: isKnown(move) ? quantityBySales(move) : null,
        byOwnSales: isKnown(move) ? quantityByOwnSales(move) : null,
      }));
      for (const { suspicion } of inDomain) seen.add(suspicion);
      expect(found.map(({ isStriking: _isStriking, ...inSql }) => inSql)).toEqual(inDomain);
      const isStrikingWhereSuspect = inDomain.every(
        ({ suspicion }, at) => suspicion === null || found[at]?.isStriking === true,
      );
      expect(isStrikingWhereSuspect).toBe(true);
    }),
    { numRuns: 40, examples: [[OF_EACH_KIND], [AT_THE_EDGE]] },
  );
  expect([...seen]).toEqual(expect.arrayContaining([...SUSPICIONS]));
});

function isKnown(move: Move): move is Move & { readonly before: number } {
  return move.before !== null;
}
