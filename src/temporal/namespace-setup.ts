/** Makes a namespace ready for our runs, by the same client that starts them. */
import { setTimeout as delay } from 'node:timers/promises';
import { msToTs } from '@temporalio/common/lib/time.js';
import { AtpError, isCoded } from '../domain/errors.ts';
import {
  NAMESPACE_RETENTION_DAYS,
  NAMESPACE_SETUP_INTERVAL_MS,
  NAMESPACE_SETUP_MAX_MS,
} from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { GrpcStatus, grpcStatusOf } from './grpc-status.ts';
import {
  countWithAttributes,
  listUnusableAttributes,
  namespaceExists,
  type UnusableAttribute,
} from './namespace-check.ts';
import { ATTRIBUTE_TYPES, SEARCH_ATTRIBUTES } from './search-attributes.ts';

/** What a set-up has made; nothing of both: the namespace was ready. */
export interface NamespaceSetup {
  readonly namespace: string;
  readonly isNew: boolean;
  /** Search attributes that it did not know before. */
  readonly added: readonly string[];
}

/** Nobody may do it by this door. */
const REFUSED: readonly GrpcStatus[] = [GrpcStatus.PERMISSION_DENIED, GrpcStatus.UNIMPLEMENTED];

/**
 * Makes the namespace unless it exists, tells it of our search attributes, and ends when runs can be started in it. It
 * removes nothing. Repeats while the server is starting or its caches have not learnt of a change, for
 * NAMESPACE_SETUP_MAX_MS.
 *
 * @throws AtpError TEMPORAL_SETUP_REFUSED (the server lets nobody do it by its API, as Temporal Cloud, or an attribute is
 *   there with another type), TEMPORAL_UNREACHABLE, SEARCH_ATTRIBUTES_MISSING
 */
export async function setUpNamespace(temporal: TemporalClient): Promise<NamespaceSetup> {
  const deadline = Date.now() + NAMESPACE_SETUP_MAX_MS;
  const made = { isNew: false, added: new Set<string>() };
  for (;;) {
    try {
      made.isNew = (await makeNamespace(temporal)) || made.isNew;
      for (const name of await addAttributes(temporal)) made.added.add(name);
      await countWithAttributes(temporal);
      return { namespace: temporal.namespace, isNew: made.isNew, added: [...made.added] };
    } catch (error) {
      if (isCoded(error, 'TEMPORAL_SETUP_REFUSED') || Date.now() >= deadline) throw error;
    }
    await delay(NAMESPACE_SETUP_INTERVAL_MS);
  }
}

/** Returns whether it is new. */
async function makeNamespace(temporal: TemporalClient): Promise<boolean> {
  if (await namespaceExists(temporal)) return false;
  const { client, namespace } = temporal;
  return unlessItExists(temporal, () =>
    client.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(`${NAMESPACE_RETENTION_DAYS} days`),
    }),
  );
}

/** Returns the names of those that it has added. */
async function addAttributes(temporal: TemporalClient): Promise<readonly string[]> {
  const missing = await listUnusableAttributes(temporal);
  const other = missing.filter(({ isOfOtherType }) => isOfOtherType);
  if (other.length > 0) throw otherTypeError(temporal, other);
  if (missing.length === 0) return [];
  const { client, namespace } = temporal;
  const types = Object.values(SEARCH_ATTRIBUTES)
    .filter(({ name }) => missing.some((attribute) => attribute.name === name))
    .map(({ name, type }) => [name, ATTRIBUTE_TYPES[type].number] as const);
  const isDone = await unlessItExists(temporal, () =>
    client.connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(types),
    }),
  );
  return isDone ? types.map(([name]) => name) : [];
}

/** Runs under way may carry the attribute, so a person removes it, knowing that. */
function otherTypeError(
  { address, namespace }: TemporalClient,
  other: readonly UnusableAttribute[],
): AtpError {
  const named = other.map(({ name, type }) => `${name} is there, and not of type ${type}`).join(', ');
  const commands = other.map(
    ({ name }) =>
      `\`temporal operator search-attribute remove --address ${address} --namespace ${namespace} --name ${name} --yes\``,
  );
  return new AtpError('TEMPORAL_SETUP_REFUSED', {
    address,
    reason: `${named}; ${commands.join(' and ')} removes it`,
  });
}

/** False: somebody else was faster. */
async function unlessItExists(temporal: TemporalClient, make: () => Promise<unknown>): Promise<boolean> {
  const { address } = temporal;
  return askTemporal(temporal, async () => {
    try {
      await make();
      return true;
    } catch (error) {
      const status = grpcStatusOf(error);
      if (status?.code === GrpcStatus.ALREADY_EXISTS) return false;
      if (status === null || !REFUSED.includes(status.code)) throw error;
      const reason = status.details.replace(/\.$/, '');
      throw new AtpError('TEMPORAL_SETUP_REFUSED', { address, reason }, { cause: error });
    }
  });
}
