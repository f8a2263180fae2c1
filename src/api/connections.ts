/** What one client may hold open, and how long it may take to say what it wants. */
import { isIPv6, type BlockList, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import {
  API_ANSWER_AWAITED_MS,
  API_ANSWER_LOOKED_AT_MS,
  API_BODY_IDLE_MS,
  API_CONNECTIONS_OF_ADDRESS_MAX,
  API_HEADERS_TIMEOUT_MS,
  API_TIMEOUTS_LOOKED_AT_MS,
} from '../domain/limits.ts';

export interface Patience {
  /** For the headers of a request. */
  readonly headersMs: number;
  /** How often those are looked at. */
  readonly lookEveryMs: number;
  /** Of a body that has begun, without a byte. */
  readonly bodyIdleMs: number;
  readonly connectionsOfAddressMax: number;
  /** Until an answer is there, or the place where it will be. */
  readonly answerMs: number;
  /** The same of one who asks at that place. */
  readonly answerLookMs: number;
}

export const PATIENCE: Patience = {
  headersMs: API_HEADERS_TIMEOUT_MS,
  lookEveryMs: API_TIMEOUTS_LOOKED_AT_MS,
  bodyIdleMs: API_BODY_IDLE_MS,
  connectionsOfAddressMax: API_CONNECTIONS_OF_ADDRESS_MAX,
  answerMs: API_ANSWER_AWAITED_MS,
  answerLookMs: API_ANSWER_LOOKED_AT_MS,
};

/** Closes connections above the number that one address may have. All that a proxy brings come from the proxy. */
export function boundConnections(
  server: FastifyInstance,
  { connectionsOfAddressMax }: Patience,
  proxy: BlockList | null,
): void {
  const open = new Map<string, number>();
  server.server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress;
    if (address === undefined || (proxy !== null && isOf(proxy, address))) return;
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 0) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > connectionsOfAddressMax) socket.destroy();
  });
}

/** Closes the connection of a client whose body stands still. What its request starts may take longer. */
export function boundBodies(server: FastifyInstance, { bodyIdleMs }: Patience): void {
  server.addHook('preParsing', async ({ raw }) => {
    const { socket } = raw;
    if (raw.complete) return;
    const cutOff = (): void => void socket.destroy();
    socket.setTimeout(bodyIdleMs, cutOff);
    raw.once('end', () => {
      socket.setTimeout(0);
      socket.off('timeout', cutOff);
    });
  });
}

export function isOf(list: BlockList, address: string): boolean {
  return list.check(
    address.replace(/^::ffff:/i, ''),
    isIPv6(address) && !/^::ffff:/i.test(address) ? 'ipv6' : 'ipv4',
  );
}
