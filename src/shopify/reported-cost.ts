/** What an answer says of its cost and of the shop's quota: `extensions.cost`, which is not part of its data. */
import { z } from 'zod';
import type { ThrottleStatus } from '../domain/throttle.ts';

/** Points. */
export interface ReportedCost {
  readonly requested: number;
  /** Null when it was not executed; then nothing was charged. */
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

/** Null when it says nothing, or nothing that can be true. */
export function reportedCost(extensions: { readonly cost?: unknown } | undefined): ReportedCost | null {
  const { success, data } = COST.safeParse(extensions?.cost);
  if (!success) return null;
  const { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus } = data;
  return { requested, actual, throttleStatus };
}
