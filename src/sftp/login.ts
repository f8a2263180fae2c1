/** The login at the SFTP server: its host key pinned, nothing weak taken. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { AnyAuthMethod } from 'ssh2';
import type SftpClient from 'ssh2-sftp-client';
import { AtpError } from '../domain/errors.ts';
import {
  SFTP_CONNECT_TIMEOUT_MS,
  SFTP_KEEPALIVE_COUNT_MAX,
  SFTP_KEEPALIVE_INTERVAL_MS,
} from '../domain/limits.ts';
import type { Wrapper } from './reading.ts';
import type { SftpSettings } from './sftp-settings.ts';
import {
  ALGORITHMS,
  disagreementOf,
  readHostKey,
  readPrivateKey,
  rememberFirstBytes,
  tooFewBits,
} from './ssh-algorithms.ts';
import { unreachableError } from './unreachable.ts';

/** @throws AtpError SFTP_UNREACHABLE, SFTP_HOST_KEY_MISMATCH, SFTP_NOT_SAFE */
export async function login(settings: SftpSettings, client: SftpClient, socket: Socket): Promise<Wrapper> {
  const { host, port, username } = settings;
  const notSafe = (reason: string, cause?: unknown) =>
    new AtpError('SFTP_NOT_SAFE', { host, port, reason }, { cause });
  const firstBytes = rememberFirstBytes(socket);
  let shownKey: string | null = null;
  let shortHostKey: number | null = null;
  let wantsSha1 = false;
  try {
    return await client.connect({
      sock: socket,
      username,
      algorithms: ALGORITHMS,
      authHandler: await loginMethods(settings, notSafe, () => (wantsSha1 = true)),
      readyTimeout: SFTP_CONNECT_TIMEOUT_MS,
      keepaliveInterval: SFTP_KEEPALIVE_INTERVAL_MS,
      keepaliveCountMax: SFTP_KEEPALIVE_COUNT_MAX,
      hostVerifier: (key: Buffer) => {
        shownKey = fingerprint(key);
        if (!isEqual(shownKey, settings.hostKey)) return false;
        shortHostKey = tooFewBits(readHostKey(key));
        return shortHostKey === null;
      },
    });
  } catch (error) {
    if (error instanceof AtpError) throw error;
    if (shownKey !== null && !isEqual(shownKey, settings.hostKey)) {
      throw new AtpError('SFTP_HOST_KEY_MISMATCH', { host, port, found: shownKey }, { cause: error });
    }
    if (shortHostKey !== null) throw notSafe(`its RSA host key has ${String(shortHostKey)} bits only`, error);
    if (wantsSha1) throw notSafe('it takes RSA signatures with SHA-1 only', error);
    const disagreement = disagreementOf((error as Error).message, firstBytes());
    if (disagreement !== null) throw notSafe(disagreement, error);
    throw unreachableError(settings, error);
  } finally {
    firstBytes();
  }
}

/** In the order in which they are tried. */
async function loginMethods(
  { username, password, privateKeyFile }: SftpSettings,
  notSafe: (reason: string) => AtpError,
  onSha1: () => void,
): Promise<AnyAuthMethod[]> {
  const methods: AnyAuthMethod[] = [{ type: 'none', username }];
  if (password !== null) methods.push({ type: 'password', username, password });
  if (privateKeyFile !== null) {
    const key = readPrivateKey(await readKeyFile(privateKeyFile), onSha1);
    const bits = tooFewBits(key);
    if (bits !== null) throw notSafe(`our RSA key in SFTP_PRIVATE_KEY_FILE has ${bits} bits only`);
    methods.push({ type: 'publickey', username, key });
  }
  return methods;
}

async function readKeyFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
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
