/** Where the file drop is, and how it is opened. Holds secrets: never log it. */
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
