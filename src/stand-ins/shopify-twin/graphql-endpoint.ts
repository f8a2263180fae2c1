/**
 * The Admin GraphQL API of the twin's shops: one request in, one answer out, one line in the request log.
 *
 * A request is counted against the faults and holds as it arrives, and executed in one go: nothing comes between
 * its compare-and-swap and its effect. The HTTP shapes are Shopify's (Shopify documentation, "Response codes").
 */
import { randomUUID } from 'node:crypto';
import { executeSync, getArgumentValues, getDirectiveValues, getVariableValues, GraphQLError } from 'graphql';
import type { FieldNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { emptyTrace } from './execution-context.ts';
import { operationOf, GraphqlDocuments } from './graphql-documents.ts';
import { jsonReply } from './http.ts';
import { RunningKeys } from './idempotency-keys.ts';
import { mutations } from './mutations.ts';
import { queries } from './queries.ts';
import { costExtension, MUTATION_COST, requestedCost } from './query-cost.ts';
import { fieldError, maxInputSizeExceeded, variableErrors } from './refusals.ts';
import { API_VERSION, readSchema } from './schema.ts';
import { shopIn } from './shop-state.ts';
import type { ExecutionContext, ExecutionTrace } from './execution-context.ts';
import type { ArmedFault, Faults } from './faults.ts';
import type { Holds } from './holds.ts';
import type { Reply } from './http.ts';
import type { TwinStore } from './journal.ts';
import type { RequestLog } from './request-log.ts';

/** Shopify documentation, "Rate limits": an input array has at most 250 elements. */
export const INPUT_LIST_LIMIT = 250;

export interface GraphqlRequest {
  readonly domain: string;
  readonly text: string;
}

export interface EndpointParts {
  readonly store: TwinStore;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly now: () => Date;
}

interface Body {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
  readonly extensions?: unknown;
}

export class GraphqlEndpoint {
  readonly #parts: EndpointParts;
  readonly #schema: GraphQLSchema = readSchema();
  readonly #documents = new GraphqlDocuments(this.#schema);
  readonly #running = new RunningKeys();
  #requests = 0;

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  /** Null: the twin closes and the request was not executed. */
  async answer({ domain, text }: GraphqlRequest): Promise<Reply | null> {
    const body = parseBody(text);
    if (!body) return jsonReply(400, { errors: { query: 'Required parameter missing or invalid' } });

    const { document, errors } = this.#documents.prepare(body.query);
    const operation = operationOf(document, body.operationName);
    const name = operation?.name?.value ?? null;
    const fault = this.#parts.faults.take(domain, name);
    const cost = document && errors.length === 0 ? requestedCost(this.#schema, document, body.variables) : 0;
    if (fault && isBeforeExecution(fault)) {
      this.#log(domain, name, body, emptyTrace(), [], fault, statusOf(fault));
      return replyWithFault(fault, { errors: [] }, cost);
    }

    const request = (this.#requests += 1);
    const keys = operation && errors.length === 0 ? this.#keysOf(operation, body.variables) : [];
    this.#running.begin(domain, keys, request);
    const hold = await this.#parts.holds.pass({ domain, operation: name, variables: body.variables });
    try {
      if (!hold.execute) return null;
      const trace = emptyTrace();
      const result =
        errors.length > 0 || !operation
          ? { errors: errors.length > 0 ? errors : [noOperation()] }
          : this.#execute(domain, body, operation, cost, request, trace);
      this.#log(domain, name, body, trace, result.errors ?? [], fault, fault ? statusOf(fault) : 200);
      return fault ? replyWithFault(fault, result, cost) : jsonReply(200, result, responseHeaders());
    } finally {
      this.#running.end(domain, keys, request);
      hold.done();
    }
  }

  #execute(
    domain: string,
    body: Body,
    operation: OperationDefinitionNode,
    cost: number,
    requestNumber: number,
    trace: ExecutionTrace,
  ): Result {
    const { store, now } = this.#parts;
    const { document } = this.#documents.prepare(body.query);
    const invalid = variableErrors(this.#schema, operation, body.variables);
    if (!document || invalid.length > 0) return { errors: invalid };
    const tooLong = this.#oversizedInput(operation, body.variables);
    if (tooLong) return { errors: [tooLong], extensions: { cost: costExtension(cost, null) } };

    const context: ExecutionContext = {
      requestNumber,
      store,
      shop: shopIn(store.state, domain),
      at: now().getTime(),
      idempotentDirective: this.#idempotent,
      runningKeys: this.#running,
      variables: body.variables,
      trace,
    };
    const { data, errors } = executeSync({
      schema: this.#schema,
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
        cost: costExtension(cost, failed ? MUTATION_COST : cost),
        ...(trace.searchWarnings.length > 0 && { search: trace.searchWarnings }),
      },
    };
  }

  get #idempotent() {
    const directive = this.#schema.getDirective('idempotent');
    if (!directive) throw new Error('schema.graphql has no directive @idempotent: prune the schema again.');
    return directive;
  }

  /** The idempotency keys of a document, known before it is executed: from here on their calls are in progress. */
  #keysOf(operation: OperationDefinitionNode, variables: Body['variables']): readonly string[] {
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    if (!coerced) return [];
    return fieldsOf(operation).flatMap((field) => {
      const key = getDirectiveValues(this.#idempotent, field, coerced)?.['key'];
      return typeof key === 'string' ? [key] : [];
    });
  }

  #oversizedInput(operation: OperationDefinitionNode, variables: Body['variables']): GraphQLError | null {
    const root = this.#schema.getRootType(operation.operation);
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    for (const field of fieldsOf(operation)) {
      const definition = root?.getFields()[field.name.value];
      if (!definition || !coerced) continue;
      const found = oversizedList(getArgumentValues(definition, field, coerced), [field.name.value]);
      if (found) return maxInputSizeExceeded(field, found, INPUT_LIST_LIMIT);
    }
    return null;
  }

  #log(
    domain: string,
    operation: string | null,
    { variables }: Body,
    { idempotencyKey, replayed, applied, userErrors }: ExecutionTrace,
    errors: readonly GraphQLError[],
    fault: ArmedFault | null,
    status: number | null,
  ): void {
    this.#parts.log.add({
      at: this.#parts.now().toISOString(),
      domain,
      operation,
      variables,
      idempotencyKey,
      replayed,
      applied,
      userErrors,
      errors: errors.map(({ message, extensions: { code } }) => (typeof code === 'string' ? code : message)),
      status,
      fault: fault?.kind ?? null,
    });
  }
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

/** The fields at the top of an operation; the twin's clients put no mutation into a fragment. */
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

function isBeforeExecution({ kind }: ArmedFault): boolean {
  return kind === 'http-500-before' || kind === 'http-429' || kind === 'throttled';
}

function statusOf({ kind }: ArmedFault): number | null {
  if (kind === 'http-429') return 429;
  if (kind === 'timeout-after' || kind === 'drop-after') return null;
  return kind === 'throttled' || kind === 'truncated-body-after' ? 200 : 500;
}

function replyWithFault(fault: ArmedFault, result: Result, cost: number): Reply {
  const headers = responseHeaders();
  const body = JSON.stringify(result);
  switch (fault.kind) {
    case 'http-500-before':
    case 'http-500-after':
      return jsonReply(500, { errors: 'Internal Server Error' }, headers);
    case 'timeout-after':
      return { status: null, body, delivery: 'never' };
    case 'drop-after':
      return { status: null, body, delivery: 'drop' };
    case 'truncated-body-after':
      return { status: 200, headers, body, delivery: 'cut-off' };
    case 'http-429': {
      // Shopify writes the seconds with a fraction.
      const { retryAfter } = fault;
      const wait = retryAfter === undefined ? {} : { 'retry-after': retryAfter.toFixed(1) };
      return jsonReply(429, { errors: 'Too Many Requests' }, { ...headers, ...wait });
    }
    case 'throttled': {
      const documentation = 'https://shopify.dev/api/usage/rate-limits';
      const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation } }];
      return jsonReply(200, { errors, extensions: { cost: costExtension(cost, null, true) } }, headers);
    }
  }
}

function responseHeaders(): Readonly<Record<string, string>> {
  return { 'x-shopify-api-version': API_VERSION, 'x-request-id': randomUUID() };
}

function noOperation(): GraphQLError {
  return fieldError('An operation name is required', 'BAD_REQUEST');
}

/** What is no refusal of ours is a fault of the twin; it answers as Shopify would for a fault of its own. */
function withoutInternals(error: GraphQLError): GraphQLError {
  if (!error.originalError || error.originalError instanceof GraphQLError) return error;
  console.error('Shopify twin:', error.originalError);
  return new GraphQLError('Internal error. Looks like something went wrong on our end.', {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: randomUUID() },
  });
}
