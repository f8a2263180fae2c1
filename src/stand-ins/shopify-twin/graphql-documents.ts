/** Parses and validates documents, and remembers the results: a client sends the same few documents all the time. */
import { getOperationAST, GraphQLError, parse, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { documentError } from './refusals.ts';

const REMEMBERED_LIMIT = 100;

export interface PreparedDocument {
  /** Null when the text is no GraphQL. */
  readonly document: DocumentNode | null;
  readonly errors: readonly GraphQLError[];
}

export class GraphqlDocuments {
  readonly #schema: GraphQLSchema;
  readonly #remembered = new Map<string, PreparedDocument>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  prepare(text: string): PreparedDocument {
    const known = this.#remembered.get(text);
    if (known) return known;
    const prepared = this.#read(text);
    if (this.#remembered.size >= REMEMBERED_LIMIT) this.#remembered.clear();
    this.#remembered.set(text, prepared);
    return prepared;
  }

  #read(text: string): PreparedDocument {
    try {
      const document = parse(text);
      return { document, errors: validate(this.#schema, document).map(documentError) };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { document: null, errors: [documentError(error)] };
    }
  }
}

export function operationOf(
  document: DocumentNode | null,
  operationName: string | null,
): OperationDefinitionNode | null {
  return (document && getOperationAST(document, operationName)) ?? null;
}
