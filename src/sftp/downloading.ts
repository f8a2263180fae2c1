import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AtpError } from '../domain/errors.ts';
import { sha256OfFile } from './file-hash.ts';
import { withScratchFolder } from './scratch-folder.ts';
import type { SftpConnection } from './sftp-connection.ts';

export interface Download {
  /** Absolute, on the server. */
  readonly path: string;
  /** How messages name the file. */
  readonly name: string;
  readonly localPath: string;
}

/** @throws AtpError FILE_MISSING */
export async function downloadFile(
  connection: SftpConnection,
  { path, name, localPath }: Download,
): Promise<{ sizeBytes: number; sha256: string }> {
  const entry = await connection.look(path);
  // A link could lead out of the root, so it counts as no file.
  if (entry?.kind !== 'file') throw new AtpError('FILE_MISSING', { name });
  await connection.download(path, localPath);
  return { sizeBytes: (await stat(localPath)).size, sha256: await sha256OfFile(localPath) };
}

/** The hash of what lies under a path on the server, by reading it back; null when it is not a plain file. */
export async function sha256OnServer(connection: SftpConnection, path: string): Promise<string | null> {
  const entry = await connection.look(path);
  if (entry?.kind !== 'file') return null;
  return withScratchFolder(async (folder) => {
    const localPath = join(folder, 'read-back');
    try {
      await connection.download(path, localPath);
    } catch (error) {
      // Another attempt may have renamed or removed it since the look.
      if ((await connection.look(path)) === null) return null;
      throw error;
    }
    return sha256OfFile(localPath);
  });
}
