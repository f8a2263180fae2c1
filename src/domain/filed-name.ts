/**
 * Names under which feeds, and their error files, are filed. File systems count 255 bytes of UTF-8: a long name loses
 * its middle, so that what we add to it has room.
 */
import { fileTime } from './file-time.ts';

export const NAME_BYTES_MAX = 255;

/** A file is published as `<name>.part-<uuid>` first. */
const PART_BYTES = '.part-'.length + 36;

const utf8 = new TextEncoder();

/**
 * The names under which a feed may be filed in archive/ or error/, best first: its own, then with the time at which it
 * was sent, which is the same in every attempt. `a.csv`, `a.20261124T101500Z.csv`, `a.20261124T101500Z-2.csv` …
 */
export function filedNames(fileName: string, sentAt: Date, limit: number): string[] {
  const [, base = fileName, extension = ''] = /^(.*?)(\.[^.]*)?$/su.exec(fileName) ?? [];
  const time = fileTime(sentAt);
  const more = Array.from({ length: Math.max(0, limit - 2) }, (_, index) => `${time}-${index + 2}`);
  const later = [time, ...more].map((suffix) => withEnding(base, `.${suffix}${extension}`, NAME_BYTES_MAX));
  return [fileName, ...later].slice(0, limit);
}

/** The name of the error file beside a feed. */
export function errorFileName(fileName: string): string {
  return withEnding(fileName, '.errors.csv', NAME_BYTES_MAX - PART_BYTES);
}

/** The name and the ending, in at most so many bytes; for that, the name loses its middle. */
function withEnding(name: string, ending: string, bytesMax: number): string {
  const room = bytesMax - bytesOf(ending);
  if (bytesOf(name) <= room) return `${name}${ending}`;
  const characters = [...name];
  const half = Math.floor((room - 1) / 2);
  const head = fit(characters, half);
  const tail = fit(characters.toReversed(), half).toReversed();
  return `${head.join('')}~${tail.join('')}${ending}`;
}

/** The first characters that fit into so many bytes. */
function fit(characters: readonly string[], bytesMax: number): string[] {
  let bytes = 0;
  const end = characters.findIndex((character) => (bytes += bytesOf(character)) > bytesMax);
  return end < 0 ? [...characters] : characters.slice(0, end);
}

export function bytesOf(text: string): number {
  return utf8.encode(text).length;
}
