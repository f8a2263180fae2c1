/** The HTTP API: who is let in, what each request may cost, and how it ends. */
import { randomUUID } from 'node:crypto';
import type { BlockList } from 'node:net';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { AtpError } from '../domain/errors.ts';
import {
  API_ADDRESSES_COUNTED_MAX,
  API_BODY_BYTES_MAX,
  API_CONNECTIONS_MAX,
  API_KEEP_ALIVE_MS,
  API_RATE_WINDOW_MS,
  API_REQUEST_TIMEOUT_MS,
  API_SHUTDOWN_GRACE_MS,
} from '../domain/limits.ts';
import type { IdentityProvider } from '../domain/identity-provider.ts';
import { isLoopbackHost } from '../domain/loopback.ts';
import type { Application } from '../operations/application.ts';
import type { Caller, CommandShape } from '../operations/operation.ts';
import { apiPage, PAGE_STYLE } from './api-page.ts';
import { callerOf } from './caller.ts';
import { addAnswers } from './answers.ts';
import { addConsole } from './console.ts';
import { boundBodies, boundConnections, isOf, type Patience } from './connections.ts';
import { addEvents, type EventPace } from './events.ts';
import { openApiDocument } from './openapi.ts';
import { operationList } from './operation-list.ts';
import { addOperationRoutes } from './operation-routes.ts';
import { addProviderRoutes } from './provider-routes.ts';
import { addSessionRoutes } from './session-routes.ts';
import { answerWithProblem, httpError, RETRY_AFTER } from './problem.ts';

/** What the log tells of a request. */
interface Told {
  act: string | null;
  outcome: string;
  /** The client's address: of a connection that has gone, nobody knows it any more. */
  readonly from: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Set before a route that is not open to everybody sees the request. */
    caller: Caller;
    told: Told;
  }
  interface FastifyContextConfig {
    /** Nobody needs to be signed in. */
    readonly isOpen?: boolean;
    /** Also under other names than the server's own: of those who only know its address. */
    readonly isForAnyHost?: boolean;
  }
}

export interface ServerParts {
  readonly app: Application;
  /** Of the product. */
  readonly version: string;
  readonly log: FastifyBaseLogger;
  /** Names by which it may be called, besides those of the loopback. */
  readonly hosts: readonly string[];
  /** Certificate and key; null: it speaks HTTP. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  /** The proxy that speaks TLS for it: what it says of a client's address is believed. */
  readonly proxy: BlockList | null;
  readonly isOnLoopback: boolean;
  /** By whom people sign in, beside passwords of ours; null: by nobody else. */
  readonly identityProvider: IdentityProvider | null;
  /** Of one address. */
  readonly requestsPerMinuteMax: number;
  readonly eventPace: EventPace;
  /** Where the console's pages are. */
  readonly consoleFolder: string;
  /** How the command line does each operation, by its name. */
  readonly commands: ReadonlyMap<string, CommandShape>;
  readonly patience: Patience;
  /** Whether it can do its work now. */
  readonly isReady: () => Promise<boolean>;
}

/** Ready to listen; `close` lets requests that are under way end, for API_SHUTDOWN_GRACE_MS. */
export async function createApiServer(parts: ServerParts): Promise<FastifyInstance> {
  const { app, version, log, hosts, tls, proxy, isOnLoopback, patience, isReady } = parts;
  const { headersMs: headersTimeout, lookEveryMs: connectionsCheckingInterval } = patience;
  const timeouts = { headersTimeout, connectionsCheckingInterval };
  const server = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    bodyLimit: API_BODY_BYTES_MAX,
    requestTimeout: API_REQUEST_TIMEOUT_MS,
    keepAliveTimeout: API_KEEP_ALIVE_MS,
    ...(tls === null ? { http: timeouts } : { https: { ...tls, ...timeouts } }),
    trustProxy: proxy === null ? false : (address: string) => isOf(proxy, address),
    forceCloseConnections: 'idle',
    // HEAD would do all the work of GET, and an answer that is a stream would go on with nobody there.
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => {
      // It comes before any hook.
      request.told = { act: null, outcome: 'DONE', from: request.ip };
      answerWithProblem(error, request, reply);
    },
  });
  server.server.maxConnections = API_CONNECTIONS_MAX;
  boundConnections(server, patience, proxy);
  boundBodies(server, patience);
  // Forms and scripts of foreign pages can send text without asking first.
  server.removeContentTypeParser('text/plain');
  server.decorateRequest('caller');
  server.decorateRequest('told');
  server.decorateRequest('credentialHash');
  server.setErrorHandler(answerWithProblem);
  server.setNotFoundHandler((request, reply) =>
    answerWithProblem(
      httpError(404, `there is nothing at ${request.method} ${pathOf(request.url)}`),
      request,
      reply,
    ),
  );
  server.addHook('onRequest', async (request, reply) => {
    request.told = { act: null, outcome: 'DONE', from: request.ip };
    void reply.headers({ 'atp-request-id': request.id, 'cache-control': 'no-store' });
    // Of a client that has gone there is no response: what is done for it may go on, and ends without a word here.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) tell(request, reply);
    });
  });
  await server.register(helmet, {
    // The pages have no script, and nothing from elsewhere.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
  await server.register(rateLimit, {
    global: false,
    max: parts.requestsPerMinuteMax,
    timeWindow: API_RATE_WINDOW_MS,
    cache: API_ADDRESSES_COUNTED_MAX,
    errorResponseBuilder: (_request, { after }) =>
      new AtpError('TOO_MANY_REQUESTS', { reason: `wait for ${after}` }),
  });
  // As a hook of the whole server: those of routes come after the others, where strangers and unknown paths are gone.
  server.addHook('onRequest', server.rateLimit());
  await server.register(cookie);
  // Over TLS, its own or that of the proxy.
  const isSecure = tls !== null || proxy !== null;
  server.addHook('onRequest', async (request) => {
    const { isOpen = false, isForAnyHost = false } = request.routeOptions.config;
    if (!isForAnyHost) {
      requireHost(request.host, hosts);
      if (tls === null && !isOnLoopback) requireProxy(request.socket.remoteAddress, proxy);
    }
    if (!isOpen) request.caller = await callerOf(request, app, isSecure);
  });
  server.addHook('onResponse', async (request, reply) => tell(request, reply));
  addHealthRoutes(server, isReady);
  addDescription(server, version, parts.commands);
  addSessionRoutes(server, app, parts.identityProvider, isSecure);
  addProviderRoutes(server, app, parts.identityProvider, isSecure);
  addOperationRoutes(server, app, addAnswers(server, patience));
  addEvents(server, app, parts.eventPace);
  await addConsole(server, parts.consoleFolder);
  endWithinGrace(server);
  return server;
}

/** One line of the log for each request. */
function tell(request: FastifyRequest, reply: FastifyReply): void {
  const { told, caller } = request as typeof request & { readonly caller?: Caller };
  const isAnswered = reply.raw.writableFinished;
  const entry = {
    ...{ method: request.method, path: pathOf(request.url), status: isAnswered ? reply.statusCode : null },
    ...{ act: told.act, by: caller?.name ?? null, outcome: isAnswered ? told.outcome : null },
    ...{ from: told.from, ms: Math.round(reply.elapsedTime) },
  };
  const level = reply.statusCode < 500 ? 'info' : 'warn';
  request.log[level](entry, isAnswered ? 'a request was answered' : 'a client has gone before its answer');
}

/** That `/livez` is answered is the answer: the process lives, and its event loop turns. */
function addHealthRoutes(server: FastifyInstance, isReady: () => Promise<boolean>): void {
  const config = { isOpen: true, isForAnyHost: true };
  server.get('/livez', { config, exposeHeadRoute: true }, async () => ({ alive: true }));
  server.get('/readyz', { config, exposeHeadRoute: true }, async (_request, reply) => {
    const ready = await isReady();
    if (!ready) void reply.header('retry-after', RETRY_AFTER);
    return reply.code(ready ? 200 : 503).send({ ready });
  });
}

/** What the API is, for whoever asks: it is in the repository, too. */
function addDescription(server: FastifyInstance, version: string, commands: ServerParts['commands']): void {
  const config = { isOpen: true };
  const answers = [
    ['/api', 'text/html; charset=utf-8', apiPage(version)],
    ['/api/page.css', 'text/css; charset=utf-8', PAGE_STYLE],
    ['/api/operations.json', 'application/json; charset=utf-8', JSON.stringify(operationList(commands))],
    ['/api/openapi.json', 'application/json; charset=utf-8', JSON.stringify(openApiDocument(version))],
  ] as const;
  for (const [url, type, text] of answers) {
    server.get(url, { config }, async (_request, reply) => reply.type(type).send(text));
  }
}

/**
 * A web page of elsewhere can let its own name point to this machine (DNS rebinding), and the browser then takes us for
 * that page's server. The name is still in the request.
 *
 * @throws HTTP 421
 */
function requireHost(host: string, hosts: readonly string[]): void {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (isLoopbackHost(name) || hosts.includes(name)) return;
  throw httpError(421, `it was sent to the host ${name || 'without a name'}, which is none of ATP_API_HOSTS`);
}

/** Past the proxy there is no TLS. @throws HTTP 403 */
function requireProxy(address: string | undefined, proxy: BlockList | null): void {
  if (proxy !== null && address !== undefined && isOf(proxy, address)) return;
  throw httpError(403, 'it did not come by way of ATP_API_TRUSTED_PROXY');
}

/** Without the query: what is in it is nobody's business who reads the log. */
function pathOf(url: string): string {
  return url.split('?')[0] ?? '';
}

/** Whoever still waits for an answer then gets none; what the audit log has of it stays without an end. */
function endWithinGrace(server: FastifyInstance): void {
  server.addHook('preClose', async () => {
    const timer = setTimeout(() => server.server.closeAllConnections(), API_SHUTDOWN_GRACE_MS);
    server.server.once('close', () => clearTimeout(timer));
  });
}
