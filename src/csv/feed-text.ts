import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { AtpError } from '../domain/errors.ts';
import { EAST_ASIAN_ENCODINGS, type Encoding } from '../domain/feed-source.ts';
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
  const open = () => (isPacked ? unpack(localPath, fileName) : readBytes(localPath));
  if (!isUnicode(encoding) && (await isUtf8Text(open())))
    throw unreadableFeedError(
      fileName,
      `its source says that it is ${encoding}, and it is UTF-8${isEastAsian(encoding) ? FEW_LETTERS : ''}: in ${encoding} its letters would be garbled. Say so for its source (--encoding utf-8), or save the file as ${isEastAsian(encoding) ? '"CSV UTF-8" with a byte order mark, which counts before the source' : encoding}`,
    );
  return { encoding, blocks: decode(open(), { fileName, encoding, markBytes }) };
}

const isUnicode = (encoding: Encoding) => encoding.startsWith('utf-');
const isEastAsian = (encoding: Encoding) => EAST_ASIAN_ENCODINGS.some((known) => known === encoding);

/** Two letters of these by chance look like one of UTF-8, of two bytes. */
const FEW_LETTERS = ', or has so few letters that nobody can tell';

/**
 * Whether letters are written in several bytes, and all of them as UTF-8 has it: text of another encoding is so by a rare chance, and mostly
 * ends the look at its first letter. What is ASCII alone is the same in all of them.
 */
async function isUtf8Text(bytes: AsyncIterable<Buffer>): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let hasLetters = false;
  for await (const block of bytes) {
    hasLetters ||= !isAscii(block);
    if (tryToDecode(decoder, block) === null) return false;
  }
  return hasLetters && tryToDecode(decoder) !== null;
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

/** Bytes that windows-1252 leaves free (WHATWG Encoding Standard: they are decoded as control characters). */
const NO_WINDOWS_1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d] as const;

/**
 * Controls that no table has. The decoder shows bytes as such that it does not know: EUC-KR is Microsoft's code page 949 to browsers (WHATWG
 * Encoding Standard) and has 8,822 letters less in Node, the first byte of which would become a control, and the second a Latin letter.
 */
const NO_LETTER = /[\u0080-\u009f]/;

/** Shift-JIS is that of IBM in Node (ICU, ibm-943), which has these controls in turn; 1A ends files of old programs. */
const TURNED = Uint8Array.of(0x1a, 0x1c, 0x7f);
/** As this Node shows them, with what they are: none where its tables have no turn. */
const USUAL_CONTROLS = new Map(
  [...new TextDecoder('shift-jis').decode(TURNED)]
    .map((shown, at) => [shown, String.fromCharCode(TURNED[at] ?? 0)] as const)
    .filter(([shown, usual]) => shown !== usual),
);
const CONTROLS_IN_TURN = new RegExp(`[${[...USUAL_CONTROLS.keys()].join('')}]`, 'g');
const withUsualControls = (text: string) =>
  text.replace(CONTROLS_IN_TURN, (sign) => USUAL_CONTROLS.get(sign) ?? sign);

const OTHER_ENCODING = `it is another encoding, such as Shift-JIS. Save the file as "CSV UTF-8", or say for its source what it is (--encoding ${EAST_ASIAN_ENCODINGS.join(', ')})`;

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
    const foreign = isUnicode(encoding) || isEastAsian(encoding) ? -1 : findForeign(block);
    if (foreign !== -1) {
      const at = placeInWords(line + countLines(block.toString('latin1', 0, foreign)), offset + foreign);
      const hex = (block[foreign] ?? 0).toString(16).toUpperCase();
      throw unreadableFeedError(fileName, `${at} (0x${hex}) is no letter of ${encoding}: ${OTHER_ENCODING}`);
    }
    const decoded = tryToDecode(decoder, block);
    const text = decoded !== null && encoding === 'shift-jis' ? withUsualControls(decoded) : decoded;
    if (text === null) throw unreadableFeedError(fileName, strangeByte(block, { encoding, line, offset }));
    const nulCharacter = text.indexOf('\0');
    if (nulCharacter !== -1) {
      const at = line + countLines(text.slice(0, nulCharacter));
      throw unreadableFeedError(fileName, `a NUL character in line ${at}: this is no text`);
    }
    const noLetter = isEastAsian(encoding) ? text.search(NO_LETTER) : -1;
    if (noLetter !== -1)
      throw unreadableFeedError(fileName, notOf(encoding, line + countLines(text.slice(0, noLetter))));
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

/** Where the first byte is that windows-1252 does not have; -1: there is none. */
function findForeign(block: Buffer): number {
  const found = NO_WINDOWS_1252.map((byte) => block.indexOf(byte)).filter((at) => at !== -1);
  return found.length > 0 ? Math.min(...found) : -1;
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
  if (encoding !== 'utf-8') return notOf(encoding, line);
  let start = 0;
  while (offset > 0 && start < 3 && ((block[start] ?? 0) & 0xc0) === 0x80) start += 1;
  const at = findStrangeByte(block, start);
  const byte = block[at] ?? 0;
  const place = placeInWords(line + countLines(block.toString('latin1', 0, at)), offset + at);
  const hex = byte.toString(16).toUpperCase();
  if (findForeign(block) !== -1)
    return `${place} (0x${hex}) is not UTF-8, and not windows-1252 either: ${OTHER_ENCODING}`;
  const letter = new TextDecoder('windows-1252').decode(Uint8Array.of(byte));
  return `${place} (0x${hex}) is not UTF-8. In windows-1252 it is "${letter}": save the file as "CSV UTF-8", or say so for its source (--encoding windows-1252)`;
}

const notOf = (encoding: Encoding, line: number) =>
  `bytes that are no ${encoding} in or after line ${line}: it is damaged, or another encoding than its source says. Save the file as "CSV UTF-8", or say what it is (--encoding)`;

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
