/** What may happen to a small shop, step by step, for random stories. */
import fc from 'fast-check';
import type { ErrorCode } from '../../src/domain/errors.ts';

export const PRODUCTS = ['A', 'B', 'C', 'D', 'E'] as const;
export const OUTCOMES = ['UNCHANGED', 'QUARANTINED', 'OWED'] as const;
/** The first two are for the next run, or for a person, and no Hard Sync supersedes a file that waits for the second. */
const BLOCKED_BY = [
  'SHOPIFY_UNREACHABLE',
  'SHOPIFY_ACCESS_DENIED',
  'FILE_MISSING',
] as const satisfies readonly ErrorCode[];

const product = fc.constantFrom(...PRODUCTS);
const outcomes = fc.array(
  fc.oneof({ weight: 4, arbitrary: fc.constant('UNCHANGED' as const) }, fc.constantFrom(...OUTCOMES)),
  {
    minLength: PRODUCTS.length,
    maxLength: PRODUCTS.length,
  },
);
const weighted = <Name extends string, Rest extends object>(
  weight: number,
  name: Name,
  rest?: fc.Arbitrary<Rest>,
) => ({
  weight,
  arbitrary: (rest ?? fc.constant({} as Rest)).map((more) => ({ step: name, ...more })),
});

export const step = fc.oneof(
  weighted(6, 'post', fc.record({ product, units: fc.integer({ min: -3, max: 4 }) })),
  weighted(
    2,
    'count',
    fc.record({ products: fc.uniqueArray(product, { minLength: 1 }), units: fc.constantFrom(0, 1, 40) }),
  ),
  weighted(1, 'order', fc.record({ product })),
  weighted(1, 'nothing', fc.record({ product })),
  weighted(1, 'foreign'),
  weighted(1, 'threshold', fc.record({ units: fc.nat(3) })),
  weighted(1, 'clock'),
  weighted(1, 'begin'),
  weighted(2, 'commit'),
  weighted(6, 'delta'),
  weighted(1, 'hard-sync'),
  weighted(6, 'ready'),
  weighted(6, 'apply', fc.record({ outcomes })),
  weighted(
    2,
    'block',
    fc.record({ outcomes, part: fc.nat(PRODUCTS.length), code: fc.constantFrom(...BLOCKED_BY) }),
  ),
  weighted(2, 'retry'),
  weighted(2, 'skip'),
  weighted(1, 'skip-last'),
  weighted(2, 'release'),
  weighted(1, 'approve'),
  weighted(1, 'reject'),
  weighted(1, 'move'),
  weighted(1, 'purge'),
);
export type Step = typeof step extends fc.Arbitrary<infer Generated> ? Generated : never;
