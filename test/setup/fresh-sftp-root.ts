import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp } from './clean-up.ts';
import { askForPart } from './parts.ts';
import type { SftpSettings } from '../../src/sftp/sftp-settings.ts';
import type { SftpKind } from '../../src/stand-ins/sftp-server.ts';

export interface FreshSftpRoot {
  /** What `fileDrop` takes. */
  readonly settings: SftpSettings;
  /** The same folder on this machine, to look into and to put files into. */
  readonly folder: string;
}

/** The server behind it; by default OpenSSH where it is installed and lets this user in, else rclone. */
export type SftpChoice = 'default' | 'openssh' | 'rclone';

/**
 * The servers for a test that depends on their behaviour: both. A machine without OpenSSH's server (Debian's package
 * openssh-server) has only the other one; CI must have both.
 *
 *     describe.each(await sftpServers())('the file drop on %s', (server) => { … freshSftpRoot(server) … });
 */
export async function sftpServers(): Promise<readonly SftpKind[]> {
  const { kind } = await askForPart('sftp');
  if (kind === 'openssh') return ['openssh', 'rclone'];
  const reason = 'OpenSSH’s server is not installed, or does not let this user in (a locked account)';
  if (process.env['CI']) throw new Error(`CI tests SFTP on two servers: ${reason}.`);
  console.warn(`SFTP is tested on rclone only: ${reason}.`);
  return ['rclone'];
}

/**
 * A folder of one's own on the run's real SFTP server, with an empty `incoming/` in it.
 *
 *     const { settings, folder } = await freshSftpRoot();
 *     const drop = fileDrop(settings);
 *     await writeFile(join(folder, 'incoming/RESET_INVENTORY__1.csv'), …);
 *
 * Removed at the end of the test, or of the file when called outside of one. `freshSftpRoot('rclone')` is on an
 * rclone server, whatever is installed.
 */
export async function freshSftpRoot(choice: SftpChoice = 'default'): Promise<FreshSftpRoot> {
  const server = await askForPart(choice === 'rclone' ? 'sftp-rclone' : 'sftp');
  if (choice === 'openssh' && server.kind !== 'openssh') throw new Error('There is no OpenSSH server here.');
  const name = randomUUID();
  const folder = join(server.folder, name);
  await mkdir(join(folder, 'incoming'), { recursive: true });
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const { host, port, username, privateKeyFile, hostKey, root } = server.address;
  return {
    settings: { host, port, username, password: null, privateKeyFile, hostKey, root: join(root, name) },
    folder,
  };
}

/** The variables with which a program finds the folder. */
export function sftpVariables({ settings }: FreshSftpRoot): Readonly<Record<string, string>> {
  const { host, port, username, root, privateKeyFile, hostKey } = settings;
  return {
    SFTP_URL: `sftp://${username}@${host}:${port}${root}`,
    SFTP_PRIVATE_KEY_FILE: privateKeyFile ?? '',
    SFTP_HOST_KEY: hostKey,
  };
}
