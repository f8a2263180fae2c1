/** A route for each operation: the request becomes its input, the result the answer. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AtpError } from '../domain/errors.ts';
import { invalid } from '../domain/input-fields.ts';
import { API_UPLOADS_AT_ONCE_MAX } from '../domain/limits.ts';
import type { Application } from '../operations/application.ts';
import {
  perform,
  requireRole,
  type Context,
  type Operation,
  type OperationFacts,
} from '../operations/operation.ts';
import { OPERATIONS } from '../operations/operations.ts';
import { withSentFile } from '../operations/uploads.ts';
import { FILE_CONTENT_TYPES, routeOf, valuesOfQuery, type Route } from './route.ts';

export function addOperationRoutes(server: FastifyInstance, app: Application): void {
  let uploads = 0;
  const inTurn = async (work: () => Promise<unknown>): Promise<unknown> => {
    if (uploads >= API_UPLOADS_AT_ONCE_MAX) {
      throw new AtpError('TOO_MANY_REQUESTS', { reason: `${uploads} files are being worked on` });
    }
    uploads += 1;
    try {
      return await work();
    } finally {
      uploads -= 1;
    }
  };
  const routes = OPERATIONS.map((facts) => ({ facts, route: routeOf(facts) }));
  for (const { facts, route } of routes.filter(({ route: { fileField } }) => fileField === null)) {
    addRoute(server, route, facts, (request, reply) => {
      const operation = operationOf(facts, route);
      const input = route.carries === 'query' ? valuesOfQuery(route.fields, queryOf(request)) : request.body;
      return performFor(request, reply, app, operation, input);
    });
  }
  // Only these take a body that is no JSON.
  void server.register(async (takesFiles) => {
    takesFiles.addContentTypeParser([...FILE_CONTENT_TYPES], (_request, content, done) =>
      done(null, content),
    );
    for (const { facts, route } of routes) {
      if (route.fileField === null) continue;
      addRoute(takesFiles, route, facts, (request, reply) =>
        request.body instanceof Readable
          ? inTurn(() => performWithFile(request, reply, app, operationOf(facts, route), route))
          : performFor(request, reply, app, operationOf(facts, route), withoutFile(route, request.body)),
      );
    }
  });
}

function addRoute(
  server: FastifyInstance,
  { method, path }: Route,
  facts: OperationFacts,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
  server.route({
    method,
    url: path,
    handler: async (request, reply) => {
      request.told.act = facts.name;
      // Before a file is read.
      requireRole(facts, request.caller);
      const result = await handler(request, reply);
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(result ?? null));
    },
  });
}

/** The fields as this door has them. Their types are gone: `perform` checks the input by them. */
function operationOf(facts: OperationFacts, { fields }: Route): Operation {
  return { ...(facts as Operation), fields };
}

function queryOf({ url }: FastifyRequest): URLSearchParams {
  return new URLSearchParams(url.split('?')[1] ?? '');
}

async function performFor(
  request: FastifyRequest,
  reply: FastifyReply,
  app: Application,
  operation: Operation,
  input: unknown,
  path?: string,
): Promise<unknown> {
  const warnings: string[] = [];
  const context: Context = {
    app,
    caller: request.caller,
    progress: () => undefined,
    warn: (text) => void warnings.push(text),
    // Nobody is there to answer: the caller reads what it would do, and sends it again with `yes`.
    ask: () => Promise.resolve(false),
    nameOf: (field) => field,
    // Without a file that was sent there is none: a path is never one of this machine.
    pathOf: () => path ?? '',
  };
  const result = await perform(operation, input, context);
  if (warnings.length > 0) void reply.header('atp-warnings', asciiJson(warnings));
  return result;
}

function performWithFile(
  request: FastifyRequest,
  reply: FastifyReply,
  app: Application,
  operation: Operation,
  { fields, fileField }: Route,
): Promise<unknown> {
  const input = valuesOfQuery(fields, queryOf(request));
  const name = fileField === null ? undefined : input[fileField];
  if (typeof name !== 'string') throw invalid(`${fileField} is missing: the name of the file that is sent`);
  return withSentFile({ name, content: request.body as Readable }, (path) =>
    performFor(request, reply, app, operation, input, path),
  );
}

/** @throws AtpError INPUT_INVALID: a file is named and not sent */
function withoutFile({ fileField }: Route, body: unknown): unknown {
  const isNamed =
    typeof body === 'object' && body !== null && fileField !== null && Object.hasOwn(body, fileField);
  if (!isNamed) return body;
  throw invalid(
    `${fileField} names a file that is sent: its content is the body (${FILE_CONTENT_TYPES.join(' or ')}), the fields are in the query`,
  );
}

/** A header has characters of ASCII only. */
function asciiJson(texts: readonly string[]): string {
  return JSON.stringify(texts).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
