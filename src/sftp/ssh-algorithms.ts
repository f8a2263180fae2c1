/**
 * What a connection to the SFTP server may be built on. Of what ssh2 can do, this leaves out everything with SHA-1 (in
 * key exchange, signatures and checks of packets) and RSA keys that are too short.
 */
import { createPublicKey } from 'node:crypto';
import type { Socket } from 'node:net';
import ssh2, { type Algorithms, type ParsedKey } from 'ssh2';
import { RSA_BITS_MIN, SSH_PACKET_BYTES_MAX } from '../domain/limits.ts';

/** In the order in which we prefer them. */
export const ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group18-sha512',
  ],
  serverHostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
} as const satisfies Algorithms;

/** Bits of an RSA key that has too few; null: the key is long enough, or of another type. */
export function tooFewBits(key: Pick<ParsedKey, 'type' | 'getPublicPEM'>): number | null {
  if (key.type !== 'ssh-rsa') return null;
  const bits = createPublicKey(key.getPublicPEM()).asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < RSA_BITS_MIN ? bits : null;
}

/** A host key as it comes over the wire. */
export function readHostKey(key: Buffer): ParsedKey {
  const type = key.toString('latin1', 4, 4 + key.readUInt32BE(0));
  return parsed(ssh2.utils.parseKey(`${type} ${key.toString('base64')}`));
}

/**
 * The private key in this text; it makes no signature with SHA-1. ssh2 would: a server that does not name `rsa-sha2-256`
 * or `rsa-sha2-512` gets one of type `ssh-rsa`.
 *
 * @param onSha1 called when the server would have got such a signature
 */
export function readPrivateKey(text: Buffer, onSha1: () => void): ParsedKey {
  const key = parsed(ssh2.utils.parseKey(text));
  if (!key.isPrivateKey()) throw new Error('Cannot parse privateKey: it is a public one.');
  const sign = key.sign.bind(key);
  key.sign = (data, algorithm) => {
    if (algorithm !== 'sha1') return sign(data, algorithm);
    onSha1();
    // ssh2 asks for an error that is returned.
    return new Error('no signature with SHA-1') as unknown as Buffer;
  };
  return key;
}

function parsed(key: ParsedKey | readonly ParsedKey[] | Error): ParsedKey {
  if (key instanceof Error) throw new Error(`Cannot parse privateKey: ${key.message}`);
  const [first] = [key].flat();
  if (first === undefined) throw new Error('Cannot parse privateKey: it is empty.');
  return first;
}

type Kind = keyof typeof ALGORITHMS | 'cipher';

/** By ssh2's words for what was missing: our name of it, and which of the server's lists has its choice. */
const MISSING: readonly (readonly [RegExp, Kind, string])[] = [
  [/no matching key exchange/, 'kex', 'key exchange'],
  [/no matching host key/, 'serverHostKey', 'host key'],
  [/no matching .* cipher/, 'cipher', 'encryption'],
  [/no matching .* MAC/, 'hmac', 'message check'],
];

/**
 * Why the two sides could not agree, with what the server offers; null: that was not the reason.
 *
 * @param message ssh2's error
 * @param received what the server has sent first
 */
export function disagreementOf(message: string, received: Buffer): string | null {
  const found = MISSING.find(([words]) => words.test(message));
  if (!found) return null;
  const [, kind, name] = found;
  const offered = readOffer(received)?.[kind].join(', ') ?? 'nothing that could be read';
  return `no common algorithm for the ${name}; it offers ${offered}`;
}

/** Its identification, then one packet: SSH_MSG_KEXINIT (RFC 4253, sections 4.2, 6 and 7.1). */
function readOffer(received: Buffer): Readonly<Record<Kind, readonly string[]>> | null {
  const identification = /(?:^|\n)SSH-[^\n]*\n/.exec(received.toString('latin1'));
  if (!identification) return null;
  const packet = received.subarray(identification.index + identification[0].length);
  const lists: string[][] = [];
  // Length of the packet, length of its padding, message number, cookie.
  for (let at = 4 + 1 + 1 + 16; lists.length < 8 && at + 4 <= packet.length;) {
    const end = at + 4 + packet.readUInt32BE(at);
    if (end > packet.length) return null;
    lists.push(packet.toString('latin1', at + 4, end).split(','));
    at = end;
  }
  const [kex, serverHostKey, , cipher, , hmac] = lists;
  return kex && serverHostKey && cipher && hmac ? { kex, serverHostKey, cipher, hmac } : null;
}

/**
 * The first bytes that come on a socket, as many as the server's offer may have. It listens from the moment on at which
 * ssh2 does: a socket gives its bytes away as soon as anybody listens.
 */
export function rememberFirstBytes(socket: Socket): () => Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  const remember = (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= SSH_PACKET_BYTES_MAX) socket.off('data', remember);
  };
  const join = (event: string | symbol) => {
    if (event !== 'data') return;
    socket.off('newListener', join);
    socket.on('data', remember);
  };
  socket.on('newListener', join);
  return () => {
    socket.off('newListener', join).off('data', remember);
    return Buffer.concat(chunks);
  };
}
