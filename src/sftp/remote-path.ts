import { AtpError } from '../domain/errors.ts';

/**
 * Control characters break checksum files and logs. U+FFFD stands for bytes that are not UTF-8: no request can name
 * them.
 */
// eslint-disable-next-line no-control-regex -- control characters are what makes a name unusable
const UNUSABLE = /[/\\\u0000-\u001f\u007f\ufffd]/;

/** Whether a name is one plain segment of a path, and does not lead out of its folder. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !UNUSABLE.test(name);
}

/**
 * The absolute path on the server of a path below our root.
 *
 * @throws AtpError INPUT_INVALID when the path would leave the root
 */
export function remotePath(root: string, path: string): string {
  if (!path.split('/').every(isPlainName)) {
    throw new AtpError('INPUT_INVALID', {
      reason: `${JSON.stringify(path)} is not a path below the SFTP root`,
    });
  }
  return root.endsWith('/') ? `${root}${path}` : `${root}/${path}`;
}

/** `a/b/c.csv` → `a/b` and `c.csv`; a folder of '' is the root. */
export function folderAndName(path: string): { readonly folder: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
}
