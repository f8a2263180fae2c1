import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp } from './clean-up.ts';
import { part } from './parts.ts';
import type { SftpSettings } from '../../src/sftp/file-drop.ts';

export interface FreshSftpRoot {
  /** What `fileDrop` takes. */
  readonly settings: SftpSettings;
  /** The same folder on this machine, to look into and to put files into. */
  readonly folder: string;
}

/** The server behind it: OpenSSH where it is installed and not asked otherwise, or rclone. */
export type SftpChoice = 'default' | 'rclone';

/**
 * A folder of one's own on the run's real SFTP server, with an empty `incoming/` in it.
 *
 *     const { settings, folder } = await freshSftpRoot();
 *     const drop = fileDrop(settings);
 *     await writeFile(join(folder, 'incoming/RESET_INVENTORY__1.csv'), …);
 *
 * Removed at the end of the test, or of the file when called outside of one. `freshSftpRoot('rclone')` is on an
 * rclone server, whatever is installed: run what depends on the server's behaviour on both.
 */
export async function freshSftpRoot(choice: SftpChoice = 'default'): Promise<FreshSftpRoot> {
  const server = await part(choice === 'rclone' ? 'sftp-rclone' : 'sftp');
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
