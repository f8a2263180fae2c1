/**
 * Ends with 0 when the worker of this machine says that it is ready, else with 1 and the reason: the health check of a
 * container, which has one worker.
 */
import { loadConfig } from '../config/config.ts';
import { SERVICE_CHECK_TIMEOUT_MS } from '../domain/limits.ts';

try {
  const { metricsAddress } = loadConfig([]);
  if (metricsAddress === null) throw new Error('ATP_METRICS_ADDRESS is off, so nobody can ask the worker.');
  const { host, port } = metricsAddress;
  const ownHost = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  const address = `http://${ownHost.includes(':') ? `[${ownHost}]` : ownHost}:${port}/readyz`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(SERVICE_CHECK_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(await answer.text());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
