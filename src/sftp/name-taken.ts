import { AtpError } from '../domain/errors.ts';
import type { Content } from './downloading.ts';

/** FILE_NAME_TAKEN: something foreign has the name. `found` is null when it is not a plain file. */
export function nameTakenError(name: string, found: Content | null, expected: Content): AtpError {
  const reason =
    found === null
      ? 'something that is not a plain file has this name'
      : `a file with other content has this name (${differenceOf(found, expected)})`;
  return new AtpError('FILE_NAME_TAKEN', { name, found: found?.sha256, expected: expected.sha256, reason });
}

function differenceOf(found: Content, expected: Content): string {
  if (found.sizeBytes !== expected.sizeBytes)
    return `${found.sizeBytes} bytes, expected ${expected.sizeBytes}`;
  return `sha256 ${found.sha256}, expected ${expected.sha256}`;
}

/** FILE_NAME_TAKEN: every name that a file might get in a folder is taken. */
export function noNameFreeError(name: string, namesTried: number, cause?: unknown): AtpError {
  const reason = `this name and the ${namesTried - 1} others that the file might get in this folder are used`;
  return new AtpError('FILE_NAME_TAKEN', { name, namesTried, reason }, { cause });
}
