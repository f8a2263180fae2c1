/** The file drop of a source that has an SFTP server of its own: the same paths, on that server. */
import { parseCredentialReference } from '../domain/credential-reference.ts';
import { ARCHIVE_FOLDER, CLAIMED_FOLDER, ERROR_FOLDER, INCOMING_FOLDER } from '../domain/drop-folders.ts';
import { AtpError } from '../domain/errors.ts';
import { SOURCE_SERVER_USE_MAX_MS, TOKEN_FILE_BYTES_MAX } from '../domain/limits.ts';
import type { SourceServer } from '../domain/source-server.ts';
import { readSecret, type Environment } from '../secrets/read-secret.ts';
import { fileDropOn, type FileDrop, type OpenFileDrop } from './file-drop.ts';
import { remotePath } from './remote-path.ts';
import { withConnection } from './sftp-connection.ts';
import type { SftpSettings } from './sftp-settings.ts';

/** Opens the file drop of a source with its server. */
export type OpenSourceDrop = (source: string, server: SourceServer) => OpenFileDrop;

interface Surroundings {
  /** What `env:NAME` is looked up in. */
  readonly environment: Environment;
  /** Asked for each connection: aborts when nobody waits for the work any more. */
  readonly signalOf?: () => AbortSignal | undefined;
}

/** Where our own folders are, below that of the feeds: nobody sends anything to them. */
const OWN_FOLDERS: readonly string[] = [CLAIMED_FOLDER, ARCHIVE_FOLDER, ERROR_FOLDER];

/**
 * `incoming/<source>` is the folder of the server, and all other paths are below it. The password is read each time, so that a renewed one
 * counts at once. A connection lasts SOURCE_SERVER_USE_MAX_MS at most: whoever answers a little now and then keeps nobody else waiting.
 */
export function openSourceDrops({ environment, signalOf = () => undefined }: Surroundings): OpenSourceDrop {
  return (source, server) => async (work) => {
    const settings = settingsOf(server, environment);
    const top = `${INCOMING_FOLDER}/${source}`;
    const at = (path: string) => {
      if (path === top) return settings.root;
      return remotePath(settings.root, path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path);
    };
    const timeout = AbortSignal.timeout(SOURCE_SERVER_USE_MAX_MS);
    const signal = signalOf();
    try {
      return await withConnection(
        settings,
        (connection) => work(withoutOwnFolders(fileDropOn(connection, at), top)),
        signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      );
    } catch (error) {
      if (error !== timeout.reason) throw error;
      const reason = `it was not done with after ${SOURCE_SERVER_USE_MAX_MS / 60_000} minutes`;
      const { host, port } = server;
      throw new AtpError('SFTP_UNREACHABLE', { host, port, reason }, { cause: error });
    }
  };
}

/** @throws AtpError SFTP_UNREACHABLE (its password is not where it is said to be) */
function settingsOf(server: SourceServer, environment: Surroundings['environment']): SftpSettings {
  const { host, port, username, folder, hostKey, password: reference, privateKeyFile } = server;
  const password = reference === null ? null : readPassword(reference, environment);
  if (reference !== null && password === null) {
    throw new AtpError('SFTP_UNREACHABLE', { host, port, reason: `there is no password at ${reference}` });
  }
  const root = folder.replace(/(?<=.)\/+$/, '');
  return { host, port, username, password, privateKeyFile, hostKey: hostKey.replace(/=$/, ''), root };
}

function readPassword(reference: string, environment: Surroundings['environment']): string | null {
  const place = parseCredentialReference(reference)?.place;
  if (!place) return null;
  const text = readSecret(place, environment, TOKEN_FILE_BYTES_MAX);
  // Editors end a file with a line end.
  return text?.replace(/\r?\n$/, '') || null;
}

function withoutOwnFolders(drop: FileDrop, top: string): FileDrop {
  return {
    ...drop,
    survey: async (folder) => {
      const all = await drop.survey(folder);
      if (folder !== top) return all;
      return { ...all, folders: all.folders.filter((name) => !OWN_FOLDERS.includes(name)) };
    },
  };
}
