import { AtpError } from '../domain/errors.ts';
import { contentOnServer } from './downloading.ts';
import { nameTakenError } from './name-taken.ts';
import { folderAndName } from './remote-path.ts';
import type { SftpConnection } from './sftp-connection.ts';

export interface Move {
  /** Absolute, on the server. */
  readonly from: string;
  readonly to: string;
  /** How messages name them. */
  readonly name: string;
  readonly newName: string;
}

/** @throws AtpError FILE_MISSING, FILE_NAME_TAKEN */
export async function moveFile(connection: SftpConnection, move: Move): Promise<void> {
  if (await isSettled(connection, move)) return;
  await connection.makeFolder(folderAndName(move.to).folder);
  try {
    await connection.rename(move.from, move.to);
  } catch (error) {
    // The reply may be lost, or another run was faster: where the file is now decides. On a dead connection this check
    // fails as well, and the next attempt begins with it.
    if (!(await isSettled(connection, move))) throw error;
  }
}

/** Whether the file is at its target already. If false, the source is there and the target's name is free. */
async function isSettled(connection: SftpConnection, { from, to, name, newName }: Move): Promise<boolean> {
  const isAtTarget = (await connection.look(to)) !== null;
  const source = await connection.look(from);
  if (source === null) {
    if (isAtTarget) return true;
    throw new AtpError('FILE_MISSING', { name });
  }
  if (!isAtTarget) return false;
  const found = await contentOnServer(connection, to, source);
  const expected = found?.sha256 === undefined ? null : await contentOnServer(connection, from, source);
  if (found === null || expected?.sha256 === undefined || expected.sha256 !== found.sha256) {
    throw nameTakenError(newName, found, expected ?? { sizeBytes: source.sizeBytes });
  }
  await connection.remove(from);
  return true;
}

/**
 * Moves a file to a name that nobody else gives. When something has that name, an earlier attempt has moved it there, and what lies
 * at the source now is another file, though it may be equal: it stays.
 *
 * @throws AtpError FILE_MISSING
 */
export async function takeFile(connection: SftpConnection, { from, to, name }: Move): Promise<void> {
  if ((await connection.look(to)) !== null) return;
  if ((await connection.look(from)) === null) throw new AtpError('FILE_MISSING', { name });
  await connection.makeFolder(folderAndName(to).folder);
  try {
    await connection.rename(from, to);
  } catch (error) {
    // The reply may be lost: where the file is now decides.
    if ((await connection.look(to)) === null) throw error;
  }
}
