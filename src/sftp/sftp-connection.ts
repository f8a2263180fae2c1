/** One connection to the SFTP server: pinned, bounded in time and memory, with coded errors. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import SftpClient from 'ssh2-sftp-client';
import { AtpError } from '../domain/errors.ts';
import {
  SFTP_ANSWER_TIMEOUT_MS,
  SFTP_CLOSE_TIMEOUT_MS,
  SFTP_CONNECT_TIMEOUT_MS,
  SFTP_KEEPALIVE_COUNT_MAX,
  SFTP_KEEPALIVE_INTERVAL_MS,
  SFTP_REQUEST_BYTES,
  SFTP_REQUESTS_IN_FLIGHT,
} from '../domain/limits.ts';
import type { SftpSettings } from './file-drop.ts';
import { readRemoteFile, type Wrapper } from './reading.ts';

/** What is under a name. A link is told as a link, never followed. */
export interface RemoteEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** Requests to the server, by absolute path. Each throws SFTP_UNREACHABLE when it is not answered well. */
export interface SftpConnection {
  /** Null when there is nothing under the path. */
  look(path: string): Promise<RemoteEntry | null>;
  /** Null when there is no such folder. */
  list(folder: string): Promise<RemoteEntry[] | null>;
  upload(localPath: string, path: string): Promise<void>;
  download(path: string, localPath: string): Promise<void>;
  /** Plain: OpenSSH refuses a name that exists, rclone replaces it, so look first. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** With the folders above it; one that exists is fine. */
  makeFolder(path: string): Promise<void>;
  /** The coded error for an answer that is well-formed and no good. */
  failed(reason: string): AtpError;
}

/** SSH_FX codes of the SFTP protocol, draft 02, section 7. */
const NO_SUCH_FILE = 2;

const TRANSFER = { concurrency: SFTP_REQUESTS_IN_FLIGHT, chunkSize: SFTP_REQUEST_BYTES };

/**
 * Runs `work` on a connection of its own and closes it afterwards.
 *
 * @throws AtpError SFTP_UNREACHABLE, SFTP_HOST_KEY_MISMATCH
 */
export async function withConnection<Result>(
  settings: SftpSettings,
  work: (connection: SftpConnection) => Promise<Result>,
): Promise<Result> {
  const socket = await openSocket(settings);
  // A connection that dies between two requests must fail the next request, not print a line or end the process.
  const client = new SftpClient('atp-sync', {});
  try {
    const wrapper = await login(settings, client, socket);
    return await work(requests(settings, client, wrapper, socket));
  } finally {
    await close(client, socket);
  }
}

/** Opened by us because ssh2 leaves Nagle's algorithm on, which costs a transfer three quarters of its speed. */
async function openSocket(settings: SftpSettings): Promise<Socket> {
  const { host, port } = settings;
  const socket = connect({ host, port, noDelay: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(SFTP_CONNECT_TIMEOUT_MS) });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw unreachable(settings, error);
  }
}

async function login(settings: SftpSettings, client: SftpClient, socket: Socket): Promise<Wrapper> {
  const { host, port, username, password } = settings;
  let shownKey: string | null = null;
  try {
    return await client.connect({
      sock: socket,
      username,
      ...(await credential(settings)),
      ...(password !== null && { password }),
      readyTimeout: SFTP_CONNECT_TIMEOUT_MS,
      keepaliveInterval: SFTP_KEEPALIVE_INTERVAL_MS,
      keepaliveCountMax: SFTP_KEEPALIVE_COUNT_MAX,
      hostVerifier: (key: Buffer) => {
        shownKey = fingerprint(key);
        return isEqual(shownKey, settings.hostKey);
      },
    });
  } catch (error) {
    if (shownKey !== null && !isEqual(shownKey, settings.hostKey)) {
      throw new AtpError('SFTP_HOST_KEY_MISMATCH', { host, port, found: shownKey }, { cause: error });
    }
    throw unreachable(settings, error);
  }
}

async function credential({ privateKeyFile }: SftpSettings): Promise<{ privateKey?: Buffer }> {
  if (privateKeyFile === null) return {};
  try {
    return { privateKey: await readFile(privateKeyFile) };
  } catch (error) {
    throw new Error('The privateKey file cannot be read.', { cause: error });
  }
}

/** As `ssh-keygen -l` prints it. */
function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function close(client: SftpClient, socket: Socket): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, SFTP_CLOSE_TIMEOUT_MS);
  await Promise.race([client.end().catch(() => undefined), timer.promise]);
  clearTimeout(timeout);
  socket.destroy();
}

function requests(
  settings: SftpSettings,
  client: SftpClient,
  wrapper: Wrapper,
  socket: Socket,
): SftpConnection {
  /** A server that answers keepalives but not the request (a hanging disk) is given up, too. */
  async function answered<Result>(
    what: string,
    request: (progress: () => void) => Promise<Result>,
  ): Promise<Result> {
    // ssh2 never answers a request that is made after the end.
    if (socket.destroyed) throw unreachable(settings, new Error('the connection was closed'), { what });
    let isLate = false;
    const timeout = setTimeout(() => {
      isLate = true;
      socket.destroy();
    }, SFTP_ANSWER_TIMEOUT_MS);
    // ssh2 leaves requests unanswered when the connection ends.
    const closed = Promise.withResolvers<never>();
    const onClose = () => {
      closed.reject(new Error('the connection was closed'));
    };
    socket.once('close', onClose);
    try {
      return await Promise.race([request(() => timeout.refresh()), closed.promise]);
    } catch (error) {
      const reason = isLate ? `no answer within ${SFTP_ANSWER_TIMEOUT_MS} ms` : null;
      throw unreachable(settings, error, { what, reason });
    } finally {
      clearTimeout(timeout);
      socket.off('close', onClose);
    }
  }

  async function look(path: string): Promise<RemoteEntry | null> {
    return answered(`looking at ${path}`, async () => {
      // By ssh2 itself: its wrapper takes every failure for "no such file".
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

    failed: (reason) =>
      new AtpError('SFTP_UNREACHABLE', { host: settings.host, port: settings.port, reason }),

    list: (folder) =>
      answered(`listing ${folder}`, async () => {
        const entries = await client.list(folder).catch((error: unknown) => {
          if (codeOf(error) === NO_SUCH_FILE) return null;
          throw error;
        });
        return (
          entries?.map(({ name, type, size, modifyTime }) => ({
            name,
            kind: type === '-' ? 'file' : type === 'd' ? 'folder' : 'other',
            sizeBytes: size,
            modifiedAt: new Date(modifyTime),
          })) ?? null
        );
      }),

    async upload(localPath, path) {
      await answered(`writing ${path}`, (progress) =>
        client.fastPut(localPath, path, { ...TRANSFER, step: progress }),
      );
    },

    async download(path, localPath) {
      const local = await open(localPath, 'w');
      try {
        await answered(`reading ${path}`, (progress) => readRemoteFile(wrapper, path, local, progress));
      } finally {
        await local.close();
      }
    },

    async rename(from, to) {
      await answered(`renaming ${from} to ${to}`, () => client.rename(from, to));
    },

    async remove(path) {
      await answered(`removing ${path}`, () => client.delete(path, true));
    },

    async makeFolder(path) {
      // Another connection may make any folder of the path at the same moment: each such failure leaves one more there.
      for (let missing = path.split('/').length; ; missing -= 1) {
        try {
          await answered(`making the folder ${path}`, () => client.mkdir(path, true));
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

/** How a person is told the reason: the library's own words repeat local paths and name its functions. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/authentication/i, 'it refuses the login'],
  [/privateKey|private key|passphrase/i, 'the private key file cannot be used'],
  [/permission denied/i, 'permission denied'],
  [/no such file|does not exist/i, 'no such file'],
  [/ENOTFOUND|EAI_AGAIN/, 'its name is not known'],
  [/ECONNREFUSED/, 'it refuses the connection'],
  [/ECONNRESET|has reset|EPIPE/, 'the connection was reset'],
  [/became shorter/, 'the file became shorter'],
  [/ENOSPC/, 'the disk of this machine is full'],
  [/keepalive/i, 'the connection is dead'],
  [/timed? ?out|TimeoutError|aborted/i, 'no answer in time'],
  [
    /unexpected (end|close)|closed|not connected|no sftp connection|no response|not able to/i,
    'the connection was closed',
  ],
];

/** A full disk, among others, is told like this: SSH_FX_FAILURE has no text of its own. */
const NO_REASON = 'it reports a failure without a reason';

function unreachable(
  { host, port }: SftpSettings,
  error: unknown,
  told: { readonly what?: string; readonly reason?: string | null } = {},
): AtpError {
  const { name, message, code } = error as { name: string; message: string; code?: string };
  const text = `${name} ${code ?? ''} ${message}`;
  const reason = told.reason ?? REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? NO_REASON;
  const where = told.what === undefined ? '' : `, while ${told.what}`;
  return new AtpError('SFTP_UNREACHABLE', { host, port, reason: `${reason}${where}` }, { cause: error });
}
