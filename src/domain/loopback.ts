/**
 * The address of a stand-in: plain HTTP on this machine, where alone a token may be sent without encryption. The pattern
 * leaves no place for a user name or password.
 */
export const LOOPBACK_URL_PATTERN = '^http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?(/.*)?$';

export function isHttpOnLoopback(text: string): boolean {
  return new RegExp(LOOPBACK_URL_PATTERN, 'u').test(text);
}
