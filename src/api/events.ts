/** `/api/events`: the lanes and the runs that are under way, as server-sent events, whenever they change. */
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { AtpError } from '../domain/errors.ts';
import {
  EVENT_CLIENTS_MAX,
  EVENT_CLIENTS_OF_ADDRESS_MAX,
  EVENT_CLIENTS_OF_CALLER_MAX,
  EVENTS_HEARTBEAT_MS,
  EVENTS_LOOK_INTERVAL_MS,
  EVENTS_RETRY_MS,
  EVENTS_STREAM_MS,
  EVENTS_UNREAD_BYTES_MAX,
} from '../domain/limits.ts';
import { goodCredentials } from '../operations/access/good-credentials.ts';
import type { Application } from '../operations/application.ts';
import { describeError } from '../operations/described-error.ts';
import { listLanes } from '../operations/lane.ts';
import { perform, type Context } from '../operations/operation.ts';
import { showPipeline } from '../operations/pipeline.ts';
import { withoutInside } from './problem.ts';

/** What is told, by the name of its event. */
const TOPICS = {
  lanes: (context: Context): Promise<unknown> => perform(listLanes, {}, context),
  runs: (context: Context): Promise<unknown> => perform(showPipeline, { state: 'running' }, context),
};
type Topic = keyof typeof TOPICS;
const TOPIC_NAMES = Object.keys(TOPICS) as Topic[];

/** What a topic is now; the mark tells whether a client has it. */
interface Told {
  readonly mark: string;
  readonly data: string;
}

interface Client {
  readonly stream: PassThrough;
  readonly caller: string;
  readonly address: string;
  readonly credentialHash: Buffer;
  /** The marks of what it has, by topic. */
  readonly has: Map<Topic, string>;
}

export interface EventPace {
  readonly lookIntervalMs: number;
  readonly heartbeatMs: number;
  readonly streamMs: number;
  readonly clientsMax: number;
  readonly clientsOfCallerMax: number;
  readonly clientsOfAddressMax: number;
}

export const EVENT_PACE: EventPace = {
  lookIntervalMs: EVENTS_LOOK_INTERVAL_MS,
  heartbeatMs: EVENTS_HEARTBEAT_MS,
  streamMs: EVENTS_STREAM_MS,
  clientsMax: EVENT_CLIENTS_MAX,
  clientsOfCallerMax: EVENT_CLIENTS_OF_CALLER_MAX,
  clientsOfAddressMax: EVENT_CLIENTS_OF_ADDRESS_MAX,
};

/**
 * One look serves all clients, and nobody looks while there are none. Each event has the whole of its topic, so a client that
 * missed some lacks nothing: with `Last-Event-ID` it gets what differs from what it has.
 */
export function addEvents(server: FastifyInstance, app: Application, pace: EventPace): void {
  const clients = new Set<Client>();
  const now = new Map<Topic, Told>();
  const closing = new AbortController();
  const lookedAt = new Set<Topic>();

  /** Each by itself: a part that does not answer keeps what the others tell from nobody. */
  const lookWhileSomebodyListens = async (topic: Topic): Promise<void> => {
    if (lookedAt.has(topic)) return;
    lookedAt.add(topic);
    while (clients.size > 0 && !closing.signal.aborted) {
      const told = await readTopic(topic, app, server.log);
      await endRevoked(clients, app, server.log);
      now.set(topic, told);
      for (const client of clients) tell(client, now);
      await delay(pace.lookIntervalMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    // What was seen last would be old for who comes next.
    now.delete(topic);
    lookedAt.delete(topic);
  };

  server.get('/api/events', (request, reply) => {
    request.told.act = 'events';
    const { credentialHash, ip: address } = request;
    const caller = request.caller.name;
    requirePlace(clients, pace, { caller, address });
    const stream = new PassThrough();
    const has = marksOf(request.headers['last-event-id']);
    const client: Client = { stream, caller, address, credentialHash, has };
    clients.add(client);
    const beating = setInterval(() => write(stream, ': still here\n\n'), pace.heartbeatMs);
    const ending = setTimeout(() => stream.end(), pace.streamMs);
    stream.once('close', () => {
      clients.delete(client);
      clearInterval(beating);
      clearTimeout(ending);
    });
    write(stream, `retry: ${EVENTS_RETRY_MS}\n\n`);
    tell(client, now);
    for (const topic of TOPIC_NAMES) void lookWhileSomebodyListens(topic);
    return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream);
  });

  server.addHook('preClose', async () => {
    closing.abort();
    for (const { stream } of clients) stream.end();
  });
}

/** @throws AtpError TOO_MANY_REQUESTS */
function requirePlace(
  clients: ReadonlySet<Client>,
  { clientsMax, clientsOfCallerMax, clientsOfAddressMax }: EventPace,
  who: Pick<Client, 'caller' | 'address'>,
): void {
  const others = [...clients];
  const bounds = [
    [others, clientsMax, 'clients'],
    [others.filter(({ caller }) => caller === who.caller), clientsOfCallerMax, `clients of ${who.caller}`],
    [others.filter(({ address }) => address === who.address), clientsOfAddressMax, 'clients of this address'],
  ] as const;
  for (const [those, max, what] of bounds) {
    if (those.length < max) continue;
    throw new AtpError('TOO_MANY_REQUESTS', { reason: `${those.length} ${what} listen to events already` });
  }
}

/**
 * Ends the streams of those who may not listen any more: their tokens were revoked, their sessions have ended. When nobody
 * can say so now, they go on until their end.
 */
async function endRevoked(
  clients: ReadonlySet<Client>,
  app: Application,
  log: FastifyBaseLogger,
): Promise<void> {
  const hashes = [...clients].map(({ credentialHash }) => credentialHash);
  const good = await goodCredentials(app, hashes).catch((error: unknown) => {
    log.warn({ error }, 'whether listeners may still listen cannot be looked at');
    return null;
  });
  if (good === null) return;
  for (const { stream, credentialHash } of clients) {
    // Who has come meanwhile was let in a moment ago.
    if (hashes.includes(credentialHash) && !good.has(credentialHash.toString('hex'))) stream.end();
  }
}

/** A topic that cannot be read is told as its error; it never throws. */
async function readTopic(topic: Topic, app: Application, log: FastifyBaseLogger): Promise<Told> {
  const context: Context = {
    app,
    caller: { name: 'events', role: 'viewer', via: 'api' },
    progress: () => undefined,
    warn: () => undefined,
    ask: () => Promise.resolve(false),
    nameOf: (field) => field,
    pathOf: () => '',
  };
  const seen = await TOPICS[topic](context).then(
    (value) => ({ value }),
    (error: unknown) => {
      const described = describeError(error);
      if (described.code === 'UNEXPECTED') log.error({ error, topic }, 'a topic of events cannot be read');
      const { code, message, hint } = withoutInside(described);
      return { error: { code, message, hint } };
    },
  );
  // That a figure was looked at again is no news.
  const news = JSON.stringify(seen, (name, part: unknown) => (name === 'at' ? undefined : part));
  const mark = createHash('sha256').update(news).digest('base64url').slice(0, 12);
  return { data: JSON.stringify(seen), mark };
}

function tell({ stream, has }: Client, now: ReadonlyMap<Topic, Told>): void {
  for (const [topic, { mark, data }] of now) {
    if (has.get(topic) === mark) continue;
    has.set(topic, mark);
    write(stream, `event: ${topic}\nid: ${idOf(has)}\ndata: ${data}\n\n`);
  }
}

/** Whoever does not read is let go, and comes again when it can: memory is not for what nobody takes. */
function write(stream: PassThrough, text: string): void {
  if (stream.writableEnded || stream.destroyed) return;
  if (stream.writableLength + stream.readableLength > EVENTS_UNREAD_BYTES_MAX) stream.destroy();
  else stream.write(text);
}

/** `lanes=…,runs=…`: what a client has, which it says when it comes again. */
function idOf(has: ReadonlyMap<Topic, string>): string {
  return [...has].map(([topic, mark]) => `${topic}=${mark}`).join(',');
}

function marksOf(id: string | string[] | undefined): Map<Topic, string> {
  const marks = new Map<Topic, string>();
  if (typeof id !== 'string') return marks;
  for (const topic of TOPIC_NAMES) {
    const [, mark] = new RegExp(`(?:^|,)${topic}=([\\w-]{12})(?:,|$)`).exec(id) ?? [];
    if (mark !== undefined) marks.set(topic, mark);
  }
  return marks;
}
