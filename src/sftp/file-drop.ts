/** The file drop: the folders on an SFTP server through which files come in and go out. */
import { randomUUID } from 'node:crypto';
import { AtpError } from '../domain/errors.ts';
import { downloadFile } from './downloading.ts';
import { moveFile } from './moving.ts';
import { publishFile } from './publishing.ts';
import { isPlainName, remotePath } from './remote-path.ts';
import { setAsideFile } from './setting-aside.ts';
import { withConnection, type RemoteEntry, type SftpConnection } from './sftp-connection.ts';

export interface SftpSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | null;
  readonly privateKeyFile: string | null;
  /** The pinned key, `SHA256:…` as `ssh-keygen -l` prints it. */
  readonly hostKey: string;
  /** Absolute path on the server; every path of the file drop is below it. */
  readonly root: string;
}

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
  /** Whether `<name>.sha256` is put beside it, before it. Absent: yes. */
  readonly withChecksumFile?: boolean;
}

/**
 * Files below the root, by paths such as `incoming` and `outgoing/<shop>/<name>.csv`. A path with an empty segment,
 * `..` or a control character is refused (INPUT_INVALID). Every function may throw SFTP_UNREACHABLE.
 */
export interface FileDrop {
  /**
   * The plain files of a folder, by name; none when the folder is not there. Links and names that are no plain
   * segment of a path are left out. Hidden files and `.part` files are in it: whether they count is the caller's say.
   */
  list(folder: string): Promise<RemoteFile[]>;
  /** The names of its sub-folders, in order; links are left out. */
  folders(folder: string): Promise<string[]>;
  /** The plain file under a path, null when there is none. */
  find(path: string): Promise<RemoteFile | null>;
  /**
   * Makes the local file visible under its name, whole or not at all, with `<name>.sha256` before it. Done when the
   * equal file is there already, so it may be repeated.
   *
   * @throws AtpError FILE_NAME_TAKEN (another content is there)
   */
  publish(localPath: string, target: PublishTarget): Promise<void>;
  /** @throws AtpError FILE_MISSING (also for a link or a folder) */
  download(path: string, localPath: string): Promise<{ readonly sizeBytes: number; readonly sha256: string }>;
  /**
   * Moves a file and makes the folders that it needs. Done when the source is gone and the target is there, and when
   * the equal file lies in both places, so it may be repeated.
   *
   * @throws AtpError FILE_MISSING (in both places), FILE_NAME_TAKEN (another content is there)
   */
  move(from: string, to: string): Promise<void>;
  /**
   * Moves what lies under the target's name with another content, whatever it is, into `asideFolder` under a free
   * name. Done when nothing lies there, or what belongs there.
   *
   * @throws AtpError FILE_NAME_TAKEN (no name is free)
   */
  setAside(target: PublishTarget, asideFolder: string): Promise<void>;
  /** Done when there is nothing under the path. */
  remove(path: string): Promise<void>;
}

/** Opens one connection for the work and closes it afterwards. Throws SFTP_UNREACHABLE, SFTP_HOST_KEY_MISMATCH. */
export type OpenFileDrop = <Result>(work: (drop: FileDrop) => Promise<Result>) => Promise<Result>;

export function fileDrop(settings: SftpSettings): OpenFileDrop {
  return (work) =>
    withConnection(settings, (connection) => {
      return work(dropOn(connection, (path) => remotePath(settings.root, path)));
    });
}

function dropOn(connection: SftpConnection, at: (path: string) => string): FileDrop {
  async function entries(folder: string, kind: RemoteEntry['kind']): Promise<RemoteEntry[]> {
    const all = (await connection.list(at(folder))) ?? [];
    return all.filter((entry) => entry.kind === kind && isPlainName(entry.name)).toSorted(byName);
  }

  return {
    async list(folder) {
      return (await entries(folder, 'file')).map(asFile);
    },

    async folders(folder) {
      return (await entries(folder, 'folder')).map(({ name }) => name);
    },

    async find(path) {
      const entry = await connection.look(at(path));
      return entry?.kind === 'file' ? asFile(entry) : null;
    },

    async publish(localPath, { folder, name, sha256, withChecksumFile = true }) {
      const path = at(`${folder}/${name}`);
      if (!/^[0-9a-f]{64}$/.test(sha256))
        throw new AtpError('INPUT_INVALID', { reason: 'sha256 is no sha256' });
      await publishFile(connection, {
        localPath,
        path,
        name,
        sha256,
        withChecksumFile,
        partId: randomUUID(),
      });
    },

    download: (path, localPath) => downloadFile(connection, { path: at(path), name: path, localPath }),

    move: (from, to) => moveFile(connection, { from: at(from), to: at(to), name: from, newName: to }),

    setAside: ({ folder, name, sha256 }, asideFolder) =>
      setAsideFile(connection, { path: at(`${folder}/${name}`), folder: at(asideFolder), name, sha256 }),

    async remove(path) {
      const remote = at(path);
      if (await connection.look(remote)) await connection.remove(remote);
    },
  };
}

function asFile({ name, sizeBytes, modifiedAt }: RemoteEntry): RemoteFile {
  return { name, sizeBytes, modifiedAt };
}

/** By code unit, like `LC_ALL=C ls`: the order does not depend on where the program runs. */
function byName(one: RemoteEntry, other: RemoteEntry): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}
