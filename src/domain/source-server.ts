/** The SFTP server of a source that sends to another one than all others do. */

export interface SourceServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Where its feeds lie, absolute; claimed/, archive/ and error/ are made below it. */
  readonly folder: string;
  /** The pinned key, `SHA256:…` as `ssh-keygen -l` prints it. */
  readonly hostKey: string;
  /** Where the password is, `env:NAME` or `file:PATH`; null: it is not let in by one. */
  readonly password: string | null;
  /** A file on each worker's machine; null: it is not let in by a key. */
  readonly privateKeyFile: string | null;
}

/** Whether imports can use the server of a source. */
export interface ServerUse {
  /** NOT_TRIED: no import has looked there since it was said where it is. */
  readonly state: 'NOT_TRIED' | 'USABLE' | 'LOST';
  /** Since when no import could use it; null: the last one could. */
  readonly notUsedSince: Date | null;
  /** Why it is lost; null: it is not. */
  readonly fault: Omit<ServerFault, 'source'> | null;
}

/** Why the server of a source could not be used. */
export interface ServerFault {
  readonly source: string;
  readonly code: string;
  readonly message: string;
}

/** The codes that say that nothing can be done on a server, whatever is asked. */
const SERVER_FAULTS: readonly string[] = ['SFTP_UNREACHABLE', 'SFTP_HOST_KEY_MISMATCH', 'SFTP_NOT_SAFE'];

export function isServerFault(code: string): boolean {
  return SERVER_FAULTS.includes(code);
}

export function serverFaultInWords({ source, message }: ServerFault): string {
  return `the feeds of ${source} cannot be looked for: ${message}`;
}
