/**
 * A network between the product and the twin on which a request can get stuck. The product gets no answer to it, and
 * Shopify does not know of it yet; it arrives when the test delivers it, even minutes later, and even more than once.
 */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanUp } from './clean-up.ts';
import { freshTwin, type FreshTwin } from './fresh-twin.ts';
import { until } from './until.ts';
import type { TwinOptions } from '../../src/stand-ins/shopify-twin/index.ts';

/** What the product sees of a request that is stuck: its connection is cut, or it waits until it gives up. */
type Ending = 'cut' | 'silence';

export interface StuckRequest {
  /** Waits until the request has come. With `cut`, the product's connection has been cut by then. */
  waitUntilStuck(): Promise<void>;
  /** The request's JSON; throws when none has come. */
  readonly body: string;
  /**
   * Lets the request arrive; resolves with Shopify's answer. The product gets the answer too, if it still waits.
   * Each further call lets it arrive once more.
   */
  deliver(): Promise<DeliveredAnswer>;
}

export interface DeliveredAnswer {
  readonly status: number;
  readonly body: string;
}

export interface DelayingProxy {
  /** Takes the place of the twin's `http://127.0.0.1:<port>`. */
  readonly url: string;
  /**
   * The next request of this operation gets stuck; all others pass. Of several such orders, each takes one request.
   *
   * @param isMeant by the request's JSON; default: every request of the operation
   */
  stickNext(operation: string, ending: Ending, isMeant?: (body: string) => boolean): StuckRequest;
}

/**
 * A twin behind a network that delays. Give `twin` to `Installation.open`, and the worker's requests go through the proxy;
 * the twin's own client does not.
 *
 *     const { twin, proxy } = await twinBehindProxy();
 *     const shop = await Installation.open(['SHIRT'], { twin });
 *     const stuck = proxy.stickNext('SetOnlineAtp', 'cut');
 *     …
 *     await stuck.waitUntilStuck();
 *     await stuck.deliver();
 */
export async function twinBehindProxy(
  options: Partial<TwinOptions> = {},
): Promise<{ readonly twin: FreshTwin; readonly proxy: DelayingProxy }> {
  const twin = await freshTwin(options);
  const proxy = await delayingProxy(twin.twin.port);
  const adminUrl = twin.shop.adminUrl.replace(twin.twin.url, proxy.url);
  return { twin: { ...twin, shop: { ...twin.shop, adminUrl } }, proxy };
}

interface Received {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Where the answer goes, if the client still waits. */
  readonly response: ServerResponse;
}

interface Order {
  readonly operation: string;
  readonly ending: Ending;
  readonly isMeant: (body: string) => boolean;
  received: Received | null;
}

/** @param port of the twin, on 127.0.0.1 */
async function delayingProxy(port: number): Promise<DelayingProxy> {
  const orders: Order[] = [];

  const server = createServer((incoming, response) => {
    void (async () => {
      let body = '';
      try {
        for await (const part of incoming.setEncoding('utf8')) body += String(part);
      } catch {
        return; // The client has ended the connection while it was sending.
      }
      const { url: path = '/', method = 'GET', headers } = incoming;
      const received = { path, method, headers, body, response };
      const order = orders.find((open) => open.received === null && isOf(open, body));
      if (order === undefined) {
        await forward(port, received).catch(() => response.destroy());
        return;
      }
      order.received = received;
      if (order.ending === 'cut') response.destroy();
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stickNext(operation, ending, isMeant = () => true) {
      const order: Order = { operation, ending, isMeant, received: null };
      orders.push(order);
      const receivedOne = (): Received => {
        if (order.received === null) throw new Error(`No request of ${operation} has come.`);
        return order.received;
      };
      return {
        get body() {
          return receivedOne().body;
        },
        waitUntilStuck: async () => void (await until(receivedOne)),
        deliver: () => forward(port, receivedOne()),
      };
    },
  };
}

function isOf({ operation, isMeant }: Order, body: string): boolean {
  return new RegExp(`(query|mutation) ${operation}\\b`).test(body) && isMeant(body);
}

/** Sends the request to the twin and its answer back to the client. Rejects when the twin gives none. */
async function forward(port: number, { path, method, headers, body, response }: Received) {
  // A connection of its own: a kept one may have been closed by the twin, which would look like a fault of the network.
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  // A client that gives up leaves the request where it is: on its way, or at Shopify.
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const status = incoming.statusCode ?? 0;
  const isWaiting = !response.headersSent && !response.destroyed;
  if (isWaiting) response.writeHead(status, incoming.headers);
  let answer = '';
  for await (const part of incoming.setEncoding('utf8')) {
    answer += String(part);
    if (isWaiting) response.write(String(part));
  }
  if (isWaiting) response.end();
  return { status, body: answer };
}
