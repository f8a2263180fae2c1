/** A network between client and server that a test can break. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { cleanUp } from '../setup/clean-up.ts';

/** Seen from the client. */
type Direction = 'sent' | 'received';
type Break = 'reset' | 'hole' | 'pause';

export interface TcpProxy {
  readonly port: number;
  /** Connections of clients that are open now. */
  countOpen(): number;
  /**
   * Breaks each connection that has sent (or received) so many bytes. `reset` resets it. With `hole` nothing passes any
   * more, in either direction, what is sent is lost, and neither side learns that the other one has closed; not even
   * `mend` changes that. `pause` stops it until `mend`, and nothing is lost.
   */
  breakAfter(bytes: number, how: Break, direction?: Direction): void;
  /** Connections that have been broken so far. */
  countBroken(): number;
  /** No further connection is broken, and paused ones go on. */
  mend(): void;
}

export async function tcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  let fault: {
    readonly bytes: number;
    readonly how: Break;
    readonly direction: Direction;
  } | null = null;
  const open = new Set<Socket>();
  const checks = new Set<() => boolean>();
  const clients = new Set<Socket>();
  const broken = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(target);
    const own = { sent: 0, received: 0 };
    clients.add(client);
    client.on('close', () => clients.delete(client));
    let isLost = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        if (isLost) return;
        client.destroy();
        upstream.destroy();
      });
    }
    const passes = () => {
      if (isLost) return false;
      if (fault === null || own[fault.direction] < fault.bytes) return true;
      broken.add(client);
      if (fault.how === 'reset') client.resetAndDestroy();
      isLost = fault.how === 'hole';
      if (fault.how !== 'pause') return false;
      client.pause();
      upstream.pause();
      return true;
    };
    checks.add(passes);
    client.on('close', () => checks.delete(passes));
    client.on('data', (data) => {
      own.sent += data.length;
      if (passes()) upstream.write(data);
    });
    upstream.on('data', (data) => {
      own.received += data.length;
      if (passes()) client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp(async () => {
    open.forEach((socket) => socket.destroy());
    server.close();
    await once(server, 'close');
  });
  return {
    port: (server.address() as AddressInfo).port,
    countOpen: () => clients.size,
    breakAfter: (bytes, how, direction = 'sent') => {
      fault = { bytes, how, direction };
      checks.forEach((passes) => passes());
    },
    countBroken: () => broken.size,
    mend: () => {
      fault = null;
      open.forEach((socket) => socket.resume());
    },
  };
}
