import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { AtpError } from '../domain/errors.ts';
import type { Encoding } from '../domain/feed-source.ts';
import { FEED_SIZE_MAX_BYTES } from '../domain/limits.ts';
import { FIRST_BYTES, recogniseFile } from '../domain/recognition/file-kind.ts';

export interface FeedText {
  readonly encoding: Encoding;
  /** In blocks; may be read once. */
  readonly blocks: AsyncIterable<string>;
}

/**
 * Opens the text of a feed, out of gzip where it is in it. Every byte is checked on the way: bytes of another encoding are
 * refused, because to replace them would silently change ids.
 *
 * @param named the encoding that its source says; null: UTF-8, unless a byte order mark says otherwise
 * @throws AtpError FEED_UNREADABLE, also while the blocks are read
 */
export async function openFeedText(
  localPath: string,
  fileName: string,
  named: Encoding | null,
): Promise<FeedText> {
  const outer = recogniseFile(await firstBytesOf(localPath), named);
  const isPacked = outer.kind === 'gzip';
  const inner = isPacked ? recogniseFile(await firstOf(unpack(localPath, fileName)), named) : outer;
  if (inner.kind === 'other') throw unreadableFeedError(fileName, inner.what);
  if (inner.kind === 'gzip') throw unreadableFeedError(fileName, 'it is packed twice');
  const { encoding, markBytes } = inner;
  const bytes = isPacked ? unpack(localPath, fileName) : readBytes(localPath);
  return { encoding, blocks: decode(bytes, { fileName, encoding, markBytes }) };
}

async function firstBytesOf(localPath: string): Promise<Buffer> {
  const file = await open(localPath);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_BYTES), 0, FIRST_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function firstOf(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const block of bytes) return block.subarray(0, FIRST_BYTES);
  return Buffer.alloc(0);
}

function readBytes(localPath: string): AsyncIterable<Buffer> {
  return createReadStream(localPath) as AsyncIterable<Buffer>;
}

/** A small archive may hold a large file: it counts as large as it is unpacked. */
async function* unpack(localPath: string, fileName: string): AsyncGenerator<Buffer> {
  const packed = createReadStream(localPath);
  const unpacking = createGunzip();
  packed.on('error', (error) => unpacking.destroy(error));
  let sizeBytes = 0;
  try {
    for await (const block of packed.pipe(unpacking) as AsyncIterable<Buffer>) {
      sizeBytes += block.length;
      if (sizeBytes > FEED_SIZE_MAX_BYTES) throw feedTooLargeError(fileName);
      yield block;
    }
  } catch (error) {
    if (error instanceof AtpError) throw error;
    throw unreadableFeedError(fileName, 'its gzip archive is damaged or cut off: send it again');
  } finally {
    packed.destroy();
    unpacking.destroy();
  }
}

interface Decoding {
  readonly fileName: string;
  readonly encoding: Encoding;
  readonly markBytes: number;
}

async function* decode(
  bytes: AsyncIterable<Buffer>,
  { fileName, encoding, markBytes }: Decoding,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  let offset = 0;
  for await (const block of bytes) {
    const nul = encoding.startsWith('utf-16') ? -1 : block.indexOf(0);
    if (nul !== -1) {
      const at = placeInWords(line + countLines(block.toString('latin1', 0, nul)), offset + nul);
      throw unreadableFeedError(fileName, `a NUL byte in ${at}: this is no text`);
    }
    const text = tryToDecode(decoder, block);
    if (text === null) throw unreadableFeedError(fileName, strangeByte(block, { encoding, line, offset }));
    const nulCharacter = text.indexOf('\0');
    if (nulCharacter !== -1) {
      const at = line + countLines(text.slice(0, nulCharacter));
      throw unreadableFeedError(fileName, `a NUL character in line ${at}: this is no text`);
    }
    line += countLines(text);
    offset += block.length;
    // The decoder leaves the mark out by itself; of an encoding that a source names there is none.
    if (text !== '') yield text;
  }
  if (tryToDecode(decoder) === null) {
    throw unreadableFeedError(fileName, `its last character is cut off, in line ${line}: send it again`);
  }
  if (offset === markBytes) throw unreadableFeedError(fileName, 'it is empty');
}

/** Null: the bytes are not of the encoding. */
function tryToDecode(decoder: TextDecoder, block?: Buffer): string | null {
  try {
    return decoder.decode(block, { stream: block !== undefined });
  } catch {
    return null;
  }
}

function strangeByte(
  block: Buffer,
  { encoding, line, offset }: { readonly encoding: Encoding; readonly line: number; readonly offset: number },
): string {
  if (encoding !== 'utf-8') return `bytes that are no ${encoding} in or after line ${line}`;
  let start = 0;
  while (offset > 0 && start < 3 && ((block[start] ?? 0) & 0xc0) === 0x80) start += 1;
  const at = findStrangeByte(block, start);
  const byte = block[at] ?? 0;
  const place = placeInWords(line + countLines(block.toString('latin1', 0, at)), offset + at);
  const letter = new TextDecoder('windows-1252').decode(Uint8Array.of(byte));
  const hex = byte.toString(16).toUpperCase();
  return `${place} (0x${hex}) is not UTF-8. In windows-1252 it is "${letter}": save the file as "CSV UTF-8", or say so for its source (--encoding windows-1252)`;
}

/**
 * Where a block stops being UTF-8.
 *
 * @param start after the rest of a character that began in the block before
 */
function findStrangeByte(block: Buffer, start: number): number {
  for (let at = start; at < block.length;) {
    const length = lengthOfCharacter(block[at] ?? 0);
    if (!isUtf8(block.subarray(at, at + length))) return at;
    at += length;
  }
  return start;
}

/** By its first byte (RFC 3629); 1 for a byte that begins none. */
function lengthOfCharacter(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function placeInWords(line: number, byte: number): string {
  return `line ${line}, byte ${byte + 1} of the file`;
}

export function unreadableFeedError(fileName: string, reason: string): AtpError {
  return new AtpError('FEED_UNREADABLE', { fileName, reason });
}

export function feedTooLargeError(fileName: string): AtpError {
  return unreadableFeedError(fileName, `it has more than ${FEED_SIZE_MAX_BYTES} bytes`);
}
