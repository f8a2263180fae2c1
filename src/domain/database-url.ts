/**
 * How the connection to Postgres is protected, by the address alone. On the way to another machine everybody may read and
 * change what is not encrypted, the password included; and encryption alone does not say who answers. So a host that is
 * not this machine is verified, unless the address says in words that it shall not be.
 */
import { isLoopbackHost } from './loopback.ts';

/**
 * - `verified`: encrypted, and the server's certificate is valid for its name.
 * - `encrypted`: nobody knows who answers.
 * - `plain`: everybody on the way can read it.
 * - `local`: it stays on this machine.
 */
export type Protection = 'verified' | 'encrypted' | 'plain' | 'local';

export interface DatabaseAddress {
  /** Without what is said about TLS. */
  readonly url: string;
  readonly protection: Protection;
  /** Paths of the files that TLS takes. */
  readonly files: Readonly<Partial<Record<TlsFile, string>>>;
}

/** The certificate of the authority that has signed the server's, and a certificate of our own with its key. */
export type TlsFile = 'sslrootcert' | 'sslcert' | 'sslkey';
const TLS_FILES: readonly TlsFile[] = ['sslrootcert', 'sslcert', 'sslkey'];

/**
 * The words of libpq that we take. Here each verifies the server and its name in full: weaker ones would let anybody
 * answer.
 */
const PROTECTIONS = new Map<string, Protection>([
  ['verify-full', 'verified'],
  ['verify-ca', 'verified'],
  ['require', 'verified'],
  ['no-verify', 'encrypted'],
  ['disable', 'plain'],
]);

/** Reads an address; of one that we do not use, what is wrong with it. The fault repeats nothing of the address. */
export function readDatabaseUrl(text: string): DatabaseAddress | { readonly fault: string } {
  const url = URL.parse(text);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    return { fault: 'must be postgres://user:password@host:port/database' };
  }
  const said = url.searchParams;
  if (said.has('ssl') || said.has('uselibpqcompat'))
    return { fault: `must say sslmode instead of ssl; ${WORDS}` };
  const files = Object.fromEntries(
    TLS_FILES.flatMap((name) => (said.has(name) ? [[name, said.get(name)]] : [])),
  );
  const isLocal = isOnThisMachine(url);
  const mode = said.get('sslmode') ?? (said.has('sslrootcert') ? 'verify-full' : null);
  const protection = mode === null ? 'plain' : PROTECTIONS.get(mode);
  if (protection === undefined) return { fault: `has an unknown sslmode; ${WORDS}` };
  if (mode === null && !isLocal) return { fault: `does not say how the connection is protected; ${WORDS}` };
  for (const name of ['sslmode', ...TLS_FILES]) said.delete(name);
  // Without a host the driver would ask PGHOST, which may be any machine.
  if (url.hostname === '' && !said.has('host')) url.hostname = 'localhost';
  return { url: url.href, protection: isLocal && protection === 'plain' ? 'local' : protection, files };
}

const WORDS =
  'end it with ?sslmode=verify-full (and &sslrootcert=<file> for an authority of your own), or with ?sslmode=disable where nobody else is on the network';

function isOnThisMachine({ hostname, searchParams }: URL): boolean {
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  return host === '' || host.startsWith('/') || isLoopbackHost(host);
}
