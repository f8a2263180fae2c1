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

/** What tells whether two files are equal. `sha256` is missing when the size has told it already. */
export interface Content {
  readonly sizeBytes: number;
  readonly sha256?: string;
}

/**
 * What lies under a path on the server; null when it is not a plain file. It is read back only when it has the size that
 * is looked for: one of another size is another file, and may be larger than the worker's disk.
 */
export async function contentOnServer(
  connection: SftpConnection,
  path: string,
  lookedFor: Content,
): Promise<Content | null> {
  const entry = await connection.look(path);
  if (entry?.kind !== 'file') return null;
  const { sizeBytes } = entry;
  if (sizeBytes !== lookedFor.sizeBytes) return { sizeBytes };
  const sha256 = await sha256OnServer(connection, path);
  return sha256 === null ? null : { sizeBytes, sha256 };
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
