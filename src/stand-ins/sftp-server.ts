/**
 * An SFTP server of our own: OpenSSH's when it is installed, else rclone's. Both are real, maintained servers, and both
 * accept one key only. A client must not rely on what they do differently: OpenSSH refuses to rename a file onto an
 * existing one, rclone overwrites it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import SftpClient from 'ssh2-sftp-client';
import { AtpError } from '../domain/errors.ts';
import { isPortTaken, startPart } from './part-process.ts';
import { obtain, opensshServer, RCLONE } from './programs.ts';
import { fingerprint, fingerprintOf, rememberedKey } from './ssh-keys.ts';
import { writeStateFile } from './state-file.ts';
import type { PartProcess } from './part-process.ts';
import type { SshKey } from './ssh-keys.ts';
import type { Progress } from './ways.ts';

export type SftpKind = 'openssh' | 'rclone';

export interface SftpOptions {
  /** Where keys and log are kept; the files are in its folder `sftp`. */
  readonly stateDir: string;
  readonly partsDir: string;
  readonly port: number;
  /** Absent: OpenSSH if it is installed and works for this user, else rclone. */
  readonly kind?: SftpKind;
  readonly onProgress?: Progress;
}

/** What a client needs to connect: the values of SFTP_URL, SFTP_PRIVATE_KEY_FILE and SFTP_HOST_KEY. */
export interface SftpAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Absolute, as the server sees it. */
  readonly root: string;
  readonly privateKeyFile: string;
  /** `SHA256:…` */
  readonly hostKey: string;
}

export interface SftpServer extends PartProcess {
  readonly kind: SftpKind;
  readonly address: SftpAddress;
  /** `root` as the machine sees it. */
  readonly folder: string;
}

interface Setup extends SftpOptions {
  readonly folder: string;
  readonly user: SshKey;
  readonly host: SshKey;
  readonly authorizedKeysFile: string;
}

const run = promisify(execFile);

/** @throws AtpError STACK_PART_UNAVAILABLE, STACK_PART_FAILED */
export async function startSftp(options: SftpOptions): Promise<SftpServer> {
  const folder = join(options.stateDir, 'sftp');
  mkdirSync(folder, { recursive: true });
  const keys = join(options.stateDir, 'sftp-keys');
  const user = rememberedKey(join(keys, 'user'));
  const authorizedKeysFile = join(keys, 'authorized');
  writeStateFile(authorizedKeysFile, `${user.publicKey}\n`);
  const setup = { ...options, folder, user, host: rememberedKey(join(keys, 'host')), authorizedKeysFile };

  if (options.kind === 'rclone') return startRclone(setup);
  const sshd = opensshServer();
  if (options.kind === 'openssh') {
    if (sshd !== null) return startOpenssh(setup, sshd);
    throw new AtpError('STACK_PART_UNAVAILABLE', {
      part: 'OpenSSH',
      reason: 'sshd is not installed',
      install: 'Debian’s package openssh-server',
    });
  }
  if (sshd === null) return startRclone(setup);
  try {
    return await startOpenssh(setup, sshd);
  } catch (error) {
    if (isPortTaken(error)) throw error;
    // OpenSSH refuses accounts that are locked or missing in the system's list of users; rclone does not look there.
    return startRclone(setup);
  }
}

async function startOpenssh(setup: Setup, sshd: string): Promise<SftpServer> {
  const { username } = userInfo();
  const configFile = join(setup.stateDir, 'sftp-keys', 'sshd_config');
  writeStateFile(configFile, opensshConfig(setup, username));
  await preparePrivilegeSeparation(sshd, configFile);
  // From 9.8 on, sshd shuts out an address for a while after failed logins, and here all clients have the same address.
  // Earlier versions do not know the option.
  const lenient = ['-o', 'PerSourcePenalties=no'];
  const optional = (await accepts(sshd, configFile, lenient)) ? lenient : [];
  const part = await startPart({
    name: 'SFTP (OpenSSH)',
    command: sshd,
    args: ['-D', '-e', '-f', configFile, ...optional],
    logFile: join(setup.stateDir, 'logs/sftp.log'),
  });
  return waitUntilItAnswers(part, setup, { kind: 'openssh', username, root: setup.folder });
}

async function startRclone(setup: Setup): Promise<SftpServer> {
  const { stateDir, folder, port, host, authorizedKeysFile } = setup;
  const part = await startPart({
    name: 'SFTP (rclone)',
    command: await obtain(RCLONE, setup.partsDir, setup.onProgress),
    args: [
      ...['serve', 'sftp', folder, '--addr', `127.0.0.1:${port}`],
      ...['--key', host.privateKeyFile, '--authorized-keys', authorizedKeysFile],
      // A client writes several parts of a file at once, which rclone can do in a cache file only. It stores the file
      // when it is closed, not some seconds later: a read or a rename in between would fail now and then.
      ...['--vfs-cache-mode', 'writes', '--vfs-write-back', '0s'],
      // Files also come into the folder without rclone, and it must see them at once. With 0 instead of 1 ms,
      // rclone 1.75 hangs, or spins in a rename.
      ...['--dir-cache-time', '1ms'],
      ...['--cache-dir', join(stateDir, 'sftp-cache'), '--config', '/dev/null'],
    ],
    logFile: join(stateDir, 'logs/sftp.log'),
  });
  return waitUntilItAnswers(part, setup, { kind: 'rclone', username: 'atp', root: '/' });
}

async function waitUntilItAnswers(
  part: PartProcess,
  setup: Setup,
  { kind, username, root }: { kind: SftpKind; username: string; root: string },
): Promise<SftpServer> {
  const address: SftpAddress = {
    host: '127.0.0.1',
    port: setup.port,
    username,
    root,
    privateKeyFile: setup.user.privateKeyFile,
    hostKey: fingerprintOf(setup.host),
  };
  try {
    if (!(await part.waitForAnswer(() => canLogIn(address), ANSWER_TIMEOUT_MS))) {
      const reason = `it refuses the login of the user ${username}`;
      throw new AtpError('STACK_PART_FAILED', { part: part.name, reason });
    }
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { ...part, kind, address, folder: setup.folder };
}

const ANSWER_TIMEOUT_MS = 20_000;

/** Tries a whole session: an open port does not mean that the user may log in. */
async function canLogIn({
  host,
  port,
  username,
  root,
  privateKeyFile,
  hostKey,
}: SftpAddress): Promise<boolean> {
  const client = new SftpClient();
  client.on('error', () => undefined);
  try {
    await client.connect({
      host,
      port,
      username,
      privateKey: readFileSync(privateKeyFile),
      readyTimeout: 5_000,
      hostVerifier: (key: Buffer) => fingerprint(key) === hostKey,
    });
    await client.list(root);
    return true;
  } catch (error) {
    if (/authentication methods failed/.test((error as Error).message)) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function opensshConfig({ port, host, authorizedKeysFile }: Setup, username: string): string {
  return `
ListenAddress 127.0.0.1
Port ${port}
HostKey "${host.privateKeyFile}"
PidFile none
AuthorizedKeysFile "${authorizedKeysFile}"
# The state folder may lie where others can write, and the key file's own mode is 600.
StrictModes no
UsePAM no
UseDNS no
AllowUsers ${username}
PermitRootLogin prohibit-password
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
DisableForwarding yes
PermitTTY no
# A test run opens many connections at once.
MaxStartups 200
LogLevel ERROR
`.trimStart();
}

/** As root, sshd needs an empty folder that the machine's boot or sshd's install makes; a container may have had neither. */
async function preparePrivilegeSeparation(sshd: string, configFile: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  try {
    await run(sshd, ['-t', '-f', configFile]);
  } catch (error) {
    const missing = /Missing privilege separation directory: (\/\S+)/.exec(
      (error as { stderr: string }).stderr,
    );
    if (missing?.[1]) mkdirSync(missing[1], { recursive: true, mode: 0o755 });
  }
}

async function accepts(sshd: string, configFile: string, options: readonly string[]): Promise<boolean> {
  return run(sshd, ['-t', '-f', configFile, ...options]).then(
    () => true,
    () => false,
  );
}
