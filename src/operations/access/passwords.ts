/** Passwords are kept as scrypt hashes: whoever reads the table must spend 32 MiB and a third of a second on each guess. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AtpError } from '../../domain/errors.ts';
import { PASSWORDS_CHECKED_AT_ONCE_MAX, PASSWORDS_WAITING_MAX } from '../../domain/limits.ts';

/** OWASP's password storage cheat sheet: N = 2^15, r = 8, p = 3. A hash names its own, so they may grow. */
const COSTS = { ln: 15, r: 8, p: 3 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, the PHC string format. */
const HASH = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

let atWork = 0;
/** Who is next, first come, first served. */
const waiting: (() => void)[] = [];

/** @throws AtpError TOO_MANY_REQUESTS */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, COSTS);
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=${COSTS.ln},r=${COSTS.r},p=${COSTS.p}$${text(salt)}$${text(key)}`;
}

/** Null, for a user that does not exist, takes as long and is false. @throws AtpError TOO_MANY_REQUESTS */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const [, ln, r, p, salt, key] = HASH.exec(hash ?? '') ?? [];
  if (salt === undefined || key === undefined) {
    await derive(password, Buffer.alloc(SALT_BYTES), COSTS);
    return false;
  }
  const wanted = Buffer.from(key, 'base64');
  const costs = { ln: Number(ln), r: Number(r), p: Number(p) };
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64'), costs), wanted);
}

async function derive(
  password: string,
  salt: Buffer,
  { ln, r, p }: { readonly ln: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  await takeTurn();
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    // Twice what it needs: 128 bytes × N × r.
    const options = { N: 2 ** ln, r, p, maxmem: 2 * 128 * 2 ** ln * r };
    // Keyboards write the same letter in different ways.
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
    return await promise;
  } finally {
    const next = waiting.shift();
    if (next) next();
    else atWork -= 1;
  }
}

/** @throws AtpError TOO_MANY_REQUESTS */
async function takeTurn(): Promise<void> {
  if (atWork < PASSWORDS_CHECKED_AT_ONCE_MAX) {
    atWork += 1;
    return;
  }
  if (waiting.length >= PASSWORDS_WAITING_MAX) {
    throw new AtpError('TOO_MANY_REQUESTS', { reason: `${waiting.length} passwords wait to be checked` });
  }
  // Whoever ends hands its turn on, so the number at work stays as it is.
  await new Promise<void>((resolve) => waiting.push(resolve));
}
