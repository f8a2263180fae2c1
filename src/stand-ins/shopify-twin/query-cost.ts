/**
 * A plain model of Shopify's query cost (Shopify documentation, "Rate limits"; figures recorded on a development
 * store): a mutation 10, an object 1, a scalar 0, a connection by its page size, a failed mutation 10. The bucket
 * is full before each call.
 */
import {
  getNamedType,
  isCompositeType,
  isListType,
  getNullableType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { DocumentNode, GraphQLSchema, ValueNode } from 'graphql';

export const MUTATION_COST = 10;

/** Standard plan (Shopify documentation, "Rate limits"); the bucket's size was seen on a development store. */
const BUCKET = { maximumAvailable: 2000, restoreRate: 100 } as const;

/** Page size → points, recorded for `locations`. A size between two entries costs the larger. */
const CONNECTION_COSTS = [
  [1, 3],
  [10, 6],
  [20, 7],
  [50, 9],
  [100, 11],
  [250, 15],
] as const;

export interface CostExtension {
  readonly requestedQueryCost: number;
  /** Null when nothing was executed. */
  readonly actualQueryCost: number | null;
  readonly throttleStatus: {
    readonly maximumAvailable: number;
    readonly currentlyAvailable: number;
    readonly restoreRate: number;
  };
}

/** What Shopify charges before it executes the document. */
export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  let cost = 0;
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const type = typeInfo.getType();
        if (!type || !isCompositeType(getNamedType(type))) return;
        const parent = typeInfo.getParentType()?.name ?? '';
        const name = getNamedType(type).name;
        if (parent === schema.getMutationType()?.name) cost += MUTATION_COST;
        else if (name.endsWith('Connection')) {
          const size = node.arguments?.find(({ name: { value } }) => value === 'first' || value === 'last');
          cost += connectionCost(numberIn(size?.value, variables));
        } else if (/(Connection|Edge)$/.test(parent)) return;
        else if (/(Payload|AdjustmentGroup)$/.test(parent) && isListType(getNullableType(type))) return;
        else cost += 1;
      },
    }),
  );
  return cost;
}

export function costExtension(requested: number, actual: number | null, isThrottled = false): CostExtension {
  const currentlyAvailable = isThrottled ? 0 : BUCKET.maximumAvailable - (actual ?? requested);
  return {
    requestedQueryCost: requested,
    actualQueryCost: actual,
    throttleStatus: { ...BUCKET, currentlyAvailable },
  };
}

function connectionCost(size: number): number {
  return CONNECTION_COSTS.find(([limit]) => size <= limit)?.[1] ?? 15;
}

function numberIn(value: ValueNode | undefined, variables: Readonly<Record<string, unknown>>): number {
  if (value?.kind === 'IntValue') return Number(value.value);
  return value?.kind === 'Variable' ? Number(variables[value.name.value]) : 1;
}
