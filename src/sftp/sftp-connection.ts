/** One connection to the SFTP server: its host key pinned, bounded in time and memory, with coded errors. */
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import SftpClient from 'ssh2-sftp-client';
import { AtpError } from '../domain/errors.ts';
import {
  SFTP_ANSWER_TIMEOUT_MS,
  SFTP_CLOSE_TIMEOUT_MS,
  SFTP_CONNECT_TIMEOUT_MS,
  SFTP_REQUEST_BYTES,
  SFTP_REQUESTS_IN_FLIGHT,
} from '../domain/limits.ts';
import { readRemoteFolder, type RemoteEntry } from './listing.ts';
import { login } from './login.ts';
import {
  NO_SUCH_FILE,
  PERMISSION_DENIED,
  readLastByte,
  readRemoteFile,
  type LastByte,
  type Wrapper,
} from './reading.ts';
import type { SftpSettings } from './sftp-settings.ts';
import { unreachableError } from './unreachable.ts';

/** Requests to the server, by absolute path. Each throws SFTP_UNREACHABLE when it fails or gets no answer. */
export interface SftpConnection {
  /** Null when there is nothing under the path. */
  look(path: string): Promise<RemoteEntry | null>;
  /** Null when there is no such folder. */
  list(folder: string): Promise<RemoteEntry[] | null>;
  /** None when there is no such folder. Null when the server does not let us list it. */
  listIfAllowed(folder: string): Promise<RemoteEntry[] | null>;
  upload(localPath: string, path: string): Promise<void>;
  download(path: string, localPath: string): Promise<void>;
  lastByte(path: string): Promise<LastByte>;
  /** Look first: when the new name exists, OpenSSH refuses to rename, and rclone replaces the file. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the folder and those above it; it may exist already. */
  makeFolder(path: string): Promise<void>;
  /** Removes an empty folder. */
  removeFolder(path: string): Promise<void>;
  /** The coded error for an answer that came, but that we cannot accept. */
  failure(reason: string): AtpError;
}

const TRANSFER = { concurrency: SFTP_REQUESTS_IN_FLIGHT, chunkSize: SFTP_REQUEST_BYTES };

/**
 * Runs `work` on a connection of its own and closes it afterwards.
 *
 * @param signal aborts when nobody waits for the result any more: the connection is closed in the middle of whatever it
 *   does, and the signal's reason is thrown
 * @throws AtpError SFTP_UNREACHABLE, SFTP_HOST_KEY_MISMATCH, SFTP_NOT_SAFE
 */
export async function withConnection<Result>(
  settings: SftpSettings,
  work: (connection: SftpConnection) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted();
  const socket = await openSocket(settings);
  const abort = () => socket.destroy();
  signal?.addEventListener('abort', abort, { once: true });
  // `{}` replaces the library's own handlers, which print a line or end the process: a connection that dies between two
  // requests must only make the next request fail.
  const client = new SftpClient('atp-sync', {});
  try {
    const wrapper = await login(settings, client, socket);
    return await work(connectionOn(settings, client, wrapper, socket));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    await close(client, socket);
  }
}

/** We open the socket ourselves, since ssh2 leaves Nagle's algorithm on, which makes transfers four times slower. */
async function openSocket(settings: SftpSettings): Promise<Socket> {
  const { host, port } = settings;
  const socket = connect({ host, port, noDelay: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(SFTP_CONNECT_TIMEOUT_MS) });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw unreachableError(settings, error);
  }
}

async function close(client: SftpClient, socket: Socket): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, SFTP_CLOSE_TIMEOUT_MS);
  await Promise.race([client.end().catch(() => undefined), timer.promise]);
  clearTimeout(timeout);
  socket.destroy();
}

function connectionOn(
  settings: SftpSettings,
  client: SftpClient,
  wrapper: Wrapper,
  socket: Socket,
): SftpConnection {
  /** Makes a request. A server that answers keepalives but not the request (a hanging disk) is given up, too. */
  async function ask<Result>(
    what: string,
    request: (progress: () => void) => Promise<Result>,
  ): Promise<Result> {
    // ssh2 never answers a request on a closed connection.
    if (socket.destroyed) throw unreachableError(settings, new Error('the connection was closed'), { what });
    let isLate = false;
    const timeout = setTimeout(() => {
      isLate = true;
      socket.destroy();
    }, SFTP_ANSWER_TIMEOUT_MS);
    // When the connection closes, ssh2 leaves its open requests unanswered.
    const closed = Promise.withResolvers<never>();
    const onClose = () => {
      closed.reject(new Error('the connection was closed'));
    };
    socket.once('close', onClose);
    try {
      return await Promise.race([request(() => timeout.refresh()), closed.promise]);
    } catch (error) {
      const reason = isLate ? `no answer within ${SFTP_ANSWER_TIMEOUT_MS / 1000} s` : null;
      throw unreachableError(settings, error, { what, reason });
    } finally {
      clearTimeout(timeout);
      socket.off('close', onClose);
    }
  }

  async function look(path: string): Promise<RemoteEntry | null> {
    return ask(`looking at ${path}`, async () => {
      // By ssh2 itself: ssh2-sftp-client reports every failure as "no such file".
      const attributes = await lstat(wrapper, path);
      if (attributes === null) return null;
      return {
        name: path.slice(path.lastIndexOf('/') + 1),
        kind: attributes.isFile() ? 'file' : attributes.isDirectory() ? 'folder' : 'other',
        sizeBytes: attributes.size,
        modifiedAt: new Date(attributes.mtime * 1000),
      };
    });
  }

  return {
    look,

    failure: (reason) =>
      new AtpError('SFTP_UNREACHABLE', { host: settings.host, port: settings.port, reason }),

    list: (folder) =>
      ask(`listing ${folder}`, async (progress) => {
        try {
          return await readRemoteFolder(wrapper, folder, progress);
        } catch (error) {
          if (codeOf(error) === NO_SUCH_FILE) return null;
          throw error;
        }
      }),

    listIfAllowed: (folder) =>
      ask(`listing ${folder}`, async (progress) => {
        try {
          return await readRemoteFolder(wrapper, folder, progress);
        } catch (error) {
          if (codeOf(error) === NO_SUCH_FILE) return [];
          if (codeOf(error) === PERMISSION_DENIED) return null;
          throw error;
        }
      }),

    async upload(localPath, path) {
      await ask(`writing ${path}`, (progress) =>
        client.fastPut(localPath, path, { ...TRANSFER, step: progress }),
      );
    },

    async download(path, localPath) {
      const local = await open(localPath, 'w');
      try {
        await ask(`reading ${path}`, (progress) => readRemoteFile(wrapper, path, local, progress));
      } finally {
        await local.close();
      }
    },

    lastByte: (path) => ask(`opening ${path}`, () => readLastByte(wrapper, path)),

    async rename(from, to) {
      await ask(`renaming ${from} to ${to}`, () => client.rename(from, to));
    },

    async remove(path) {
      await ask(`removing ${path}`, () => client.delete(path, true));
    },

    async removeFolder(path) {
      await ask(`removing the folder ${path}`, () => client.rmdir(path, false));
    },

    async makeFolder(path) {
      // Another connection may make a folder of the path at the same moment. Each such failure means that one folder
      // more exists, so there are at most as many as the path has segments.
      for (let missing = path.split('/').length; ; missing -= 1) {
        try {
          await ask(`making the folder ${path}`, () => client.mkdir(path, true));
          return;
        } catch (error) {
          if ((await look(path))?.kind === 'folder') return;
          if (missing <= 1) throw error;
        }
      }
    },
  };
}

interface Attributes {
  readonly size: number;
  readonly mtime: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

async function lstat(wrapper: Wrapper, path: string): Promise<Attributes | null> {
  const answer = Promise.withResolvers<Attributes | null>();
  wrapper.lstat(path, (error, attributes) => {
    if (!error) answer.resolve(attributes);
    else if (codeOf(error) === NO_SUCH_FILE) answer.resolve(null);
    else answer.reject(error);
  });
  return answer.promise;
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
