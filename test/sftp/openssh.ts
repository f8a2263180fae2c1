/** An OpenSSH server of a test's own: with the settings, the key or the user that the test is about. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { onTestFinished } from 'vitest';
import type { SftpSettings } from '../../src/sftp/sftp-settings.ts';
import { startPart } from '../../src/stand-ins/part-process.ts';
import { freePort } from '../../src/stand-ins/ports.ts';
import { opensshServer } from '../../src/stand-ins/programs.ts';
import { openFolder } from '../setup/parts-desk.ts';

const HOST = '127.0.0.1';

export function rsaKey(bits: number): string {
  return generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey;
}

export function keyOf(text: string) {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

export function fingerprintOf(text: string): string {
  const hash = createHash('sha256').update(keyOf(text).getPublicSSH()).digest('base64');
  return `SHA256:${hash.replace(/=+$/, '')}`;
}

/** Lets in the user who has the key; its folder is a new one. To be asked for where OpenSSH is installed. */
export async function opensshWith({
  userKey = rsaKey(2048),
  username = userInfo().username,
  setting = '',
}: {
  readonly userKey?: string;
  readonly username?: string;
  /** A line of its configuration. */
  readonly setting?: string;
}): Promise<{ readonly settings: SftpSettings; readonly folder: string }> {
  const keys = await openFolder('atp-test-sshd-');
  onTestFinished(() => rm(keys, { recursive: true, force: true }));
  const file = async (name: string, text: string, mode = 0o600) => {
    await writeFile(join(keys, name), text, { mode });
    return join(keys, name);
  };
  const hostKey = rsaKey(2048);
  const folder = join(keys, 'root');
  await mkdir(folder);
  const port = await freePort();
  const publicKey = keyOf(userKey).getPublicSSH().toString('base64');
  const config = [
    `ListenAddress ${HOST}`,
    `Port ${port}`,
    `HostKey "${await file('host', hostKey)}"`,
    // The server reads it as the user who logs in.
    `AuthorizedKeysFile "${await file('authorized', `ssh-rsa ${publicKey}\n`, 0o644)}"`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'Subsystem sftp internal-sftp',
    'ForceCommand internal-sftp',
    setting,
  ];
  const part = await startPart({
    name: 'sshd',
    command: opensshServer() ?? '',
    args: ['-D', '-e', '-f', await file('config', `${config.join('\n')}\n`)],
    logFile: join(keys, 'log'),
  });
  onTestFinished(() => part.stop());
  await part.waitForAnswer(async () => {
    const socket = connect(port, HOST);
    await once(socket, 'connect');
    socket.destroy();
  });
  const privateKeyFile = await file('user', userKey);
  return {
    settings: {
      host: HOST,
      port,
      username,
      password: null,
      privateKeyFile,
      hostKey: fingerprintOf(hostKey),
      root: folder,
    },
    folder,
  };
}
