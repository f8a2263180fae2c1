import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { cleanUp } from './clean-up.ts';

/** A way to a server of the run that a test can close and open again. */
export interface TcpGate {
  /** On the loopback, in place of the server's. */
  readonly port: number;
  /** Cuts all connections, and refuses new ones. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** Opens a gate to a port of the loopback. It is removed with the test. */
export async function tcpGate(target: number): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let port = 0;

  const open = async (): Promise<void> => {
    server = createServer((from) => {
      const to = connect(target, '127.0.0.1');
      for (const socket of [from, to]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          sockets.delete(socket);
          from.destroy();
          to.destroy();
        });
      }
      from.pipe(to).pipe(from);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const shut = async (): Promise<void> => {
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    server = null;
  };
  await open();
  cleanUp(shut);
  return {
    get port() {
      return port;
    },
    shut,
    open,
  };
}
