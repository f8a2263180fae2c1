/** Chooses ports of the loopback: after a restart the same ones again, if they are still free. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { isPortTaken } from './part-process.ts';

/** Between the choice of a port and its use, another process may take it; not that often in a row. */
const TRIES_MAX = 4;

/**
 * Starts a server on the preferred port when it is free, else on any free one.
 *
 * @param start throws an error that `isPortTaken` recognises when another process has taken the port meanwhile
 */
export async function startOnPort<Server>(
  preferred: number | undefined,
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  let port = await freePort(preferred);
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(port);
    } catch (error) {
      if (!isPortTaken(error) || tries >= TRIES_MAX) throw error;
      port = await freePort();
    }
  }
}

/** A port that nothing listens on right now: the preferred one if possible. */
export async function freePort(preferred = 0): Promise<number> {
  try {
    return await listenOnce(preferred);
  } catch (error) {
    if (preferred === 0) throw error;
    return listenOnce(0);
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: found } = server.address() as AddressInfo;
      server.close(() => resolve(found));
    });
  });
}
