/**
 * Errors above the level of userErrors, in the shapes that Shopify answers (recorded on a development store): a
 * document or a variable is refused before anything is executed, or a field is null and an error says why.
 */
import { coerceInputValue, GraphQLError, isInputType, isNonNullType, print, typeFromAST } from 'graphql';
import type { FieldNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** A field's refusal: `data.<field>` is null. */
export function fieldError(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** For what Shopify would answer and the twin does not model: the twin says so instead of guessing. */
export function notModelledError(what: string): GraphQLError {
  return fieldError(`The Shopify twin does not model ${what}.`, 'TWIN_NOT_MODELLED');
}

/** No `data`, and nothing charged: a list in a field's arguments is longer than Shopify takes. */
export function maxInputSizeError(
  field: FieldNode,
  list: { readonly size: number; readonly path: readonly string[] },
  limit: number,
): GraphQLError {
  return new GraphQLError(
    `The input array size of ${list.size} is greater than the maximum allowed of ${limit}.`,
    { nodes: field, path: list.path, extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } },
  );
}

const RATE_LIMITS = 'https://shopify.dev/api/usage/rate-limits';

/** No `data`, nothing charged: the bucket has fewer points than the document costs. */
export function throttledError(): GraphQLError {
  return new GraphQLError('Throttled', { extensions: { code: 'THROTTLED', documentation: RATE_LIMITS } });
}

/** No `data`, nothing charged, however full the bucket is (Shopify documentation, "Response codes"). */
export function maxCostError(cost: number, maxCost: number): GraphQLError {
  return new GraphQLError(
    `Query cost is ${cost}, which exceeds the single query max cost limit (${maxCost}).\n\n` +
      'See https://shopify.dev/concepts/about-apis/rate-limits for more information on how the\n' +
      'cost of a query is calculated.\n\n' +
      'To query larger amounts of data with fewer limits, bulk operations should be used instead.\n' +
      'See https://shopify.dev/api/usage/bulk-operations/queries for usage details.\n',
    { extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost, documentation: RATE_LIMITS } },
  );
}

/** Shopify's wording of the commonest mistakes in a document; other messages stay as graphql-js has them. */
export function documentError(error: GraphQLError): GraphQLError {
  const unknownField = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(error.message);
  if (unknownField) {
    const [, fieldName, typeName] = unknownField;
    return rename(error, `Field '${fieldName}' doesn't exist on type '${typeName}'`, {
      code: 'undefinedField',
      typeName,
      fieldName,
    });
  }
  const unknownArgument = /^Unknown argument "(\w+)" on field "\w+\.(\w+)"/.exec(error.message);
  if (unknownArgument) {
    const [, argumentName, name] = unknownArgument;
    return rename(error, `Field '${name}' doesn't accept argument '${argumentName}'`, {
      code: 'argumentNotAccepted',
      name,
      typeName: 'Field',
      argumentName,
    });
  }
  const unused = /^Variable "\$(\w+)" is never used/.exec(error.message);
  if (unused) {
    return rename(error, `Variable $${unused[1]} is declared but not used`, {
      code: 'variableNotUsed',
      variableName: unused[1],
    });
  }
  if (/^Directive "@\w+" may not be used on/.test(error.message)) {
    return rename(error, error.message, { code: 'directiveCannotBeApplied' });
  }
  if (error.message.startsWith('Syntax Error')) {
    return rename(error, error.message, { code: 'PARSE_ERROR' });
  }
  return error;
}

interface Problem {
  readonly path: readonly (string | number)[];
  readonly explanation: string;
}

/** The INVALID_VARIABLE errors of a request, one a variable; empty when each has a value of its type. */
export function variableErrors(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  return (operation.variableDefinitions ?? []).flatMap((definition) => {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) return [];
    const given = Object.hasOwn(variables, name);
    if (!given && (definition.defaultValue || !isNonNullType(type))) return [];

    const value = variables[name] ?? null;
    const problems: Problem[] = [];
    coerceInputValue(value, type, (path, _value, error) => problems.push(problemOf(path, error.message)));
    if (problems.length === 0) return [];
    const where = problems
      .filter(({ path }) => path.length > 0)
      .map(({ path, explanation }) => ` for ${path.join('.')} (${explanation})`)
      .join(',');
    return new GraphQLError(
      `Variable $${name} of type ${print(definition.type)} was provided invalid value${where}`,
      { nodes: definition, extensions: { code: 'INVALID_VARIABLE', value, problems } },
    );
  });
}

/** graphql-js names the field inside its message; Shopify puts it at the end of the path. */
function problemOf(path: readonly (string | number)[], message: string): Problem {
  const unknown = /^Field "(\w+)" is not defined by type "(\w+)"/.exec(message);
  if (unknown) {
    const [, field = '', type] = unknown;
    return { path: [...path, field], explanation: `Field is not defined on ${type}` };
  }
  const absent = /^Field "(\w+)" of required type/.exec(message);
  if (absent) return { path: [...path, absent[1] ?? ''], explanation: 'Expected value to not be null' };
  if (/^Expected non-nullable type/.test(message))
    return { path, explanation: 'Expected value to not be null' };
  return { path, explanation: message };
}

function rename(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions,
  });
}
