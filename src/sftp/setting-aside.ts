import { AtpError } from '../domain/errors.ts';
import { FILED_NAMES_MAX } from '../domain/limits.ts';
import { sha256OnServer } from './downloading.ts';
import type { SftpConnection } from './sftp-connection.ts';

export interface SetAside {
  /** Absolute, on the server. */
  readonly path: string;
  readonly folder: string;
  readonly name: string;
  /** Of what belongs under the path: that stays. */
  readonly sha256: string;
}

/**
 * Moves what lies under the path, unless it belongs there, into the folder under a free name: `<name>`, `<name>.2`, …
 * Nothing is replaced and nothing deleted. Done again it does nothing.
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
      // The reply may be lost, or another run was faster: what counts is that the place is free.
      if ((await connection.look(path)) === null) return;
      if ((await connection.look(target)) === null) throw error;
    }
  }
  throw new AtpError('FILE_NAME_TAKEN', {
    name,
    found: 'of others, under every name to set it aside',
    expected: sha256,
  });
}
