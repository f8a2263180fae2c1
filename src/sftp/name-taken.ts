import { AtpError } from '../domain/errors.ts';

/** FILE_NAME_TAKEN: something foreign has the name. `found` is its hash; null when it is not a plain file. */
export function nameTakenError(name: string, found: string | null, expected: string | null): AtpError {
  const reason =
    found === null
      ? 'something that is not a plain file has this name'
      : `a file with other content has this name (sha256 ${found}, expected ${expected})`;
  return new AtpError('FILE_NAME_TAKEN', { name, found, expected, reason });
}

/** FILE_NAME_TAKEN: every name that a file might get in a folder is taken. */
export function noNameFreeError(name: string, namesTried: number, cause?: unknown): AtpError {
  const reason = `this name and the ${namesTried - 1} others that the file might get in this folder are used`;
  return new AtpError('FILE_NAME_TAKEN', { name, namesTried, reason }, { cause });
}
