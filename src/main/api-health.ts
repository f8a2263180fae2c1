/** The health check of a container with `atp serve`: whether the server of this machine says that it is ready. */
import { loadConfig } from '../config/config.ts';
import { endByReadiness } from './own-readiness.ts';

await endByReadiness(() => {
  const { api } = loadConfig([]);
  return { ...api, speaksTls: api.tls !== null };
});
