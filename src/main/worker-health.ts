/** The health check of a container with a worker: whether the worker of this machine says that it is ready. */
import { loadConfig } from '../config/config.ts';
import { endByReadiness } from './own-readiness.ts';

await endByReadiness(() => {
  const { metricsAddress } = loadConfig([]);
  if (metricsAddress === null) throw new Error('ATP_METRICS_ADDRESS is off, so nobody can ask the worker.');
  return { ...metricsAddress, speaksTls: false };
});
