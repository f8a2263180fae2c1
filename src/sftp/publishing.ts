/**
 * Publishing: a file appears under its name whole, or not at all.
 *
 *     <name>.part-<uuid> ──▶ read back: same size, same hash ──▶ <name>.sha256 ──▶ rename to <name>
 *
 * Whoever finds <name> finds a complete file, with its checksum beside it. Every step may be repeated after a crash or a
 * lost reply: only what lies under the name counts.
 */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isCoded } from '../domain/errors.ts';
import { type Content, contentOnServer, sha256OnServer } from './downloading.ts';
import { sha256OfText } from './file-hash.ts';
import { nameTakenError } from './name-taken.ts';
import { folderAndName } from './remote-path.ts';
import { withScratchFolder } from './scratch-folder.ts';
import type { SftpConnection } from './sftp-connection.ts';

/** How often at most a file is read back until two readings in a row agree. */
const READINGS_MAX = 4;

/**
 * How often at most a publication is begun on one connection. Two attempts at the same file (a worker that was given up,
 * and the one that took over) may remove each other's part or checksum; each does so at most once, when it ends.
 */
const PUBLICATIONS_MAX = 4;

export interface Publication {
  readonly localPath: string;
  /** Absolute, on the server. */
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
  readonly withChecksumFile: boolean;
  /** Makes the name of this attempt's part unique. */
  readonly partId: string;
}

/** @throws AtpError FILE_NAME_TAKEN */
export async function publishFile(connection: SftpConnection, file: Publication): Promise<void> {
  let first: unknown;
  for (let begun = 1; begun <= PUBLICATIONS_MAX; begun += 1) {
    try {
      await publishOnce(connection, file);
      return;
    } catch (error) {
      if (isCoded(error, 'FILE_NAME_TAKEN')) throw error;
      first ??= error;
    }
  }
  // The first error tells most: after a connection has died, the later ones only say that it is closed.
  throw first;
}

async function publishOnce(connection: SftpConnection, file: Publication): Promise<void> {
  const isThere = await isPublished(connection, file);
  if (!isThere) await connection.makeFolder(folderAndName(file.path).folder);
  // Published even when the file is there: a crash or a person may have left it without its checksum.
  if (file.withChecksumFile) await publishChecksum(connection, file);
  if (!isThere) await place(connection, file);
  await removeParts(connection, file);
}

/**
 * Whether the equal file has the name already. Throws FILE_NAME_TAKEN when a file with other content has it.
 *
 * While another attempt renames the equal file to this name, a server may mix two files in one reading. So other content
 * counts only when two readings in a row find the same.
 */
async function isPublished(
  connection: SftpConnection,
  { localPath, path, name, sha256 }: Pick<Publication, 'localPath' | 'path' | 'name' | 'sha256'>,
): Promise<boolean> {
  const ours = { sizeBytes: (await stat(localPath)).size, sha256 };
  let found: Content | null = null;
  for (let reading = 1; reading <= READINGS_MAX; reading += 1) {
    if ((await connection.look(path)) === null) return false;
    const foundBefore: Content | null = found;
    found = await contentOnServer(connection, path, ours);
    if (found?.sha256 === sha256) return true;
    if (reading > 1 && isDeepStrictEqual(found, foundBefore)) break;
  }
  throw nameTakenError(name, found, ours);
}

type Placed = Pick<Publication, 'localPath' | 'path' | 'name' | 'sha256' | 'partId'>;

/** Uploads the local file under a part's name, reads it back there, then renames it. */
async function place(connection: SftpConnection, file: Placed): Promise<void> {
  const part = `${file.path}.part-${file.partId}`;
  try {
    await connection.upload(file.localPath, part);
    await proveStored(connection, part, file);
    // Checked again just before, since some servers replace an existing file when they rename.
    if (!(await isPublished(connection, file))) await connection.rename(part, file.path);
  } catch (error) {
    await settle(connection, file, part, error);
  }
}

async function proveStored(connection: SftpConnection, part: string, file: Placed): Promise<void> {
  const sizeBytes = (await stat(file.localPath)).size;
  const stored = await connection.look(part);
  if (stored?.sizeBytes === sizeBytes && (await sha256OnServer(connection, part)) === file.sha256) return;
  // Some servers with a full disk answer as if they had kept the bytes.
  throw connection.failure(`it did not keep ${file.name} as it was sent`);
}

/** After an error: the attempt has failed, or only its reply was lost. What lies under the name decides which. */
async function settle(connection: SftpConnection, file: Placed, part: string, error: unknown): Promise<void> {
  if (isCoded(error, 'FILE_NAME_TAKEN')) {
    await connection.remove(part).catch(() => undefined);
    throw error;
  }
  // On a dead connection this check fails as well, and the next attempt begins with it.
  const isThere = await isPublished(connection, file).catch((lookError: unknown) => {
    throw isCoded(lookError, 'FILE_NAME_TAKEN') ? lookError : error;
  });
  await connection.remove(part).catch(() => undefined);
  if (!isThere) throw error;
}

/** Publishes `<name>.sha256`, as `sha256sum -c` reads it. One of other content is replaced. */
async function publishChecksum(connection: SftpConnection, file: Publication): Promise<void> {
  const text = `${file.sha256}  ${file.name}\n`;
  const sha256 = sha256OfText(text);
  const path = `${file.path}.sha256`;
  const name = `${file.name}.sha256`;
  await withScratchFolder(async (folder) => {
    const localPath = join(folder, 'checksum');
    await writeFile(localPath, text);
    try {
      if (await isPublished(connection, { localPath, path, name, sha256 })) return;
    } catch (error) {
      if (!isCoded(error, 'FILE_NAME_TAKEN')) throw error;
      await connection.remove(path);
    }
    await place(connection, { localPath, path, name, sha256, partId: file.partId });
  });
}

/**
 * Removes the parts that dead attempts at this file have left. An attempt that still works loses its part, too: it then
 * finds the file published, or begins again.
 */
async function removeParts(connection: SftpConnection, { path, name }: Publication): Promise<void> {
  const { folder } = folderAndName(path);
  const entries = (await connection.list(folder)) ?? [];
  const isPart = new RegExp(String.raw`^(\.sha256)?\.part-[0-9a-f-]{36}$`);
  for (const entry of entries) {
    if (!entry.name.startsWith(name) || !isPart.test(entry.name.slice(name.length))) continue;
    await connection.remove(`${folder}/${entry.name}`).catch(() => undefined);
  }
}
