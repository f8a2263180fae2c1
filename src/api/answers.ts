/**
 * No request waits for ever: what takes longer than an answer may goes on by itself, and who has asked for it gets told where its
 * answer will be (`202 Accepted`, `Location: /api/answer/<id>`). It is the same for every operation.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  API_ANSWER_KEPT_MS,
  API_ANSWER_WANTED_MS,
  API_ANSWERS_AT_ONCE_MAX,
  API_ANSWERS_FORGOTTEN_EVERY_MS,
  API_ANSWERS_KEPT_MAX,
} from '../domain/limits.ts';
import { AtpError } from '../domain/errors.ts';
import type { Patience } from './connections.ts';
import { ClientGone } from './request-signal.ts';

/** What an answer says in the end. */
export interface Sendable {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable;
}

/** What the work of a request may tell on its way, and hear. */
export interface Asker {
  /** Aborts when nobody waits for the answer any more. It never does for an act: what is begun there is brought to its end. */
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

interface Answer {
  readonly id: string;
  readonly act: string;
  readonly caller: string;
  readonly isRead: boolean;
  readonly begunAt: string;
  readonly done: Promise<Sendable>;
  readonly gone: AbortController;
  /** What its work has told last, for a person. */
  progress: string | null;
  /** Null: it is not there yet. By `performance.now`. */
  endedAt: number | null;
  wantedAt: number;
}

export interface Asked {
  readonly act: string;
  /** It changes nothing, so it need not end when nobody waits. */
  readonly isRead: boolean;
  readonly work: (asker: Asker) => Promise<Sendable>;
}

export type AnswerWith = (
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Asked,
) => Promise<FastifyReply>;

/** @returns what answers a request with what its work says, or with where that will be */
export function addAnswers(server: FastifyInstance, { answerMs, answerLookMs }: Patience): AnswerWith {
  const kept = new Map<string, Answer>();

  server.get('/api/answer/:id', async (request, reply) => {
    request.told.act = 'answer';
    const { id } = request.params as { readonly id: string };
    const answer = kept.get(id);
    // Of others, nobody learns that there is one.
    if (answer?.caller !== request.caller.name) throw new AtpError('ANSWER_UNKNOWN', { id });
    return send(answer, reply, answerLookMs);
  });

  async function send(answer: Answer, reply: FastifyReply, waitMs: number): Promise<FastifyReply> {
    endWithClient(answer, reply);
    answer.wantedAt = Infinity;
    const isDone = await endsWithin(answer.done, waitMs);
    answer.wantedAt = performance.now();
    if (!isDone) {
      kept.set(answer.id, answer);
      const { id, act, begunAt, progress } = answer;
      void reply.code(202).header('location', `/api/answer/${id}`).header('retry-after', RETRY_AFTER_S);
      return reply
        .type('application/json; charset=utf-8')
        .send(JSON.stringify({ answer: id, act, begunAt, progress }));
    }
    // It is told once, as any other; what did not arrive can be asked for again.
    reply.raw.once('finish', () => kept.delete(answer.id));
    const { headers, body } = await answer.done;
    // A stream is read once: what of it did not arrive must not look like an empty answer.
    if (body instanceof Readable) kept.delete(answer.id);
    return reply.headers(headers).send(body);
  }

  const forgetting = setInterval(() => forgetOld(kept), API_ANSWERS_FORGOTTEN_EVERY_MS);
  server.addHook('preClose', async () => clearInterval(forgetting));

  return async (request, reply, asked) => {
    requirePlace(kept);
    const answer = begin(request.caller.name, asked);
    // A file that is still being sent may take its time.
    if (request.body instanceof Readable && !request.raw.readableEnded)
      await Promise.race([answer.done, once(request.raw, 'end')]);
    return send(answer, reply, Math.min(answerMs, wantedWaitMs(request) ?? answerMs));
  };
}

const RETRY_AFTER_S = 1;

function begin(caller: string, { act, isRead, work }: Asked): Answer {
  const gone = new AbortController();
  const answer: Answer = {
    ...{ id: randomUUID(), act, caller, isRead, begunAt: new Date().toISOString(), gone },
    ...{ progress: null, endedAt: null, wantedAt: Infinity },
    done: work({ signal: gone.signal, progress: (text) => (answer.progress = text) }),
  };
  const end = (): void => {
    answer.endedAt = performance.now();
  };
  // Whoever asks for the answer is told what it failed by.
  answer.done.then(end, end);
  return answer;
}

async function endsWithin(done: Promise<unknown>, ms: number): Promise<boolean> {
  const ended = new AbortController();
  const isDone = done.then(() => true);
  try {
    return await Promise.race([isDone, delay(ms, false, { signal: ended.signal })]);
  } finally {
    ended.abort();
  }
}

/** A look is worth nothing to a client that has gone. */
function endWithClient({ isRead, gone }: Answer, reply: FastifyReply): void {
  if (!isRead) return;
  const leave = (): void => {
    if (!reply.raw.writableFinished) gone.abort(new ClientGone('nobody waits for its answer any more'));
  };
  // It may have gone while it was looked up who it is.
  if (reply.raw.destroyed) leave();
  else reply.raw.once('close', leave);
}

/** `Prefer: wait=2` (RFC 7240): how long the client would wait, in seconds. Null: it does not say. */
function wantedWaitMs({ headers }: FastifyRequest): number | null {
  const { prefer } = headers;
  const [, seconds] = /(?:^|[,;]\s*)wait=(\d{1,4})(?:$|[,;\s])/i.exec(String(prefer ?? '')) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

/** @throws AtpError TOO_MANY_REQUESTS */
function requirePlace(kept: ReadonlyMap<string, Answer>): void {
  const working = [...kept.values()].filter(({ endedAt }) => endedAt === null).length;
  if (working < API_ANSWERS_AT_ONCE_MAX) return;
  throw new AtpError('TOO_MANY_REQUESTS', { reason: `${working} of them take long already` });
}

/** Answers that nobody has fetched, the oldest ones first; and looks that nobody waits for any more. */
function forgetOld(kept: Map<string, Answer>): void {
  const now = performance.now();
  const ended = [...kept.values()].filter(({ endedAt }) => endedAt !== null);
  const tooMany = new Set(ended.slice(0, Math.max(0, ended.length - API_ANSWERS_KEPT_MAX)));
  for (const answer of kept.values()) {
    const { id, endedAt, isRead, wantedAt, gone } = answer;
    if (isRead && endedAt === null && now - wantedAt > API_ANSWER_WANTED_MS)
      gone.abort(new ClientGone('nobody has asked for its answer any more'));
    if (tooMany.has(answer) || (endedAt !== null && now - Math.max(endedAt, wantedAt) > API_ANSWER_KEPT_MS))
      kept.delete(id);
  }
}
