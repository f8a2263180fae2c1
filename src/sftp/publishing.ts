/**
 * Publishing: a file appears under its name whole, or not at all.
 *
 *     <name>.part-<uuid> ──▶ read back: same size, same hash ──▶ <name>.sha256 ──▶ rename to <name>
 *
 * A reader that finds <name> finds it complete, with its checksum beside it. Every step may be repeated after a
 * crash or a lost reply: what counts is what lies under the name.
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { AtpError } from '../domain/errors.ts';
import { sha256OnServer } from './downloading.ts';
import { folderAndName } from './remote-path.ts';
import type { SftpConnection } from './sftp-connection.ts';

/** How often a name's content is read at most until two readings in a row agree. */
const READINGS_MAX = 4;

/**
 * How often a publication is begun at most on one connection. Attempts at the same file (a worker that was given up and
 * the one that took over) may remove each other's part or checksum, each at most once: when it ends.
 */
const PUBLICATIONS_MAX = 4;

export interface Publication {
  readonly localPath: string;
  /** Absolute, on the server. */
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
  readonly withChecksumFile: boolean;
  /** Makes this attempt's part name unlike any other's. */
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
      if (isNameTaken(error)) throw error;
      first ??= error;
    }
  }
  // The one that tells most: when the connection died, the later ones say only that it is closed.
  throw first;
}

async function publishOnce(connection: SftpConnection, file: Publication): Promise<void> {
  const isThere = await isPublished(connection, file);
  if (!isThere) await connection.makeFolder(folderAndName(file.path).folder);
  // Written even when the file is there: a crash or a person may have left it alone.
  if (file.withChecksumFile) await publishChecksum(connection, file);
  if (!isThere) await place(connection, file);
  await removeOwnParts(connection, file);
}

/**
 * Whether the equal file lies under the name.
 *
 * A server may mix two contents into one reading while another attempt renames the equal file to this name, so other
 * content is believed only when two readings in a row find the same.
 */
async function isPublished(
  connection: SftpConnection,
  { path, name, sha256 }: Pick<Publication, 'path' | 'name' | 'sha256'>,
): Promise<boolean> {
  let found: string | null = null;
  for (let reading = 1; reading <= READINGS_MAX; reading += 1) {
    if ((await connection.look(path)) === null) return false;
    const foundBefore: string | null = found;
    found = await sha256OnServer(connection, path);
    if (found === sha256) return true;
    if (reading > 1 && found === foundBefore) break;
  }
  throw new AtpError('FILE_NAME_TAKEN', { name, found: found ?? 'of no plain file', expected: sha256 });
}

type Placed = Pick<Publication, 'localPath' | 'path' | 'name' | 'sha256' | 'partId'>;

/** The local file, under a part name first, read back there, then renamed. */
async function place(connection: SftpConnection, file: Placed): Promise<void> {
  const part = `${file.path}.part-${file.partId}`;
  try {
    await connection.upload(file.localPath, part);
    await proveStored(connection, part, file);
    // Again, just before: a server may replace an existing name without a word.
    if (!(await isPublished(connection, file))) await connection.rename(part, file.path);
  } catch (error) {
    await settle(connection, file, part, error);
  }
}

async function proveStored(connection: SftpConnection, part: string, file: Placed): Promise<void> {
  const sizeBytes = (await stat(file.localPath)).size;
  const stored = await connection.look(part);
  if (stored?.sizeBytes === sizeBytes && (await sha256OnServer(connection, part)) === file.sha256) return;
  // A full disk is acknowledged by some servers as if the bytes had been kept.
  throw connection.failed(`it did not keep ${file.name} as it was sent`);
}

/** An attempt has failed, or its reply was lost: the names tell which. */
async function settle(connection: SftpConnection, file: Placed, part: string, error: unknown): Promise<void> {
  if (isNameTaken(error)) {
    await connection.remove(part).catch(() => undefined);
    throw error;
  }
  // On a dead connection this look fails as well, and the next attempt begins with it.
  const isThere = await isPublished(connection, file).catch((lookError: unknown) => {
    throw isNameTaken(lookError) ? lookError : error;
  });
  await connection.remove(part).catch(() => undefined);
  if (!isThere) throw error;
}

function isNameTaken(error: unknown): boolean {
  return error instanceof AtpError && error.code === 'FILE_NAME_TAKEN';
}

/** `<name>.sha256`, as `sha256sum -c` reads it. What another content left there is replaced. */
async function publishChecksum(connection: SftpConnection, file: Publication): Promise<void> {
  const text = `${file.sha256}  ${file.name}\n`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const path = `${file.path}.sha256`;
  const name = `${file.name}.sha256`;
  try {
    if (await isPublished(connection, { path, name, sha256 })) return;
  } catch (error) {
    if (!isNameTaken(error)) throw error;
    await connection.remove(path);
  }
  const folder = await mkdtemp(join(tmpdir(), 'atp-sync-'));
  try {
    const localPath = join(folder, 'checksum');
    await writeFile(localPath, text);
    await place(connection, { localPath, path, name, sha256, partId: file.partId });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Parts of attempts that died. One that is under way with the same bytes finds the file there or begins again. */
async function removeOwnParts(connection: SftpConnection, { path, name }: Publication): Promise<void> {
  const { folder } = folderAndName(path);
  const entries = (await connection.list(folder)) ?? [];
  const isPart = new RegExp(String.raw`^(\.sha256)?\.part-[0-9a-f-]{36}$`);
  for (const entry of entries) {
    if (!entry.name.startsWith(name) || !isPart.test(entry.name.slice(name.length))) continue;
    await connection.remove(`${folder}/${entry.name}`).catch(() => undefined);
  }
}
