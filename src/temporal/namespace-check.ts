import { isGrpcServiceError } from '@temporalio/client';
import { NamespaceNotFoundError, type SearchAttributeType } from '@temporalio/common';
import { askTemporal, type TemporalClient } from './connection.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';

/** gRPC statuses of a server that has no such namespace, or lets nobody look at it. */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

/** @throws AtpError TEMPORAL_UNREACHABLE */
export async function namespaceExists(temporal: TemporalClient): Promise<boolean> {
  const { client, namespace } = temporal;
  return askTemporal(temporal, async () => {
    try {
      await client.workflowService.describeNamespace({ namespace });
      return true;
    } catch (error) {
      if (error instanceof NamespaceNotFoundError) return false;
      if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return false;
      throw error;
    }
  });
}

export interface UnusableAttribute {
  readonly name: string;
  /** As `temporal operator search-attribute create --type` takes it. */
  readonly type: 'Keyword' | 'Int';
  /** Whether it is there with another type. */
  readonly isOfOtherType: boolean;
}

/**
 * Our search attributes that the namespace lacks or has with another type. Where the server does not give the list
 * (Temporal Cloud), a query that names them all fails when one is missing, and that error is thrown.
 *
 * @throws AtpError SEARCH_ATTRIBUTES_MISSING, TEMPORAL_UNREACHABLE
 */
export async function listUnusableAttributes(
  temporal: TemporalClient,
): Promise<readonly UnusableAttribute[]> {
  const { namespace } = temporal;
  const found = await attributesOf(temporal);
  if (found === null) {
    const query = Object.values(SEARCH_ATTRIBUTES)
      .map(({ name }) => `${name} IS NULL`)
      .join(' AND ');
    await askTemporal(temporal, () =>
      temporal.client.workflowService.countWorkflowExecutions({ namespace, query }),
    );
    return [];
  }
  return Object.values(SEARCH_ATTRIBUTES).flatMap(({ name, type }) => {
    const { label, number } = TYPES[type];
    const isOfOtherType = found[name] !== undefined;
    return found[name] === number ? [] : [{ name, type: label, isOfOtherType }];
  });
}

/** Their numbers in Temporal's protocol (IndexedValueType). */
const TYPES = {
  KEYWORD: { label: 'Keyword', number: 2 },
  INT: { label: 'Int', number: 3 },
} as const satisfies Partial<Record<SearchAttributeType, unknown>>;

async function attributesOf(temporal: TemporalClient): Promise<Readonly<Record<string, number>> | null> {
  const { client, namespace } = temporal;
  return askTemporal(temporal, async () => {
    try {
      const answer = await client.connection.operatorService.listSearchAttributes({ namespace });
      return answer.customAttributes;
    } catch (error) {
      if (isGrpcServiceError(error) && [PERMISSION_DENIED, UNIMPLEMENTED].includes(error.code)) return null;
      throw error;
    }
  });
}
