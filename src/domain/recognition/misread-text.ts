/** UTF-8 that a program has read as windows-1252: `Ã©` is `é`. */

/** Each byte as windows-1252 shows it. */
const SHOWN_BYTES = new Map(
  Array.from({ length: 256 }, (_, byte) => [
    new TextDecoder('windows-1252').decode(Uint8Array.of(byte)),
    byte,
  ]),
);

const ASCII = /^[\0-\x7f]*$/;

/** The text that was meant; null: it is no such text. */
export function readAsUtf8(text: string): string | null {
  if (ASCII.test(text)) return null;
  const bytes = [...text].map((letter) => SHOWN_BYTES.get(letter));
  if (bytes.includes(undefined)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes as number[]));
  } catch {
    return null;
  }
}
