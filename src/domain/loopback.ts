/** This machine, as addresses name it. */
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The address of a stand-in: plain HTTP on this machine, where alone a token may be sent without encryption. The pattern
 * leaves no place for a user name or password.
 */
export const LOOPBACK_URL_PATTERN = `^http://(${LOOPBACK_HOSTS.map(literal).join('|')})(:\\d+)?(/.*)?$`;

export function isHttpOnLoopback(text: string): boolean {
  return new RegExp(LOOPBACK_URL_PATTERN, 'u').test(text);
}

/** @param host as a URL writes it: `[::1]` */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOSTS.includes(host);
}

function literal(host: string): string {
  return host.replace(/[.[\]]/g, '\\$&');
}
