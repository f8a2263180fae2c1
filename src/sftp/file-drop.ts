/** The file drop: the folders on an SFTP server through which files come in and go out. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { AtpError } from '../domain/errors.ts';
import type { FeedEnd } from '../domain/feed-arrival.ts';
import { compareNames } from '../domain/name-order.ts';
import { contentOnServer, downloadFile } from './downloading.ts';
import type { RemoteEntry } from './listing.ts';
import { moveFile, takeFile } from './moving.ts';
import { publishFile } from './publishing.ts';
import { isPlainName, remotePath } from './remote-path.ts';
import { setAsideFile } from './setting-aside.ts';
import { withConnection, type SftpConnection } from './sftp-connection.ts';
import type { SftpSettings } from './sftp-settings.ts';

export interface RemoteFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** By the server's clock, in whole seconds. */
  readonly modifiedAt: Date;
}

export interface PublishTarget {
  readonly folder: string;
  readonly name: string;
  /** Of the local file, in hexadecimal. */
  readonly sha256: string;
  /** Whether `<name>.sha256` is published beside it, before it. Default: yes. */
  readonly withChecksumFile?: boolean;
}

/** All that lies in a folder, by one look at it. */
export interface FolderContents {
  /** By name. */
  readonly files: readonly RemoteFile[];
  /** The names of its sub-folders, in order. */
  readonly folders: readonly string[];
  /** The names of links and the like, and names that no path of ours can have. */
  readonly others: readonly string[];
}

/**
 * Files below the root, by paths such as `incoming` and `outgoing/<shop>/<name>.csv`. A path with an empty segment,
 * `..` or a control character is refused (INPUT_INVALID). Every function may throw SFTP_UNREACHABLE.
 */
export interface FileDrop {
  /**
   * The plain files of a folder, by name; none when the folder does not exist. Links are left out, and names that are
   * not one plain segment of a path. Hidden files and `.part` files are included: the caller decides about them.
   */
  list(folder: string): Promise<RemoteFile[]>;
  /** The names of its sub-folders, in order; links are left out. */
  folders(folder: string): Promise<string[]>;
  /** Nothing when the folder does not exist. */
  survey(folder: string): Promise<FolderContents>;
  /** The same; null: the server does not let us list this folder. */
  surveyIfAllowed(folder: string): Promise<FolderContents | null>;
  /** The names of everything in it: links, and names that no path of ours can have, among them. */
  names(folder: string): Promise<string[]>;
  /** The plain file under a path, null when there is none. */
  find(path: string): Promise<RemoteFile | null>;
  /** How the file ends: with a line, or inside one; `unreadable`: the server does not open it for us. Null: none is there. */
  endOf(path: string): Promise<FeedEnd | null>;
  /**
   * Publishes the local file under its name, whole or not at all, with `<name>.sha256` before it. Does nothing when the
   * equal file is there already, so it may be repeated.
   *
   * @throws AtpError FILE_NAME_TAKEN (a file with other content has the name)
   */
  publish(localPath: string, target: PublishTarget): Promise<void>;
  /** Whether the equal file has the name; false also when what has it cannot be read. */
  holds(localPath: string, target: PublishTarget): Promise<boolean>;
  /** @throws AtpError FILE_MISSING (also for a link or a folder) */
  download(path: string, localPath: string): Promise<{ readonly sizeBytes: number; readonly sha256: string }>;
  /**
   * Moves a file, and makes the folders that it needs. Does nothing when the source is gone and the target is there, and
   * only removes the source when the equal file is in both places, so it may be repeated.
   *
   * @throws AtpError FILE_MISSING (it is in neither place), FILE_NAME_TAKEN (a file with other content has the new name)
   */
  move(from: string, to: string): Promise<void>;
  /**
   * Moves a file to a name that nobody else gives, and makes the folders that it needs. Does nothing when the target is there: it was
   * moved before, and what lies at the source now is another file, though it may be equal.
   *
   * @throws AtpError FILE_MISSING (it is in neither place)
   */
  take(from: string, to: string): Promise<void>;
  /**
   * Moves what lies under the name into `asideFolder`, under a free name. Does nothing when nothing is there.
   *
   * @throws AtpError FILE_NAME_TAKEN (no name is free)
   */
  setAside(target: Pick<PublishTarget, 'folder' | 'name'>, asideFolder: string): Promise<void>;
  /** Removes the file; does nothing when there is none. */
  remove(path: string): Promise<void>;
  /** Removes an empty folder; does nothing when there is none. */
  removeFolder(folder: string): Promise<void>;
}

/** Opens one connection for the work and closes it afterwards. Throws SFTP_UNREACHABLE, SFTP_HOST_KEY_MISMATCH, SFTP_NOT_SAFE. */
export type OpenFileDrop = <Result>(work: (drop: FileDrop) => Promise<Result>) => Promise<Result>;

/** @param signalOf asked for each connection: aborts when nobody waits for the work any more */
export function fileDrop(
  settings: SftpSettings,
  { signalOf = () => undefined }: { readonly signalOf?: () => AbortSignal | undefined } = {},
): OpenFileDrop {
  return (work) =>
    withConnection(
      settings,
      (connection) => work(fileDropOn(connection, (path) => remotePath(settings.root, path))),
      signalOf(),
    );
}

/** @param at where a path of ours is on the server */
export function fileDropOn(connection: SftpConnection, at: (path: string) => string): FileDrop {
  function contentsOf(all: readonly RemoteEntry[]): FolderContents {
    const sorted = all.toSorted((one, other) => compareNames(one.name, other.name));
    const usable = sorted.filter(({ name, kind }) => isPlainName(name) && kind !== 'other');
    const known = new Set(usable);
    return {
      files: usable.filter(({ kind }) => kind === 'file').map(toRemoteFile),
      folders: usable.filter(({ kind }) => kind === 'folder').map(({ name }) => name),
      others: sorted.filter((entry) => !known.has(entry)).map(({ name }) => name),
    };
  }

  const survey = async (folder: string): Promise<FolderContents> =>
    contentsOf((await connection.list(at(folder))) ?? []);

  return {
    list: async (folder) => [...(await survey(folder)).files],

    folders: async (folder) => [...(await survey(folder)).folders],

    survey,

    async surveyIfAllowed(folder) {
      const all = await connection.listIfAllowed(at(folder));
      return all && contentsOf(all);
    },

    async endOf(path) {
      const byte = await connection.lastByte(at(path));
      if (byte === 'gone') return null;
      if (byte === 'refused') return 'unreadable';
      return byte === 'empty' || LINE_ENDS.includes(byte) ? 'whole-line' : 'inside-line';
    },

    async names(folder) {
      return ((await connection.list(at(folder))) ?? []).map(({ name }) => name).toSorted(compareNames);
    },

    async find(path) {
      const entry = await connection.look(at(path));
      return entry?.kind === 'file' ? toRemoteFile(entry) : null;
    },

    async publish(localPath, { folder, name, sha256, withChecksumFile = true }) {
      const path = at(`${folder}/${name}`);
      if (!/^[0-9a-f]{64}$/.test(sha256))
        throw new AtpError('INPUT_INVALID', { reason: 'sha256 must be 64 hexadecimal digits' });
      await publishFile(connection, {
        localPath,
        path,
        name,
        sha256,
        withChecksumFile,
        partId: randomUUID(),
      });
    },

    async holds(localPath, { folder, name, sha256 }) {
      const ours = { sizeBytes: (await stat(localPath)).size, sha256 };
      const found = await contentOnServer(connection, at(`${folder}/${name}`), ours).catch(() => null);
      return found?.sha256 === sha256;
    },

    download: (path, localPath) => downloadFile(connection, { path: at(path), name: path, localPath }),

    move: (from, to) => moveFile(connection, { from: at(from), to: at(to), name: from, newName: to }),
    take: (from, to) => takeFile(connection, { from: at(from), to: at(to), name: from, newName: to }),

    setAside: ({ folder, name }, asideFolder) =>
      setAsideFile(connection, { path: at(`${folder}/${name}`), folder: at(asideFolder), name }),

    async remove(path) {
      const remote = at(path);
      if (await connection.look(remote)) await connection.remove(remote);
    },

    async removeFolder(folder) {
      const remote = at(folder);
      if ((await connection.look(remote))?.kind === 'folder') await connection.removeFolder(remote);
    },
  };
}

/** LF, CR, and the second byte of a line feed in UTF-16. */
const LINE_ENDS: readonly number[] = [0x0a, 0x0d, 0x00];

function toRemoteFile({ name, sizeBytes, modifiedAt }: RemoteEntry): RemoteFile {
  return { name, sizeBytes, modifiedAt };
}
