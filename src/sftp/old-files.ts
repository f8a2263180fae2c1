/** Removes files from SFTP that were kept long enough. */
import { randomUUID } from 'node:crypto';
import { errorFileName } from '../domain/filed-name.ts';
import { compareNames } from '../domain/name-order.ts';
import type { FileDrop, FolderContents, RemoteFile } from './file-drop.ts';

export interface OldFiles {
  /** A file that was filed before that is old; by the clock of the server. */
  readonly before: Date;
  /** So many of the newest files of a folder stay, however old they are. */
  readonly newestKept: number;
  readonly removedMax: number;
  /** How deep the folders below the given ones are searched. */
  readonly depthMax: number;
  /** What the server does not let us list or remove is left out, until there is so much of it. */
  readonly refusedMax: number;
  /**
   * Those of the paths under which a file was put later than `before`. The time of a file does not tell: many programs send
   * a file with the time at which it was written.
   */
  readonly filedSince: (paths: readonly string[], before: Date) => Promise<ReadonlySet<string>>;
}

export interface RemovedFiles {
  readonly removed: number;
  /** `removedMax` was reached: others are left. */
  readonly isMore: boolean;
  /** Folders and files that the server has refused. */
  readonly refused?: number;
}

/**
 * In the given folders and those below them; links and folders stay.
 *
 * @throws AtpError SFTP_UNREACHABLE when the connection is gone, also when the server refuses more than `refusedMax` folders and files
 */
export async function removeOldFiles(
  drop: FileDrop,
  folders: readonly string[],
  limits: OldFiles,
): Promise<RemovedFiles> {
  const done = { removed: 0, refused: 0 };
  const unlessRefused = async <Result>(work: () => Promise<Result>, instead: Result): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      done.refused += 1;
      if (done.refused > limits.refusedMax) throw error;
      await requireAnswers(drop);
      return instead;
    }
  };
  for (const folder of withFoldersBelow(folders, limits.depthMax)) {
    const { files, folders: below } = await unlessRefused(() => drop.survey(folder.path), EMPTY);
    folder.below.push(...below);
    for await (const path of findOldFiles(folder.path, files, limits)) {
      if (done.removed === limits.removedMax) return { ...done, isMore: true };
      const isRemoved = await unlessRefused(() => drop.remove(path).then(() => true), false);
      if (isRemoved) done.removed += 1;
    }
  }
  return { ...done, isMore: false };
}

/** A connection that is gone refuses everything, too. A folder that is not there is an answer of one that lives. */
async function requireAnswers(drop: FileDrop): Promise<void> {
  await drop.survey(`no-folder-${randomUUID()}`);
}

/** Paths of one question to the database. */
const PATHS_PER_LOOK = 1000;

const EMPTY: FolderContents = { files: [], folders: [], others: [] };

/** Whoever takes a folder names those below it before the next one. */
function* withFoldersBelow(
  folders: readonly string[],
  depth: number,
): Generator<{ readonly path: string; readonly below: string[] }> {
  for (const path of folders) {
    const below: string[] = [];
    yield { path, below };
    if (depth > 0)
      yield* withFoldersBelow(
        below.map((name) => `${path}/${name}`),
        depth - 1,
      );
  }
}

/** The oldest first. A feed is as young as its error file, which is ours. */
async function* findOldFiles(
  folder: string,
  files: readonly RemoteFile[],
  { before, newestKept, filedSince }: OldFiles,
): AsyncGenerator<string> {
  const times = new Map(files.map(({ name, modifiedAt }) => [name, modifiedAt.getTime()]));
  const timeOf = (name: string): number =>
    Math.max(times.get(name) ?? 0, times.get(errorFileName(name)) ?? 0);
  const old = files
    .map(({ name }) => ({ name, time: timeOf(name) }))
    .toSorted((one, other) => other.time - one.time || compareNames(other.name, one.name))
    .slice(newestKept)
    .filter(({ time }) => time < before.getTime())
    .map(({ name }) => `${folder}/${name}`)
    .toReversed();
  for (let from = 0; from < old.length; from += PATHS_PER_LOOK) {
    const page = old.slice(from, from + PATHS_PER_LOOK);
    const young = await filedSince(page, before);
    yield* page.filter((path) => !young.has(path));
  }
}
