import { FILED_NAMES_MAX } from '../domain/limits.ts';
import { sha256OnServer } from './downloading.ts';
import { noNameFreeError } from './name-taken.ts';
import type { SftpConnection } from './sftp-connection.ts';

export interface SetAside {
  /** Absolute, on the server. */
  readonly path: string;
  readonly folder: string;
  readonly name: string;
  /** Of the file that belongs under the path: it stays there. */
  readonly sha256: string;
}

/**
 * Moves a foreign file under the path into the folder, under a free name: `<name>`, `<name>.2`, … It replaces and
 * deletes nothing, and may be repeated.
 *
 * @throws AtpError FILE_NAME_TAKEN (no name is free)
 */
export async function setAsideFile(connection: SftpConnection, file: SetAside): Promise<void> {
  const { path, folder, name, sha256 } = file;
  if ((await connection.look(path)) === null || (await sha256OnServer(connection, path)) === sha256) return;
  await connection.makeFolder(folder);
  for (let number = 1; number <= FILED_NAMES_MAX; number += 1) {
    const target = number === 1 ? `${folder}/${name}` : `${folder}/${name}.${number}`;
    if ((await connection.look(target)) !== null) continue;
    try {
      await connection.rename(path, target);
      return;
    } catch (error) {
      // The reply may be lost, or another run was faster: what counts is that the path is free.
      if ((await connection.look(path)) === null) return;
      if ((await connection.look(target)) === null) throw error;
    }
  }
  throw noNameFreeError(`${folder}/${name}`, FILED_NAMES_MAX);
}
