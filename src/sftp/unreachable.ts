import { AtpError } from '../domain/errors.ts';
import { SFTP_FOLDER_ENTRIES_MAX } from '../domain/limits.ts';
import type { SftpSettings } from './sftp-settings.ts';

/** The reasons as messages give them: the library's own words repeat local paths and name its functions. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/authentication/i, 'it refuses the login'],
  [/privateKey|private key|passphrase/i, 'the private key file cannot be used'],
  [/permission denied/i, 'permission denied'],
  [/no such file|does not exist/i, 'no such file'],
  [/ENOTFOUND|EAI_AGAIN/, 'its name is not known'],
  [/ECONNREFUSED/, 'it refuses the connection'],
  [/ECONNRESET|has reset|EPIPE/, 'the connection was reset'],
  [/became shorter/, 'the file became shorter'],
  [/too many entries/, `the folder has more than ${SFTP_FOLDER_ENTRIES_MAX.toLocaleString('en')} entries`],
  [/ENOSPC/, 'the disk of this machine is full'],
  [/keepalive/i, 'the connection is dead'],
  [/timed? ?out|TimeoutError|aborted/i, 'no answer in time'],
  [
    /unexpected (end|close)|closed|not connected|no sftp connection|no response|not able to/i,
    'the connection was closed',
  ],
];

/** Servers answer a full disk, among others, like this: SSH_FX_FAILURE has no text of its own. */
const NO_REASON = 'it reports a failure without a reason';

/** Says in our own words why the server cannot be used. */
export function unreachableError(
  { host, port }: SftpSettings,
  error: unknown,
  told: { readonly what?: string; readonly reason?: string | null } = {},
): AtpError {
  const { name, message, code } = error as { name: string; message: string; code?: string };
  const text = `${name} ${code ?? ''} ${message}`;
  const reason = told.reason ?? REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? NO_REASON;
  const where = told.what === undefined ? '' : `, while ${told.what}`;
  return new AtpError('SFTP_UNREACHABLE', { host, port, reason: `${reason}${where}` }, { cause: error });
}
