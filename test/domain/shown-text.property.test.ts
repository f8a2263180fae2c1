import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote, showJson, showLines, showText } from '../../src/domain/shown-text.ts';

const anyText = fc.string({ unit: 'binary' });
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('\u001b[31m', '\u001b]0;owned\u0007', '\u009b', '\u202e', '\u200f', '\u2028', '\ud800'),
      fc.constantFrom('\n', '\r', '\t', '\u0000', '\u007f', '😀', '"', '\\', '\u{e0041}'),
      anyText,
    ),
  )
  .map((parts) => parts.join(''));
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('whatever the text is, one line of visible characters is left, and it is no longer than the limit', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 100 }), (text, lengthMax) => {
      const shown = showText(text, lengthMax);
      expect(shown).not.toMatch(UNSEEN);
      expect(shown.length).toBeLessThanOrEqual(lengthMax + 1);
      expect(quote(text, lengthMax).length).toBeLessThanOrEqual(lengthMax + 1);
    }),
  );
});

test('visible text that is short enough stays as it is', () => {
  for (const text of ['', 'BLUE-SHIRT-M', 'Größe “M”, 日本 😀', 'x'.repeat(60)]) {
    expect(showText(text, 60)).toBe(text);
    expect(showLines(text)).toBe(text);
  }
});

test.each([
  ['L\u001b[31mred', 'L\\u{1b}[31mred'],
  ['a\u202etxt.exe', 'a\\u{202e}txt.exe'],
  ['one\ntwo\tthree', 'one\\ntwo\\tthree'],
  ['half a \ud83d', 'half a \\u{d83d}'],
])('%j is shown as %s', (text, shown) => {
  expect(showText(text, 60)).toBe(shown);
});

test('a long text is cut, and not in the middle of a character', () => {
  expect(showText('y'.repeat(100_000), 60)).toBe(`${'y'.repeat(60)}…`);
  expect(showText(`${'y'.repeat(59)}😀`, 60)).toBe(`${'y'.repeat(59)}…`);
});

test('lines of ours stay lines', () => {
  expect(showLines('one\ntwo \u001b[2J')).toBe('one\ntwo \\u{1b}[2J');
});

test('JSON stays the same document', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, fc.oneof(hostile, fc.integer(), fc.array(hostile))), (value) => {
      const json = JSON.stringify(value, null, 2);
      const shown = showJson(json);
      expect(JSON.parse(shown)).toEqual(JSON.parse(json));
      expect(shown.replaceAll('\n', '')).not.toMatch(UNSEEN);
    }),
  );
});

test('a refused value is quoted, and one of megabytes costs as little as a short one', () => {
  expect(quote('a b', 60)).toBe('"a b"');
  expect(quote({ shopId: 'x'.repeat(1_500_000) }, 60)).toHaveLength(61);
  expect(quote('x'.repeat(1_500_000), 60)).toBe(`"${'x'.repeat(59)}…`);
  expect(quote(7, 60)).toBe('7');
  expect(quote(undefined, 60)).toBe('nothing');
});
