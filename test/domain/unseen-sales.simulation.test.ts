/** Months of sales, imports and pushes: what the debt rule is for, beside the rules that come to mind first. */
import { describe, expect, test } from 'vitest';
import { randomOf } from '../../scripts/bench/random.ts';
import { RetailDay, SALES_ONLY, simulate, type Figures, type Rule } from './retail-day.ts';

const PUSHES = 54_000;
const SEED = 20_261_124;

function told(rule: Rule, figures: Figures): Figures {
  console.info(
    `seed ${SEED}, ${rule}: ${figures.pushes} pushes, ${figures.oversold} units oversold, ${figures.undersold} undersold`,
  );
  return figures;
}

describe('sales whose orders are imported minutes later', () => {
  test('are kept: after every push Shopify shows exactly what is left', () => {
    const figures = told('keep-unseen-sales', simulate('keep-unseen-sales', SALES_ONLY, run()));

    expect(figures.pushes).toBeGreaterThanOrEqual(PUSHES);
    expect(figures).toMatchObject({ oversold: 0, undersold: 0 });
    expect(figures.keptBack).toBeGreaterThan(PUSHES);
  });

  test.each(['overwrite', 'since-last-push'] as const)('are sold once more under %s', (rule) => {
    const figures = told(rule, simulate(rule, SALES_ONLY, run()));

    expect(figures.oversold).toBeGreaterThan(PUSHES / 10);
  });
});

function run() {
  return { pushes: PUSHES, seed: SEED };
}

describe('what is no sale', () => {
  const EDITED = { ...SALES_ONLY, edit: 0.01 };

  test('units taken away by hand never make it sell too much, and come back when the shop is quiet', () => {
    const random = randomOf(SEED);
    for (let day = 0; day < 50; day += 1) {
      const retail = new RetailDay('keep-unseen-sales', EDITED, random);
      retail.minutes(24 * 60);
      retail.quietMinutes(60);
      expect(retail.figures.oversold).toBe(0);
      expect(retail.figures.undersold).toBeGreaterThan(0);
      expect(retail.shown).toBe(retail.left);
    }
  });

  test('cancellations (one of 35 orders, told late and in any order) cost next to nothing', () => {
    const cancelled = { ...SALES_ONLY, cancellation: 0.01 };
    const kept = told('keep-unseen-sales', simulate('keep-unseen-sales', cancelled, run()));
    const overwritten = told('overwrite', simulate('overwrite', cancelled, run()));

    expect(kept.oversold).toBeLessThan(kept.pushes / 1_000);
    expect(kept.undersold).toBeLessThan(kept.pushes / 2);
    expect(overwritten.oversold).toBeGreaterThan(kept.pushes);
  });
});
