/** A network between client and server that a test can break. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { cleanUp } from '../setup/clean-up.ts';

export interface TcpProxy {
  readonly port: number;
  /** Bytes from clients to the server so far. */
  sentBytes(): number;
  /** What happens to the connection that has sent so many bytes: reset, or nothing passes any more in any direction. */
  breakAfter(bytes: number, how: 'reset' | 'hole'): void;
  mend(): void;
}

export async function tcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  let sent = 0;
  let fault: { readonly bytes: number; readonly how: 'reset' | 'hole' } | null = null;
  const open = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(target);
    let own = 0;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const isBroken = () => fault !== null && own >= fault.bytes;
    client.on('data', (data) => {
      own += data.length;
      sent += data.length;
      if (!isBroken()) upstream.write(data);
      else if (fault?.how === 'reset') client.resetAndDestroy();
    });
    upstream.on('data', (data) => {
      if (!isBroken()) client.write(data);
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
    breakAfter: (bytes, how) => {
      fault = { bytes, how };
    },
    mend: () => {
      fault = null;
    },
  };
}
