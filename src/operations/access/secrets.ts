/** Secrets that we make: whoever shows one is let in, so only their hashes are kept. */
import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** 256 random bits as text. The prefix tells a person, and a search for leaked secrets, what it is. */
export function makeSecret(prefix: string): string {
  return `${prefix}${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** Nobody can guess 256 random bits, so the hash need not be slow. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
