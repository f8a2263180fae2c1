/**
 * The Admin GraphQL API of the twin's shops: one request in, one answer out, one line in the request log.
 *
 * A request's cost is charged when it arrives. If the bucket can pay, the request meets the faults and holds that match
 * it; then the shop's latency passes, the request is executed at once (nothing comes between its compare-and-swap and its
 * effect), and the points that it did not use are given back. The HTTP shapes are Shopify's (Shopify documentation,
 * "Response codes").
 */
import { randomUUID } from 'node:crypto';
import { executeSync, getArgumentValues, getDirectiveValues, getVariableValues, GraphQLError } from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  GraphQLDirective,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { emptyTrace } from './execution-context.ts';
import { isBeforeExecution, refusalBy, replyWithFault, statusOf } from './fault-replies.ts';
import { operationOf, GraphqlDocuments } from './graphql-documents.ts';
import { jsonReply } from './http.ts';
import { RunningKeys } from './idempotency-keys.ts';
import { mutations } from './mutations.ts';
import { queries } from './queries.ts';
import { DOCUMENT_COST_LIMIT, MUTATION_COST, requestedCost } from './query-cost.ts';
import { fieldError, maxCostError, maxInputSizeError, throttledError, variableErrors } from './refusals.ts';
import { API_VERSION, OLDEST_VERSION, readSchema } from './schema.ts';
import { shopIn } from './shop-state.ts';
import type { ExecutionContext, ExecutionTrace } from './execution-context.ts';
import type { ArmedFault, Faults } from './faults.ts';
import type { Holds } from './holds.ts';
import type { ServedVersion } from './schema.ts';
import type { Reply } from './http.ts';
import type { TwinStore } from './journal.ts';
import type { Pauses } from './latency.ts';
import type { CostExtension } from './query-cost.ts';
import type { RequestLog } from './request-log.ts';
import type { ShopEconomy } from './shop-economy.ts';
import type { ShopRules } from './shop-rules.ts';

/** Shopify documentation, "Rate limits": an input array has at most 250 elements. */
export const INPUT_LIST_LIMIT = 250;

export interface GraphqlRequest {
  readonly domain: string;
  readonly version: ServedVersion;
  readonly text: string;
}

export interface EndpointParts {
  readonly store: TwinStore;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly pauses: Pauses;
  readonly economies: ReadonlyMap<string, ShopEconomy>;
  readonly rules: ReadonlyMap<string, ShopRules>;
  readonly now: () => Date;
}

interface Body {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What a version of the API accepts. */
interface Api {
  readonly version: ServedVersion;
  readonly schema: GraphQLSchema;
  readonly idempotent: GraphQLDirective;
  readonly documents: GraphqlDocuments;
}

/** A request that was read; nothing is decided yet. */
interface Asked {
  readonly domain: string;
  readonly api: Api;
  readonly economy: ShopEconomy;
  readonly rules: ShopRules;
  readonly body: Body;
  readonly document: DocumentNode | null;
  readonly operation: OperationDefinitionNode | null;
  /** Of the operation. */
  readonly name: string | null;
  /** Why the document cannot be executed. */
  readonly errors: readonly GraphQLError[];
  /** Requested, in points; 0 when the document cannot be executed. */
  readonly cost: number;
}

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
  readonly extensions?: { readonly cost: CostExtension; readonly search?: unknown };
}

export class GraphqlEndpoint {
  readonly #parts: EndpointParts;
  readonly #apis: Readonly<Record<ServedVersion, Api>> = {
    [API_VERSION]: apiOf(API_VERSION),
    [OLDEST_VERSION]: apiOf(OLDEST_VERSION),
  };
  readonly #running = new RunningKeys();
  #requests = 0;

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  /** Null when the twin closes before the request is executed. */
  async answer({ domain, version, text }: GraphqlRequest): Promise<Reply | null> {
    const body = parseBody(text);
    if (!body) return jsonReply(400, { errors: { query: 'Required parameter missing or invalid' } });

    const asked = this.#read(domain, this.#apis[version], body);
    const latencyMs = asked.economy.nextLatencyMs();
    const { operation, name, errors } = asked;
    const { refusal, fault } = this.#admit(asked);
    if (refusal) return (await this.#parts.pauses.pass(latencyMs)) ? refusal : null;

    const request = (this.#requests += 1);
    const keys = operation && errors.length === 0 ? keysOf(asked.api, operation, body.variables) : [];
    this.#running.begin(domain, keys, request);
    const hold = await this.#parts.holds.pass({ domain, operation: name, variables: body.variables });
    try {
      if (!hold.execute || !(await this.#parts.pauses.pass(latencyMs))) return null;
      const trace = emptyTrace();
      const result =
        errors.length > 0 || !operation
          ? { errors: errors.length > 0 ? errors : [noOperation()] }
          : this.#execute(asked, operation, request, trace, fault);
      this.#log(asked, trace, result, fault);
      return replyTo(asked, result, fault);
    } finally {
      this.#running.end(domain, keys, request);
      hold.done();
    }
  }

  #read(domain: string, api: Api, body: Body): Asked {
    const economy = this.#parts.economies.get(domain);
    const rules = this.#parts.rules.get(domain);
    if (!economy || !rules) throw new Error(`There is no shop ${domain}.`);
    const { document, errors } = api.documents.prepare(body.query);
    const operation = operationOf(document, body.operationName);
    const name = operation?.name?.value ?? null;
    const cost = document && errors.length === 0 ? requestedCost(api.schema, document, body.variables) : 0;
    return { domain, api, economy, rules, body, document, operation, name, errors, cost };
  }

  /** Charges the request and returns the fault that will hit it, or returns the answer that refuses it. */
  #admit(asked: Asked): { readonly refusal: Reply | null; readonly fault: ArmedFault | null } {
    const { cost, domain, economy, name } = asked;
    const at = this.#parts.now().getTime();
    const refuse = (result: Result, fault: ArmedFault | null) => {
      this.#log(asked, emptyTrace(), result, fault);
      return { refusal: replyTo(asked, result, fault), fault };
    };
    if (cost > DOCUMENT_COST_LIMIT)
      return refuse({ errors: [maxCostError(cost, DOCUMENT_COST_LIMIT)] }, null);
    if (!economy.bucket.charge(cost, at)) return refuse(throttledResult(asked, at), null);

    const fault = this.#parts.faults.take(domain, name);
    if (!fault || !isBeforeExecution(fault)) return { refusal: null, fault };
    if (fault.kind === 'throttled') {
      economy.bucket.change({ currentlyAvailable: 0 }, at);
      return refuse(throttledResult(asked, at), fault);
    }
    economy.bucket.refund(cost, at);
    return refuse({ errors: [] }, fault);
  }

  #execute(
    asked: Asked,
    operation: OperationDefinitionNode,
    requestNumber: number,
    trace: ExecutionTrace,
    fault: ArmedFault | null,
  ): Result {
    const { store, now } = this.#parts;
    const { domain, api, body, document, cost, economy, rules } = asked;
    const at = now().getTime();
    const settle = (actual: number | null): CostExtension => {
      economy.bucket.refund(cost - (actual ?? 0), at);
      return costExtension(asked, actual, at);
    };
    const invalid = variableErrors(api.schema, operation, body.variables);
    if (!document || invalid.length > 0) {
      settle(null);
      return { errors: invalid };
    }
    const tooLong = oversizedInput(api, operation, body.variables);
    if (tooLong) return { errors: [tooLong], extensions: { cost: settle(null) } };

    const context: ExecutionContext = {
      requestNumber,
      store,
      shop: shopIn(store.state, domain),
      at,
      idempotentDirective: api.idempotent,
      runningKeys: this.#running,
      rules: rules.current,
      forcedRefusal: refusalBy(fault),
      variables: body.variables,
      trace,
    };
    const { data, errors } = executeSync({
      schema: api.schema,
      document,
      rootValue: { ...queries, ...mutations },
      contextValue: context,
      variableValues: body.variables,
      operationName: body.operationName,
    });
    const failed = operation.operation === 'mutation' && (errors || trace.userErrors.length > 0);
    return {
      ...(errors && { errors: errors.map(withoutInternals) }),
      data,
      extensions: {
        cost: settle(failed ? MUTATION_COST : cost),
        ...(trace.searchWarnings.length > 0 && { search: trace.searchWarnings }),
      },
    };
  }

  #log(
    { domain, name, body, document, cost }: Asked,
    { idempotencyKey, replayed, applied, userErrors }: ExecutionTrace,
    { errors = [], extensions }: Result,
    fault: ArmedFault | null,
  ): void {
    this.#parts.log.add({
      at: this.#parts.now().toISOString(),
      domain,
      operation: name,
      variables: body.variables,
      idempotencyKey,
      replayed,
      applied,
      userErrors,
      errors: errors.map(({ message, extensions: { code } }) => (typeof code === 'string' ? code : message)),
      status: fault ? statusOf(fault) : 200,
      cost: document && { requested: cost, actual: extensions?.cost.actualQueryCost ?? null },
      fault: fault?.kind ?? null,
    });
  }
}

function apiOf(version: ServedVersion): Api {
  const schema = readSchema(version);
  const idempotent = schema.getDirective('idempotent');
  if (!idempotent) throw new Error('schema.graphql has no directive @idempotent: prune the schema again.');
  return { version, schema, idempotent, documents: new GraphqlDocuments(schema) };
}

/** The idempotency keys of a document that is not executed yet: from now on their calls are in progress. */
function keysOf(
  { schema, idempotent }: Api,
  operation: OperationDefinitionNode,
  variables: Body['variables'],
): readonly string[] {
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!coerced) return [];
  return fieldsOf(operation).flatMap((field) => {
    const key = getDirectiveValues(idempotent, field, coerced)?.['key'];
    return typeof key === 'string' ? [key] : [];
  });
}

function oversizedInput(
  { schema }: Api,
  operation: OperationDefinitionNode,
  variables: Body['variables'],
): GraphQLError | null {
  const root = schema.getRootType(operation.operation);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  for (const field of fieldsOf(operation)) {
    const definition = root?.getFields()[field.name.value];
    if (!definition || !coerced) continue;
    const found = oversizedList(getArgumentValues(definition, field, coerced), [field.name.value]);
    if (found) return maxInputSizeError(field, found, INPUT_LIST_LIMIT);
  }
  return null;
}

function costExtension({ cost, economy }: Asked, actual: number | null, at: number): CostExtension {
  return {
    requestedQueryCost: cost,
    actualQueryCost: actual,
    throttleStatus: economy.bucket.status(at),
  };
}

function throttledResult(asked: Asked, at: number): Result {
  return { errors: [throttledError()], extensions: { cost: costExtension(asked, null, at) } };
}

function parseBody(text: string): Body | null {
  try {
    const { query, operationName, variables } = JSON.parse(text) as Partial<Record<keyof Body, unknown>>;
    if (typeof query !== 'string' || query.trim() === '') return null;
    return {
      query,
      operationName: typeof operationName === 'string' ? operationName : null,
      variables: isRecord(variables) ? variables : {},
    };
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields at the top of an operation. The twin's clients put no mutation into a fragment. */
function fieldsOf(operation: OperationDefinitionNode): readonly FieldNode[] {
  return operation.selectionSet.selections.filter((selection) => selection.kind === 'Field');
}

function oversizedList(
  value: unknown,
  path: readonly string[],
): { readonly size: number; readonly path: readonly string[] } | null {
  if (Array.isArray(value)) return value.length > INPUT_LIST_LIMIT ? { size: value.length, path } : null;
  if (!isRecord(value)) return null;
  for (const [name, inner] of Object.entries(value)) {
    const found = oversizedList(inner, [...path, name]);
    if (found) return found;
  }
  return null;
}

function replyTo({ api }: Asked, result: Result, fault: ArmedFault | null): Reply {
  const headers = { 'x-shopify-api-version': api.version, 'x-request-id': randomUUID() };
  return fault ? replyWithFault(fault, result, headers) : jsonReply(200, result, headers);
}

function noOperation(): GraphQLError {
  return fieldError('An operation name is required', 'BAD_REQUEST');
}

/** An error that is no refusal is a bug of the twin; the client gets what Shopify answers for a bug of its own. */
function withoutInternals(error: GraphQLError): GraphQLError {
  if (!error.originalError || error.originalError instanceof GraphQLError) return error;
  console.error('Shopify twin:', error.originalError);
  return new GraphQLError('Internal error. Looks like something went wrong on our end.', {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: randomUUID() },
  });
}
