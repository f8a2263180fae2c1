/** The fields of Mutation: checks the idempotency key, decides (inventory-set-quantities.ts), and applies the decision. */
import { getDirectiveValues, print } from 'graphql';
import { gidOf, locationGid } from './gids.ts';
import { fingerprintOf, rememberedKey } from './idempotency-keys.ts';
import { decideSetQuantities, missingChangeFromQuantity } from './inventory-set-quantities.ts';
import { fieldError } from './refusals.ts';
import { forEachRow } from './shop-state.ts';
import { adjustmentGroupView } from './views.ts';
import type { GraphQLResolveInfo } from 'graphql';
import type { ExecutionContext } from './execution-context.ts';
import type { SetQuantitiesInput } from './inventory-set-quantities.ts';
import type { UserError } from './user-error.ts';
import type { AdjustmentGroup, KeyRecord } from './shop-state.ts';

export const mutations = {
  inventorySetQuantities(
    { input }: { input: SetQuantitiesInput },
    context: ExecutionContext,
    info: GraphQLResolveInfo,
  ) {
    const key = requiredKey(context, info);
    if (missingChangeFromQuantity(input)) {
      throw fieldError(
        'InventoryQuantityInput must include the following argument: changeFromQuantity.',
        'INVALID_FIELD_ARGUMENTS',
      );
    }
    const { shop, trace, at, rules } = context;
    const isRemembering = rules.replay === 'on';
    if (isRemembering && !context.runningKeys.isHeldBy(shop.domain, key, context.requestNumber)) {
      return answerRefusal(context, [IN_PROGRESS]);
    }
    const fingerprint = fingerprintOf(
      (info.fieldNodes[0]?.arguments ?? []).map(print).join('\n'),
      context.variables,
    );
    const remembered = isRemembering ? rememberedKey(shop, key, at) : null;
    if (remembered && remembered.fingerprint !== fingerprint)
      return answerRefusal(context, [OTHER_PARAMETERS]);
    if (remembered?.outcome === 'succeeded') {
      trace.replayed = true;
      return answerSuccess(context, remembered.group);
    }
    if (rules.refusedKeys === 'spent' && remembered?.userErrors) {
      trace.replayed = true;
      return answerRefusal(context, remembered.userErrors);
    }
    return execute(context, input, key, { fingerprint, firstUsedAt: remembered?.firstUsedAt ?? at });
  },
};

function execute(
  context: ExecutionContext,
  input: SetQuantitiesInput,
  key: string,
  use: Pick<KeyRecord, 'fingerprint' | 'firstUsedAt'>,
) {
  const { shop, store, at, trace } = context;
  const domain = shop.domain;
  const decision = context.forcedRefusal ?? decideSetQuantities(shop, input, context.rules.staleRefusals);
  const remember = (outcome: Pick<KeyRecord, 'outcome' | 'userErrors'>): void =>
    store.commit([{ type: 'key-recorded', domain, at, key, record: { ...use, ...outcome, group: null } }]);
  if (decision.userErrors) {
    const { userErrors } = decision;
    remember({ outcome: 'refused', userErrors });
    return answerRefusal(context, userErrors);
  }
  if (decision.rows.length === 0) {
    remember({ outcome: 'succeeded' });
    return answerSuccess(context, null);
  }
  const group: AdjustmentGroup = {
    sequence: store.state.sequence + 1,
    createdAt: at,
    reason: input.reason,
    referenceDocumentUri: input.referenceDocumentUri ?? null,
    rows: decision.rows,
  };
  store.commit([
    { type: 'quantities-set', domain, at, key, record: { ...use, outcome: 'succeeded', group } },
  ]);
  forEachRow(group.rows, (sequence, location, from, to) => {
    trace.applied.push({
      inventoryItemId: gidOf('InventoryItem', sequence),
      locationId: locationGid(location),
      from,
      to,
    });
  });
  return answerSuccess(context, group);
}

/** Mandatory since API 2026-04 (Shopify documentation, "Idempotent requests"; messages recorded on a store). */
function requiredKey({ idempotentDirective, trace }: ExecutionContext, info: GraphQLResolveInfo): string {
  const [field] = info.fieldNodes;
  const values = field && getDirectiveValues(idempotentDirective, field, info.variableValues);
  const key = values?.['key'];
  if (typeof key !== 'string') {
    throw fieldError(
      'The @idempotent directive is required for this mutation but was not provided.',
      'BAD_REQUEST',
    );
  }
  if (key.trim() === '') {
    throw fieldError('The idempotency key cannot be an empty string or whitespace only.', 'BAD_REQUEST');
  }
  trace.idempotencyKey = key;
  return key;
}

const IN_PROGRESS: UserError = {
  code: 'IDEMPOTENCY_CONCURRENT_REQUEST',
  field: null,
  message: 'This request is currently in progress, please try again.',
};

const OTHER_PARAMETERS: UserError = {
  code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
  field: null,
  message: 'The same idempotency key cannot be used with different operation parameters.',
};

/** A call that changes nothing succeeds without a group (recorded on a development store). */
function answerSuccess({ shop }: ExecutionContext, group: AdjustmentGroup | null) {
  return { inventoryAdjustmentGroup: group && adjustmentGroupView(shop, group), userErrors: [] };
}

function answerRefusal({ trace }: ExecutionContext, userErrors: readonly UserError[]) {
  trace.userErrors.push(...userErrors);
  return { inventoryAdjustmentGroup: null, userErrors };
}
