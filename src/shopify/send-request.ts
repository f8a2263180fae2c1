/**
 * Sends one HTTP request, and decides itself when the request leaves. `fetch` would do so after a wait for a connection
 * that nobody outside can see; here the deadline is checked after that wait, in the turn in which the bytes are handed
 * to the socket.
 *
 * A server executes nothing before it has the whole body. So everything but the last byte goes first, and the deadline
 * is checked again before that byte: a connection that takes the bytes slowly does not complete a late request.
 */
import {
  type ClientRequest,
  type IncomingMessage,
  Agent as HttpAgent,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { SHOPIFY_ANSWER_BYTES_MAX, SHOPIFY_IDLE_CONNECTION_MS } from '../domain/limits.ts';
import { sendableForMs, type Instant, type SendDeadline } from '../domain/send-deadline.ts';

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal | null;
  /** Null: it may leave at any time. */
  readonly deadline: SendDeadline | null;
  /** Called in the turn in which the last byte leaves: from now on the request may be executed. */
  readonly onLeaving: () => void;
}

/** The request was not sent, because its deadline has passed. */
export class NotSentInTimeError extends Error {}

/** The answer was longer than SHOPIFY_ANSWER_BYTES_MAX, on the wire or unpacked; the rest was not read. */
export class AnswerTooLongError extends Error {}

/** Both clocks of this process, now. */
export function readClocks(): Instant {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/** Free connections are kept for the next call, one pool for each host. Free ones do not keep the process alive. */
const POOL = { keepAlive: true, timeout: SHOPIFY_IDLE_CONNECTION_MS };
const HTTP = { request: requestHttp, agent: new HttpAgent(POOL), ready: 'connect' };
const HTTPS = { request: requestHttps, agent: new HttpsAgent(POOL), ready: 'secureConnect' };

/**
 * Sends the request once and reads the whole answer. It follows no redirect. Throws NotSentInTimeError,
 * AnswerTooLongError, and the network's errors; their messages have no header in them.
 */
export async function sendRequest(url: string, request: HttpRequest): Promise<Response> {
  const { request: open, agent, ready } = url.startsWith('https:') ? HTTPS : HTTP;
  const body = Buffer.from(request.body);
  const outgoing = open(url, {
    method: request.method,
    headers: { ...request.headers, 'content-length': body.length, 'accept-encoding': 'gzip' },
    agent,
    ...(request.signal && { signal: request.signal }),
  });
  const answered = Promise.withResolvers<IncomingMessage>();
  outgoing.once('response', answered.resolve);
  // Not `once`: a connection may fail again after the first error, and an error without a listener ends the process.
  outgoing.on('error', answered.reject);
  outgoing.once('socket', (socket) => {
    const send = () => sendBy(outgoing, body, request);
    if (outgoing.reusedSocket) send();
    else socket.once(ready, send);
  });
  const timer = request.deadline && setTimeout(() => giveUp(outgoing), msLeft(request.deadline));
  try {
    return await readAnswer(await answered.promise);
  } finally {
    if (timer) clearTimeout(timer);
  }

  function giveUp(late: ClientRequest): void {
    if (!late.writableEnded) late.destroy(new NotSentInTimeError());
  }
}

function msLeft(deadline: SendDeadline): number {
  return sendableForMs(deadline, readClocks());
}

/** The socket is connected and secure: hands the bytes to it, or destroys the request when it is too late. */
function sendBy(outgoing: ClientRequest, body: Buffer, { deadline, onLeaving }: HttpRequest): void {
  const isLate = () => deadline !== null && msLeft(deadline) === 0;
  const sendLastByte = () => {
    if (isLate()) {
      outgoing.destroy(new NotSentInTimeError());
      return;
    }
    onLeaving();
    outgoing.end(body.subarray(-1));
  };
  if (isLate()) {
    outgoing.destroy(new NotSentInTimeError());
    return;
  }
  outgoing.write(body.subarray(0, -1), (error) => {
    if (!error) sendLastByte();
  });
}

async function readAnswer(incoming: IncomingMessage): Promise<Response> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > SHOPIFY_ANSWER_BYTES_MAX) throw new AnswerTooLongError();
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const body = await unpack(Buffer.concat(parts), headers.get('content-encoding'));
  const status = incoming.statusCode ?? 0;
  return new Response(STATUSES_WITHOUT_BODY.includes(status) ? null : new Uint8Array(body), {
    status,
    headers,
  });
}

/** A `Response` refuses a body beside these. */
const STATUSES_WITHOUT_BODY = [204, 205, 304];

async function unpack(body: Buffer, encoding: string | null): Promise<Buffer> {
  if (encoding !== 'gzip' || body.length === 0) return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: SHOPIFY_ANSWER_BYTES_MAX });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new AnswerTooLongError();
    throw error;
  }
}
