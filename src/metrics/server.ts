/** What a worker tells on its own HTTP address: `/metrics`, `/livez` and `/readyz`. It takes nothing. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { AtpError } from '../domain/errors.ts';
import { METRICS_REQUEST_TIMEOUT_MS, READINESS_KEPT_MS } from '../domain/limits.ts';
import type { Metrics } from './metrics.ts';
import { keepFor, type Refresh } from './readings.ts';

/** One service that the worker needs, as `/readyz` tells it. */
export interface Readiness {
  readonly name: string;
  readonly ok: boolean;
  /** Of what is wrong; null: nothing is. */
  readonly code: string | null;
  readonly message: string | null;
}

export interface ServerParts {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly refresh: Refresh;
  /** The page of Temporal's SDK; an error leaves it out. */
  readonly sdkMetrics: () => Promise<string>;
  readonly readiness: () => Promise<readonly Readiness[]>;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Scrapers are few: one that comes while so many are there is refused. */
const CONNECTIONS_MAX = 50;

/** @throws AtpError METRICS_ADDRESS_UNUSABLE */
export async function serveMetrics(parts: ServerParts): Promise<MetricsServer> {
  const { host, port } = parts;
  const readiness = keepFor(READINESS_KEPT_MS, parts.readiness);
  const pages: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/metrics': async (response) => {
      await parts.refresh();
      const [own, ofSdk] = await Promise.all([
        parts.metrics.registry.metrics(),
        parts.sdkMetrics().catch(() => ''),
      ]);
      response.setHeader('content-type', parts.metrics.registry.contentType);
      response.end(`${own.trimEnd()}\n${ofSdk}`);
    },
    // That this is answered is the answer: the process lives, and its event loop turns.
    '/livez': async (response) => {
      await answerJson(response, 200, { alive: true });
    },
    '/readyz': async (response) => {
      const services = await readiness();
      const ready = services.every(({ ok }) => ok);
      await answerJson(response, ready ? 200 : 503, { ready, services });
    },
  };
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const page = request.method === 'GET' || request.method === 'HEAD' ? pages[path] : undefined;
    if (!page) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('/metrics, /livez, /readyz\n');
      return;
    }
    page(response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = METRICS_REQUEST_TIMEOUT_MS;
  const listening = once(server, 'listening');
  server.listen(port, host);
  try {
    await listening;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new AtpError('METRICS_ADDRESS_UNUSABLE', { address: `${host}:${port}`, reason: code || message });
  }
  return {
    port: (server.address() as { port: number }).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerJson(response: ServerResponse, status: number, body: object): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  return Promise.resolve();
}
