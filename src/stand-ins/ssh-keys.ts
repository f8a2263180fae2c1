/** Ed25519 keys in OpenSSH's format, made without OpenSSH. */
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import { readStateFile, writeStateFile } from './state-file.ts';

export interface SshKey {
  /** Mode 600, without a passphrase. */
  readonly privateKeyFile: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
}

/**
 * ssh2 writes one of 256 keys wrongly, one whose coordinate begins with a zero byte: neither ssh2 nor OpenSSH can read
 * it, so another one is made.
 */
const TRIES_MAX = 10;

/** The key in this file; makes one when there is none. */
export function rememberedKey(privateKeyFile: string): SshKey {
  const publicKeyFile = `${privateKeyFile}.pub`;
  const known = readStateFile(publicKeyFile);
  if (known !== null && readStateFile(privateKeyFile) !== null) {
    return { privateKeyFile, publicKey: known.trim() };
  }
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const key = ssh2.utils.generateKeyPairSync('ed25519');
    if (ssh2.utils.parseKey(key.private) instanceof Error) continue;
    const publicKey = key.public.trim();
    writeStateFile(privateKeyFile, key.private.endsWith('\n') ? key.private : `${key.private}\n`);
    writeStateFile(publicKeyFile, `${publicKey}\n`);
    return { privateKeyFile, publicKey };
  }
  throw new Error(`ssh2 made no readable key in ${TRIES_MAX} tries.`);
}

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export function fingerprintOf({ publicKey }: SshKey): string {
  return fingerprint(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64'));
}

/** @param key a public key as SSH sends it */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
