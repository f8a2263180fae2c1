/** Months of simulated sales, imports and pushes: the debt rule beside two simpler rules, which oversell. */
import { describe, expect, test } from 'vitest';
import { randomOf } from '../../scripts/bench/random.ts';
import { RetailDay, SALES_ONLY, simulate, type Figures, type Rule } from './retail-day.ts';

const PUSHES = 54_000;
const SEED = 20_261_124;
const RUN = { pushes: PUSHES, seed: SEED };

function logFigures(rule: Rule, figures: Figures): Figures {
  console.info(
    `seed ${SEED}, ${rule}: ${figures.pushes} pushes, ${figures.oversold} units oversold, ${figures.undersold} undersold`,
  );
  return figures;
}

describe('sales whose orders are imported minutes later', () => {
  test('are kept back, so that Shopify shows exactly what is left after every push', () => {
    const figures = logFigures('keep-unseen-sales', simulate('keep-unseen-sales', SALES_ONLY, RUN));

    expect(figures.pushes).toBeGreaterThanOrEqual(PUSHES);
    expect(figures).toMatchObject({ oversold: 0, undersold: 0 });
    expect(figures.keptBack).toBeGreaterThan(PUSHES);
  });

  test.each(['overwrite', 'since-last-push'] as const)('are sold once more under the rule %s', (rule) => {
    const figures = logFigures(rule, simulate(rule, SALES_ONLY, RUN));

    expect(figures.oversold).toBeGreaterThan(PUSHES / 10);
  });
});

describe('the debt rule', () => {
  const EDITED = { ...SALES_ONLY, edit: 0.01 };

  test('never oversells after units were taken away by hand, and puts them back on sale once the shop is quiet', () => {
    const random = randomOf(SEED);
    for (let day = 0; day < 50; day += 1) {
      const retail = new RetailDay('keep-unseen-sales', EDITED, random);
      retail.passMinutes(24 * 60);
      retail.passQuietMinutes(90);
      expect(retail.figures.oversold).toBe(0);
      expect(retail.figures.undersold).toBeGreaterThan(0);
      expect(retail.shown).toBe(retail.left);
    }
  });

  test('oversells less than one unit in 1,000 pushes when one of 35 orders is cancelled and that is imported late', () => {
    const cancelled = { ...SALES_ONLY, cancellation: 0.01 };
    const kept = logFigures('keep-unseen-sales', simulate('keep-unseen-sales', cancelled, RUN));
    const overwritten = logFigures('overwrite', simulate('overwrite', cancelled, RUN));

    expect(kept.oversold).toBeLessThan(kept.pushes / 1_000);
    expect(kept.undersold).toBeLessThan(kept.pushes / 2);
    expect(overwritten.oversold).toBeGreaterThan(kept.pushes);
  });
});
