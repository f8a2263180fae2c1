/** A network between client and server that a test can break. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { cleanUp } from '../setup/clean-up.ts';

/** As the client sees it. */
type Direction = 'sent' | 'received';
type Break = 'reset' | 'hole' | 'pause';

export interface TcpProxy {
  readonly port: number;
  /** Bytes from clients to the server so far. */
  sentBytes(): number;
  /**
   * What happens to a connection that has sent (or received) so many bytes: reset; nothing passes any more in any
   * direction, and what comes is lost; or it stands still until the network is mended.
   */
  breakAfter(bytes: number, how: Break, direction?: Direction): void;
  /** Connections that have been broken so far. */
  broken(): number;
  mend(): void;
}

export async function tcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  let sent = 0;
  let fault: {
    readonly bytes: number;
    readonly how: Break;
    readonly direction: Direction;
  } | null = null;
  const open = new Set<Socket>();
  const broken = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(target);
    const own = { sent: 0, received: 0 };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const passes = () => {
      if (fault === null || own[fault.direction] < fault.bytes) return true;
      broken.add(client);
      if (fault.how === 'reset') client.resetAndDestroy();
      if (fault.how !== 'pause') return false;
      client.pause();
      upstream.pause();
      return true;
    };
    client.on('data', (data) => {
      own.sent += data.length;
      sent += data.length;
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
    sentBytes: () => sent,
    breakAfter: (bytes, how, direction = 'sent') => {
      fault = { bytes, how, direction };
    },
    broken: () => broken.size,
    mend: () => {
      fault = null;
      open.forEach((socket) => socket.resume());
    },
  };
}
