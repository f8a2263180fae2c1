import { NamespaceNotFoundError } from '@temporalio/common';
import { AtpError } from '../domain/errors.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { GrpcStatus, grpcStatusOf } from './grpc-status.ts';
import { ATTRIBUTE_TYPES, SEARCH_ATTRIBUTES } from './search-attributes.ts';

/** Of a server that lets nobody look. */
const NOT_TOLD: readonly (GrpcStatus | undefined)[] = [
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.UNIMPLEMENTED,
];

/** @throws AtpError TEMPORAL_UNREACHABLE */
export async function namespaceExists(temporal: TemporalClient): Promise<boolean> {
  const { client, namespace } = temporal;
  return askTemporal(temporal, async () => {
    try {
      await client.workflowService.describeNamespace({ namespace });
      return true;
    } catch (error) {
      if (error instanceof NamespaceNotFoundError) return false;
      if (grpcStatusOf(error)?.code === GrpcStatus.NOT_FOUND) return false;
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
  const found = await attributesOf(temporal);
  if (found === null) {
    await countWithAttributes(temporal);
    return [];
  }
  return Object.values(SEARCH_ATTRIBUTES).flatMap(({ name, type }) => {
    const { label, number } = ATTRIBUTE_TYPES[type];
    const isOfOtherType = found[name] !== undefined;
    return found[name] === number ? [] : [{ name, type: label, isOfOtherType }];
  });
}

/**
 * Counts runs by a query that names all our search attributes.
 *
 * @throws AtpError SEARCH_ATTRIBUTES_MISSING (the first that the namespace lacks), TEMPORAL_UNREACHABLE
 */
export async function countWithAttributes(temporal: TemporalClient): Promise<void> {
  const { namespace } = temporal;
  const query = Object.values(SEARCH_ATTRIBUTES)
    .map(({ name }) => `${name} IS NULL`)
    .join(' AND ');
  await askTemporal(temporal, () =>
    temporal.client.workflowService.countWorkflowExecutions({ namespace, query }),
  );
}

/**
 * A run that sets a search attribute that its namespace lacks fails its workflow task, again and again. So a worker takes
 * no work before they are there.
 *
 * @throws AtpError SEARCH_ATTRIBUTES_MISSING, TEMPORAL_UNREACHABLE
 */
export async function requireSearchAttributes(temporal: TemporalClient): Promise<void> {
  const unusable = await listUnusableAttributes(temporal);
  if (unusable.length === 0) return;
  const { address, namespace } = temporal;
  throw new AtpError('SEARCH_ATTRIBUTES_MISSING', { reason: lackInWords(unusable), address, namespace });
}

/** `it lacks Outcome (Keyword)`. */
export function lackInWords(unusable: readonly UnusableAttribute[]): string {
  const names = unusable.map(({ name, type, isOfOtherType }) =>
    isOfOtherType ? `${name} (it is not of type ${type})` : `${name} (${type})`,
  );
  return `it lacks ${names.join(', ')}`;
}

async function attributesOf(temporal: TemporalClient): Promise<Readonly<Record<string, number>> | null> {
  const { client, namespace } = temporal;
  return askTemporal(temporal, async () => {
    try {
      const answer = await client.connection.operatorService.listSearchAttributes({ namespace });
      return answer.customAttributes;
    } catch (error) {
      if (NOT_TOLD.includes(grpcStatusOf(error)?.code)) return null;
      throw error;
    }
  });
}
