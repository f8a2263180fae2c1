import { FILED_NAMES_MAX } from '../domain/limits.ts';
import { noNameFreeError } from './name-taken.ts';
import type { SftpConnection } from './sftp-connection.ts';

export interface SetAside {
  /** Absolute, on the server. */
  readonly path: string;
  readonly folder: string;
  readonly name: string;
}

/**
 * Moves what lies under the path into the folder, under a free name: `<name>`, `<name>.2`, … It replaces and
 * deletes nothing, and may be repeated.
 *
 * @throws AtpError FILE_NAME_TAKEN (no name is free)
 */
export async function setAsideFile(connection: SftpConnection, file: SetAside): Promise<void> {
  const { path, folder, name } = file;
  if ((await connection.look(path)) === null) return;
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
