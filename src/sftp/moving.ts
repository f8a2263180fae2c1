import { AtpError } from '../domain/errors.ts';
import { sha256OnServer } from './downloading.ts';
import { folderAndName } from './remote-path.ts';
import type { SftpConnection } from './sftp-connection.ts';

export interface Move {
  /** Absolute, on the server. */
  readonly from: string;
  readonly to: string;
  /** How a person is told of them. */
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
    // The reply may be lost, or another run was faster: the names tell. On a dead connection the look fails as well,
    // and the next attempt begins with it.
    if (!(await isSettled(connection, move))) throw error;
  }
}

/** Whether the file is where it should be already; if not, the way is free. */
async function isSettled(connection: SftpConnection, { from, to, name, newName }: Move): Promise<boolean> {
  const isAtTarget = (await connection.look(to)) !== null;
  const isAtSource = (await connection.look(from)) !== null;
  if (!isAtSource) {
    if (isAtTarget) return true;
    throw new AtpError('FILE_MISSING', { name });
  }
  if (!isAtTarget) return false;
  const [expected, found] = [await sha256OnServer(connection, from), await sha256OnServer(connection, to)];
  if (expected === null || expected !== found) {
    throw new AtpError('FILE_NAME_TAKEN', { name: newName, found: found ?? 'of no plain file', expected });
  }
  await connection.remove(from);
  return true;
}
