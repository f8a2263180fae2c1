import type { FastifyRequest } from 'fastify';

/** As it was sent: a field may come several times, in its order. */
export function queryOf({ url }: FastifyRequest): URLSearchParams {
  // A "?" may stand in a query, too: `sku=WHAT?`.
  const [, ...parts] = url.split('?');
  return new URLSearchParams(parts.join('?'));
}
