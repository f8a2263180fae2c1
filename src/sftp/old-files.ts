/** Removes files from SFTP that were kept long enough. */
import { compareNames } from '../domain/name-order.ts';
import type { FileDrop } from './file-drop.ts';

export interface OldFiles {
  /** Such a file was written before; by the clock of the server. */
  readonly before: Date;
  /** So many of the newest files of a folder stay, however old they are. */
  readonly newestKept: number;
  readonly removedMax: number;
  /** How deep the folders below the given ones are searched. */
  readonly depthMax: number;
}

export interface RemovedFiles {
  readonly removed: number;
  /** `removedMax` was reached: others are left. */
  readonly isMore: boolean;
}

/** In the given folders and those below them; links and folders stay. */
export async function removeOldFiles(
  drop: FileDrop,
  folders: readonly string[],
  limits: OldFiles,
): Promise<RemovedFiles> {
  let removed = 0;
  for await (const path of findOldFiles(drop, folders, limits, limits.depthMax)) {
    if (removed === limits.removedMax) return { removed, isMore: true };
    await drop.remove(path);
    removed += 1;
  }
  return { removed, isMore: false };
}

async function* findOldFiles(
  drop: FileDrop,
  folders: readonly string[],
  limits: OldFiles,
  depth: number,
): AsyncGenerator<string> {
  for (const folder of folders) {
    const newestFirst = (await drop.list(folder)).toSorted(
      (one, other) =>
        other.modifiedAt.getTime() - one.modifiedAt.getTime() || compareNames(other.name, one.name),
    );
    for (const { name, modifiedAt } of newestFirst.slice(limits.newestKept)) {
      if (modifiedAt < limits.before) yield `${folder}/${name}`;
    }
    if (depth === 0) continue;
    const below = (await drop.folders(folder)).map((name) => `${folder}/${name}`);
    yield* findOldFiles(drop, below, limits, depth - 1);
  }
}
