/** The API as OpenAPI 3.1, made from the operations: docs/reference/openapi.json and /api/openapi.json are the same. */
import { fieldSchema, inputSchema, type JsonSchema } from '../domain/input-schema.ts';
import type { OperationFacts } from '../operations/operation.ts';
import { OPERATIONS } from '../operations/operations.ts';
import { RESULT_SCHEMAS, type ResultSchemas } from './result-schemas.ts';
import { FILE_CONTENT_TYPES, routeOf, type Route } from './route.ts';

/** @param version of the product */
export function openApiDocument(version: string, answers: ResultSchemas = RESULT_SCHEMAS): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'atp-sync',
      version,
      description:
        'Each operation of docs/reference/operations.md as a route. What it answers is what its command says with --json.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    tags: [...new Set(OPERATIONS.map(nounOf))].map((name) => ({ name })),
    paths: Object.fromEntries(OPERATIONS.map((operation) => pathOf(operation, answers))),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: '`atp token add` makes one.' },
      },
      schemas: answers.schemas,
      headers: {
        'Atp-Request-Id': { description: 'by which the log tells of it', schema: { type: 'string' } },
        'Atp-Warnings': {
          description: 'a JSON list of sentences: what failed beside it',
          schema: { type: 'string' },
        },
      },
      responses: {
        Working: {
          description:
            'It takes longer than an answer may, and goes on. Its answer, or its refusal, will be where `Location` says: ask there until it is no 202.',
          headers: {
            Location: { description: '`/api/answer/<id>`', schema: { type: 'string' } },
            'Retry-After': { description: 'seconds', schema: { type: 'string' } },
          },
          content: { 'application/json': { schema: WORKING } },
        },
        Refused: {
          description:
            'It is not done. docs/reference/errors.md has each code, docs/guides/api.md each status.',
          content: { 'application/problem+json': { schema: PROBLEM } },
        },
      },
    },
  };
}

const WORKING: JsonSchema = {
  type: 'object',
  properties: {
    answer: { type: 'string', description: 'the id of the answer' },
    act: { type: 'string', description: 'the operation' },
    begunAt: { type: 'string', format: 'date-time' },
    progress: {
      type: ['string', 'null'],
      description: 'how far it is, for a person; null: it has told nothing',
    },
  },
  required: ['answer', 'act', 'begunAt', 'progress'],
};

const PROBLEM: JsonSchema = {
  type: 'object',
  properties: {
    title: { type: 'string', description: 'what the status means' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'one of docs/reference/errors.md, or UNEXPECTED' },
    detail: { type: 'string', description: 'what happened' },
    hint: { type: 'string', description: 'what to do' },
    requestId: { type: 'string' },
  },
  required: ['title', 'status', 'code', 'detail', 'hint', 'requestId'],
};

function nounOf({ name }: OperationFacts): string {
  return name.split('.')[0] ?? name;
}

function pathOf(operation: OperationFacts, { results }: ResultSchemas): [string, JsonSchema] {
  const { name, role, description } = operation;
  const route = routeOf(operation);
  return [
    route.path,
    {
      [route.method.toLowerCase()]: {
        operationId: name,
        tags: [nounOf(operation)],
        summary: description,
        description: `For the role ${role}.`,
        ...requestOf(route),
        responses: {
          200: doneOf(results[name] ?? {}),
          202: { $ref: '#/components/responses/Working' },
          default: { $ref: '#/components/responses/Refused' },
        },
      },
    },
  ];
}

function doneOf(schema: JsonSchema): JsonSchema {
  return {
    description: 'It is done.',
    headers: Object.fromEntries(
      ['Atp-Request-Id', 'Atp-Warnings'].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ),
    content: { 'application/json': { schema } },
  };
}

function requestOf({ carries, fields }: Route): JsonSchema {
  const inQuery = Object.entries(fields).map(([name, field]) => {
    const { description, ...schema } = fieldSchema({ ...field, presence: 'required' });
    return { name, in: 'query', required: field.presence === 'required', description, schema };
  });
  const json = { 'application/json': { schema: inputSchema(fields) } };
  const file = Object.fromEntries(FILE_CONTENT_TYPES.map((type) => [type, {}]));
  const hasRequired = Object.values(fields).some(({ presence }) => presence === 'required');
  switch (carries) {
    case 'query':
      return { parameters: inQuery };
    case 'json':
      return { requestBody: { required: hasRequired, content: json } };
    case 'file':
      return { parameters: inQuery, requestBody: { required: true, content: file } };
    case 'json or file':
      // With a file, its name and the other fields are in the query.
      return { parameters: inQuery, requestBody: { required: true, content: { ...json, ...file } } };
  }
}
