/** The twin's HTTP server: finds the shop and the API version in the path, checks the token, serves control requests. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccessTokens, type TwinClient } from './access-tokens.ts';
import { answerControl } from './control.ts';
import { Faults } from './faults.ts';
import { locationNumberOf } from './gids.ts';
import { GraphqlEndpoint } from './graphql-endpoint.ts';
import { Holds } from './holds.ts';
import { Pauses } from './latency.ts';
import { CONTROL_BODY_LIMIT_BYTES, GRAPHQL_BODY_LIMIT_BYTES, jsonReply, readBody, send } from './http.ts';
import { openStore } from './journal.ts';
import { RequestLog } from './request-log.ts';
import { API_VERSION, servedVersion } from './schema.ts';
import { ShopEconomy } from './shop-economy.ts';
import { ShopRules } from './shop-rules.ts';
import { shopIn } from './shop-state.ts';
import type { ControlParts } from './control.ts';
import type { EndpointParts } from './graphql-endpoint.ts';
import type { Reply } from './http.ts';
import type { TwinStore } from './journal.ts';
import type { EconomySettings } from './shop-economy.ts';
import type { RulesChange } from './shop-rules.ts';

export interface TwinShop {
  /** `name.myshopify.com` */
  readonly domain: string;
  readonly accessToken: string;
  /** Absent: the client credentials grant is refused. */
  readonly client?: TwinClient;
  /** Ids are `gid://shopify/Location/<n>`. The first is the primary one. */
  readonly locations: readonly { readonly id: string; readonly name: string }[];
  /** Absent: the standard plan (2,000 points, 100 a second), answering at once. */
  readonly economy?: EconomySettings;
}

export interface TwinOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** The journal; absent: the state lives in memory only. */
  readonly stateFile?: string;
  readonly shops: readonly TwinShop[];
  /** Of each shop. Absent: refused keys are reusable, others are replayed, and stale rows are named by their index. */
  readonly rules?: RulesChange;
  /** The clock for keys that expire, points that come back and all times in answers. Latency uses the real clock. */
  readonly now?: () => Date;
}

export interface ShopifyTwin {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly controlUrl: string;
  readonly port: number;
  /** Where to POST GraphQL for this shop. */
  endpointOf(domain: string): string;
  /** Cuts every connection; a request that still waits at a hold, or is on its way, is not executed. */
  close(): Promise<void>;
}

/** Starts the twin on 127.0.0.1; rejects when the port is taken or the journal is damaged. */
export async function startShopifyTwin(options: TwinOptions): Promise<ShopifyTwin> {
  const now = options.now ?? (() => new Date());
  const store = await openStore(options.stateFile, now().getTime());
  addLocations(store, options.shops);
  const parts: ControlParts & EndpointParts = {
    store,
    tokens: new AccessTokens(),
    now,
    log: new RequestLog(),
    faults: new Faults(),
    holds: new Holds(),
    economies: new Map(
      options.shops.map(({ domain, economy = {} }) => [domain, new ShopEconomy(economy, now().getTime())]),
    ),
    rules: new Map(options.shops.map(({ domain }) => [domain, new ShopRules(options.rules ?? {})])),
    pauses: new Pauses(),
  };
  const route = routeOf(options.shops, parts, new GraphqlEndpoint(parts));
  const server = createServer((request, response) => void answer(route, request, response));
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject).listen(options.port ?? 0, '127.0.0.1', listening.resolve);
  try {
    await listening.promise;
  } catch (error) {
    store.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    controlUrl: `${url}/control`,
    endpointOf: (domain) => `${url}/shops/${domain}/admin/api/${API_VERSION}/graphql.json`,
    async close() {
      parts.holds.close();
      parts.pauses.close();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
      store.close();
    },
  };
}

/** Adds the locations that the journal does not know yet; one that it knows keeps its flags. */
function addLocations(store: TwinStore, shops: readonly TwinShop[]): void {
  for (const { domain, locations } of shops) {
    for (const { id, name } of locations) {
      const number = locationNumberOf(id);
      if (number === null) throw new Error(`${id} is not the id of a location (gid://shopify/Location/<n>).`);
      if (shopIn(store.state, domain).locations.has(number)) continue;
      const location = { number, name, isActive: true, fulfillsOnlineOrders: true };
      store.commit([{ type: 'location-changed', domain, location }]);
    }
  }
}

type Route = (request: IncomingMessage) => Promise<Reply | null>;

const GRAPHQL_PATH = /^\/(?:shops\/([^/]+)\/)?admin\/api\/([^/]+)\/graphql\.json$/;
const GRANT_PATH = /^\/(?:shops\/([^/]+)\/)?admin\/oauth\/access_token$/;
const NOT_FOUND = jsonReply(404, { errors: 'Not Found' });
const BAD_TOKEN = '[API] Invalid API key or access token (unrecognized login or wrong password)';

function routeOf(shops: readonly TwinShop[], parts: ControlParts, endpoint: GraphqlEndpoint): Route {
  return async (request) => {
    const host = hostOf(request);
    const url = new URL(request.url ?? '/', 'http://twin');
    if (url.pathname.startsWith('/control/')) {
      const refusal = refuseWebPage(request);
      if (refusal) return refusal;
      const text = await readBody(request, CONTROL_BODY_LIMIT_BYTES);
      if (text === null) return jsonReply(413, { error: 'The body is too long.' });
      const path = url.pathname.slice('/control'.length);
      return answerControl(parts, { method: request.method ?? 'GET', path, search: url.searchParams, text });
    }

    const shopNamed = (named: string | undefined) =>
      named
        ? shops.find(({ domain }) => domain === named)
        : (shops.find(({ domain }) => domain === host) ?? (shops.length === 1 ? shops[0] : undefined));
    const at = parts.now().getTime();
    const grant = GRANT_PATH.exec(url.pathname);
    const grantor = grant && shopNamed(grant[1]);
    if (grantor && request.method === 'POST') {
      return parts.tokens.grant(grantor, (await readBody(request, GRAPHQL_BODY_LIMIT_BYTES)) ?? '', at);
    }
    const [found, named, version = ''] = GRAPHQL_PATH.exec(url.pathname) ?? [];
    const shop = shopNamed(named);
    const served = servedVersion(version);
    if (!found || !shop || served === null || request.method !== 'POST') return NOT_FOUND;
    if (!parts.tokens.opens(shop, request.headers['x-shopify-access-token'], at)) {
      return jsonReply(401, { errors: BAD_TOKEN });
    }
    const text = await readBody(request, GRAPHQL_BODY_LIMIT_BYTES);
    if (text === null) return jsonReply(413, { errors: 'Payload Too Large' });
    return endpoint.answer({ domain: shop.domain, version: served, text });
  };
}

/**
 * Keeps web pages out, which a browser on this machine may have open. The host name of a page may lead to the loopback. A
 * page may also send a form to any address, without asking: the browser then says where it comes from, and its content
 * is no JSON.
 */
function refuseWebPage(request: IncomingMessage): Reply | null {
  const { host, origin, 'sec-fetch-site': site, 'content-type': type = '' } = request.headers;
  if (!LOOPBACK_HOSTS.includes(hostOf(request))) return jsonReply(403, { error: 'Loopback only.' });
  const isForeign = origin !== undefined && origin !== `http://${host}`;
  if (isForeign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    return jsonReply(403, { error: 'Not for web pages of other origins.' });
  }
  const hasBody =
    Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
  if (hasBody && !/^application\/json\b/i.test(type)) {
    return jsonReply(415, { error: 'The content type must be application/json.' });
  }
  return null;
}

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost'];

function hostOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').replace(/:\d+$/, '');
}

async function answer(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const reply = await route(request);
    if (reply) send(response, reply);
    else response.destroy();
  } catch (error) {
    if (request.destroyed && !request.complete) return; // The client ended the connection while it was sending.
    console.error('Shopify twin:', error);
    send(response, jsonReply(500, { errors: 'Internal Server Error' }));
  }
}
