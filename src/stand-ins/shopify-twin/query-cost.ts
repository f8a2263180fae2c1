/**
 * A plain model of Shopify's query cost (Shopify documentation, "Rate limits"; figures recorded on a development
 * store): a mutation 10, an object 1, a scalar 0, a connection by its page size, a failed mutation 10.
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
import type { ThrottleStatus } from './leaky-bucket.ts';

export const MUTATION_COST = 10;

/** The most that one document may ask for (Shopify documentation, "Rate limits"). */
export const DOCUMENT_COST_LIMIT = 1000;

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
  readonly throttleStatus: ThrottleStatus;
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

function connectionCost(size: number): number {
  return CONNECTION_COSTS.find(([limit]) => size <= limit)?.[1] ?? 15;
}

function numberIn(value: ValueNode | undefined, variables: Readonly<Record<string, unknown>>): number {
  if (value?.kind === 'IntValue') return Number(value.value);
  return value?.kind === 'Variable' ? Number(variables[value.name.value]) : 1;
}
