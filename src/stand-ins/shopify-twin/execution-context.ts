/** What the resolvers of one request share, and what they leave behind for the request log. */
import type { GraphQLDirective } from 'graphql';
import type { RunningKeys } from './idempotency-keys.ts';
import type { SetQuantitiesRefusal } from './inventory-set-quantities.ts';
import type { UserError } from './user-error.ts';
import type { TwinStore } from './journal.ts';
import type { SearchWarning } from './search-query.ts';
import type { Rules } from './shop-rules.ts';
import type { ShopState } from './shop-state.ts';

/** One row that a call has changed; `from` and `to` are values of the quantity `available`. */
export interface AppliedRow {
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly from: number;
  readonly to: number;
}

export interface ExecutionContext {
  readonly requestNumber: number;
  readonly store: TwinStore;
  readonly shop: ShopState;
  /** Milliseconds since 1970, fixed for the request. */
  readonly at: number;
  readonly idempotentDirective: GraphQLDirective;
  readonly runningKeys: RunningKeys;
  readonly rules: Rules;
  /** A fault refuses the call like this, whatever its rows are; null: no such fault. */
  readonly forcedRefusal: SetQuantitiesRefusal | null;
  /** As they were parsed, before coercion: a key's fingerprint depends on the order of their fields. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly trace: ExecutionTrace;
}

export interface ExecutionTrace {
  idempotencyKey: string | null;
  /** The answer comes from the key store; nothing was executed. */
  replayed: boolean;
  readonly applied: AppliedRow[];
  readonly userErrors: UserError[];
  readonly searchWarnings: (SearchWarning & { readonly path: readonly string[] })[];
}

export function emptyTrace(): ExecutionTrace {
  return { idempotencyKey: null, replayed: false, applied: [], userErrors: [], searchWarnings: [] };
}
