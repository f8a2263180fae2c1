/**
 * The metrics of Temporal's SDK. Its core serves them on a port of its own and can do nothing else for Prometheus; so it
 * gets one on the loopback, and our page takes them from there.
 */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { READING_TIMEOUT_MS } from '../domain/limits.ts';

/** Where the core serves them: `127.0.0.1:<a port that was free>`. */
export async function chooseSdkMetricsAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}

/** The page of the core, in Prometheus's text format. Its names begin with `temporal_`. */
export async function readSdkMetrics(address: string): Promise<string> {
  const answer = await fetch(`http://${address}/metrics`, {
    signal: AbortSignal.timeout(READING_TIMEOUT_MS),
  });
  return answer.text();
}
