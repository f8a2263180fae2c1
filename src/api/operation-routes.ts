/** A route for each operation: the request becomes its input, the result the answer. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AtpError } from '../domain/errors.ts';
import { invalid } from '../domain/input-fields.ts';
import {
  API_LOOKS_AT_FILES_MAX,
  API_UPLOADS_AT_ONCE_MAX,
  API_WARNING_LENGTH_MAX,
  API_WARNINGS_TOLD_MAX,
} from '../domain/limits.ts';
import { showText } from '../domain/shown-text.ts';
import type { Application } from '../operations/application.ts';
import {
  isRead,
  perform,
  requireRole,
  type Context,
  type Operation,
  type OperationFacts,
} from '../operations/operation.ts';
import { OPERATIONS } from '../operations/operations.ts';
import { pagesOf, rowsAsCsv, rowsIn } from '../operations/rows-as-csv.ts';
import { withSentFile } from '../operations/uploads.ts';
import type { AnswerWith, Asker, Sendable } from './answers.ts';
import { httpError } from './problem.ts';
import { queryOf } from './query.ts';
import { columnsOf } from './result-schemas.ts';
import { whileAwaited } from './request-signal.ts';
import { FILE_CONTENT_TYPES, routeOf, valuesOfQuery, type Route } from './route.ts';

export function addOperationRoutes(server: FastifyInstance, app: Application, answer: AnswerWith): void {
  const look = placesFor(API_LOOKS_AT_FILES_MAX, 'looked at');
  const work = placesFor(API_UPLOADS_AT_ONCE_MAX, 'worked on');
  const routes = OPERATIONS.map((facts) => ({ facts, route: routeOf(facts) }));
  for (const { facts, route } of routes.filter(({ route: { fileField } }) => fileField === null)) {
    addRoute(server, route, facts, answer, (asked) => {
      const { request } = asked;
      const act = (input: unknown, fields = route.fields) =>
        performFor(asked, app, operationOf(facts, { fields }), input);
      if (route.carries !== 'query') return answerJson(asked, act(request.body));
      const input = valuesOfQuery(route.fields, queryOf(request));
      if (!wantsCsv(request)) return answerJson(asked, act(input));
      // Lines are sent as they come, so a page of them may be larger than an answer.
      const fields = facts.exportedAtOnce === undefined ? route.fields : facts.fields;
      const readPage = (page: unknown) => act(page, fields);
      return answerCsv(asked, facts.name, pagesOf(fields, input, readPage, facts.exportedAtOnce));
    });
  }
  // Only these take a body that is no JSON.
  void server.register(async (takesFiles) => {
    takesFiles.addContentTypeParser([...FILE_CONTENT_TYPES], (_request, content, done) =>
      done(null, content),
    );
    for (const { facts, route } of routes) {
      if (route.fileField === null) continue;
      addRoute(takesFiles, route, facts, answer, (asked) => {
        const { body } = asked.request;
        const operation = operationOf(facts, route);
        const result =
          body instanceof Readable
            ? (isRead(facts) ? look : work)(() => performWithFile(asked, app, operation, route, body))
            : performFor(asked, app, operation, withoutFile(route, body));
        return answerJson(asked, result);
      });
    }
  });
}

/** A request whose answer is being made. */
interface Work extends Asker {
  readonly request: FastifyRequest;
  /** That the act was done, and something beside it failed. */
  readonly warnings: string[];
}

/** For so many files at once, and no more. */
function placesFor(max: number, what: string) {
  let taken = 0;
  return async (work: () => Promise<unknown>): Promise<unknown> => {
    if (taken >= max) throw new AtpError('TOO_MANY_REQUESTS', { reason: `${taken} files are being ${what}` });
    taken += 1;
    try {
      return await work();
    } finally {
      taken -= 1;
    }
  };
}

function addRoute(
  server: FastifyInstance,
  { method, path }: Route,
  facts: OperationFacts,
  answer: AnswerWith,
  handler: (work: Work) => Promise<Sendable>,
): void {
  server.route({
    method,
    url: path,
    handler: (request, reply) => {
      request.told.act = facts.name;
      // Before a file is read.
      requireRole(facts, request.caller);
      return answer(request, reply, {
        act: facts.name,
        isRead: isRead(facts),
        work: async (asker) => handler({ ...asker, request, warnings: [] }),
      });
    },
  });
}

async function answerJson({ warnings }: Work, acting: Promise<unknown>): Promise<Sendable> {
  const body = JSON.stringify((await acting) ?? null);
  return { headers: { 'content-type': 'application/json; charset=utf-8', ...headersOf(warnings) }, body };
}

function headersOf(warnings: readonly string[]): Readonly<Record<string, string>> {
  return warnings.length === 0 ? {} : { 'atp-warnings': asciiJson(fittingHeader(warnings)) };
}

/** A browser takes everything, and wants no CSV by that. */
function wantsCsv({ headers }: FastifyRequest): boolean {
  return /^\s*text\/csv\b/i.test(headers.accept ?? '');
}

/** The first page is read before anything is answered: what is refused is refused like everywhere else. */
async function answerCsv(
  { warnings }: Work,
  name: string,
  pages: AsyncGenerator<unknown>,
): Promise<Sendable> {
  const first: unknown = (await pages.next()).value;
  const rows = rowsIn(first);
  if (rows === null) throw httpError(406, 'its answer is no list, so there is no CSV of it');
  const type = 'text/csv; charset=utf-8';
  return {
    headers: { 'content-type': type, 'content-disposition': 'attachment', ...headersOf(warnings) },
    body: Readable.from(rowsAsCsv(rows, pages, columnsOf(name))),
  };
}

/** The fields as this door has them. Their types are gone: `perform` checks the input by them. */
function operationOf(facts: OperationFacts, { fields }: Pick<Route, 'fields'>): Operation {
  return { ...(facts as Operation), fields };
}

function performFor(
  { request, signal, progress, warnings }: Work,
  app: Application,
  operation: Operation,
  input: unknown,
  path?: string,
): Promise<unknown> {
  const context: Context = {
    app,
    caller: request.caller,
    progress,
    warn: (text) => void warnings.push(text),
    // Nobody is there to answer: the caller reads what it would do, and sends it again with `yes`.
    ask: () => Promise.resolve(false),
    nameOf: (field) => field,
    // Without a file that was sent there is none: a path is never one of this machine.
    pathOf: () => path ?? '',
  };
  const act = () => perform(operation, input, context);
  return isRead(operation) ? whileAwaited(signal, act) : act();
}

function performWithFile(
  work: Work,
  app: Application,
  operation: Operation,
  { fields, fileField }: Route,
  content: Readable,
): Promise<unknown> {
  const input = valuesOfQuery(fields, queryOf(work.request));
  const name = fileField === null ? undefined : input[fileField];
  if (typeof name !== 'string') throw invalid(`${fileField} is missing: the name of the file that is sent`);
  return withSentFile({ name, content }, (path) => performFor(work, app, operation, input, path));
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

/** Clients take headers of 16 KiB, all together. */
function fittingHeader(warnings: readonly string[]): readonly string[] {
  return warnings.slice(0, API_WARNINGS_TOLD_MAX).map((warning) => showText(warning, API_WARNING_LENGTH_MAX));
}

/** A header has characters of ASCII only. */
function asciiJson(texts: readonly string[]): string {
  return JSON.stringify(texts).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
