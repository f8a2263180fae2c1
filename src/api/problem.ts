/** Errors as RFC 9457 has them: `application/problem+json`, with our code, what happened and what to do. */
import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AtpError } from '../domain/errors.ts';
import { API_RETRY_AFTER_MS, SHOWN_TEXT_LENGTH_MAX } from '../domain/limits.ts';
import { showText } from '../domain/shown-text.ts';
import { describeError, type DescribedError } from '../operations/described-error.ts';
import { ClientGone } from './request-signal.ts';

/** In seconds, as the header has it. */
export const RETRY_AFTER = API_RETRY_AFTER_MS / 1000;

export interface Problem {
  /** What the status means. */
  readonly title: string;
  readonly status: number;
  /** One of docs/reference/errors.md, or UNEXPECTED. */
  readonly code: string;
  /** What happened. */
  readonly detail: string;
  /** What to do. */
  readonly hint: string;
  /** By which the log of the server tells of the request. */
  readonly requestId: string;
}

/** The answer to whatever went wrong; a fault of ours is in the log with its stack, and not in the answer. */
export function answerWithProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  /** For a browser that was sent here by a link, a page in place of JSON. */
  pageOf?: (problem: Problem) => string,
): FastifyReply {
  const { code, message, hint, httpStatus: status } = withoutInside(describeAny(error));
  const title = STATUS_CODES[status] ?? '';
  const problem: Problem = { title, status, code, detail: message, hint, requestId: request.id };
  request.told.outcome = code;
  if (code === 'UNEXPECTED' && !(error instanceof ClientGone)) {
    request.log.error({ error }, 'a request has failed unexpectedly');
  }
  // What knows its own time, such as a count of requests, has said it.
  const isForLater = status === 429 || status === 503;
  if (isForLater && !reply.hasHeader('retry-after')) void reply.header('retry-after', RETRY_AFTER);
  if (pageOf) return reply.code(status).type('text/html; charset=utf-8').send(pageOf(problem));
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem));
}

/** The words of a fault of ours may have paths, addresses and statements of the inside: they are for the log. */
export function withoutInside(error: DescribedError): DescribedError {
  if (error.code !== 'UNEXPECTED') return error;
  return { ...error, message: 'Something unexpected happened; the log of `atp serve` has it.' };
}

/** What HTTP itself refuses (an unknown path, a body that is too long, text that is no JSON) keeps its status. */
function describeAny(error: unknown): DescribedError {
  if (error instanceof AtpError || !isOfHttp(error)) return describeError(error);
  const reason = showText(error.message.replace(/\.$/, ''), SHOWN_TEXT_LENGTH_MAX);
  return { ...describeError(new AtpError('REQUEST_INVALID', { reason })), httpStatus: error.statusCode };
}

interface HttpError extends Error {
  readonly statusCode: number;
}

function isOfHttp(error: unknown): error is HttpError {
  return (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode >= 400 &&
    error.statusCode < 500
  );
}

/** An error of HTTP's own, such as 404. */
export function httpError(statusCode: number, message: string): HttpError {
  return Object.assign(new Error(message), { statusCode });
}
