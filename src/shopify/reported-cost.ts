/** What an answer tells of its cost and of the shop's quota, in `extensions.cost` beside the data. */
import { z } from 'zod';
import type { ThrottleStatus } from '../domain/throttle.ts';

/** Points. */
export interface ReportedCost {
  readonly requested: number;
  /** Null when the request was not executed, and so not charged. */
  readonly actual: number | null;
  readonly throttleStatus: ThrottleStatus;
}

const COST = z.object({
  requestedQueryCost: z.number().nonnegative(),
  actualQueryCost: z.number().nonnegative().nullable(),
  throttleStatus: z.object({
    maximumAvailable: z.number().positive(),
    currentlyAvailable: z.number(),
    restoreRate: z.number().positive(),
  }),
});

/** Null when the answer tells no cost, or one that cannot be true. */
export function reportedCost(extensions: { readonly cost?: unknown } | undefined): ReportedCost | null {
  const { success, data } = COST.safeParse(extensions?.cost);
  if (!success) return null;
  const { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus } = data;
  return { requested, actual, throttleStatus };
}
