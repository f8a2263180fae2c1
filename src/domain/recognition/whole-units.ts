/** Units of a product, as programs write whole numbers. */
import type { DecimalSign } from '../feed-source.ts';

export type UnitsRead = { readonly units: number } | { readonly fault: string };

const NOT_WHOLE = 'it must be a whole number';

/** Fifteen digits are a number that JavaScript holds exactly. */
const DIGITS_MAX = 15;

/**
 * Reads `7`, `+7`, `−7`, `7-`, `7.00`, `7,0`, `1 234`, `1.234.567`, `1.234,00`. One point or comma with three digits behind it
 * means two things (`1.000`): without a setting it is refused, unless only one of them can be meant (`12345.000`, `0.000`).
 */
export function readWholeUnits(text: string, decimal: DecimalSign | null): UnitsRead {
  const [, sign = '', body = '', behind = ''] = /^([+\-−]?)\s*(\d[\d.,'’\s]*)(-?)$/u.exec(text) ?? [];
  if (body === '' || (sign !== '' && behind !== '')) return { fault: NOT_WHOLE };
  const digits = wholeDigits(withoutBlanks(body), decimal);
  if (typeof digits !== 'string') return digits;
  if (digits.length > DIGITS_MAX) return { fault: NOT_WHOLE };
  const units = Number(digits);
  const isNegative = sign === '-' || sign === '−' || behind === '-';
  return { units: isNegative && units !== 0 ? -units : units };
}

/** Blanks or apostrophes between groups of three are left out: `1 234`. Anywhere else they stay, and nothing reads them. */
function withoutBlanks(text: string): string {
  return /^\d{1,3}(['’\s]\d{3})+([.,]\d*)?$/u.test(text) ? text.replace(/['’\s]/gu, '') : text;
}

/** The digits of the whole number, from digits, points and commas. */
function wholeDigits(text: string, decimal: DecimalSign | null): string | { readonly fault: string } {
  if (/^\d+$/.test(text)) return text;
  const signs = text.replace(/\d/g, '');
  if (/[^.,]/.test(signs)) return { fault: NOT_WHOLE };
  if (decimal !== null) return wholeBy(text, decimal);
  // The sign that comes last, and once, is the decimal one: 1.234,00.
  if (signs.includes('.') && signs.includes(',')) {
    return wholeBy(text, signs.endsWith(',') ? 'comma' : 'point');
  }
  const [whole = '', fraction = ''] = text.split(/[.,]/);
  // The same sign twice: thousands.
  if (signs.length > 1) return wholeBy(text, signs.startsWith('.') ? 'comma' : 'point');
  const isOneThingOnly = fraction.length !== 3 || whole.length > 3 || /^0+$/.test(whole);
  if (isOneThingOnly) return wholeBy(text, signs === '.' ? 'point' : 'comma');
  const small = /^0+$/.test(fraction) ? String(Number(whole)) : 'a fraction';
  return {
    fault: `it may mean ${small} or ${Number(whole + fraction)}: say for its source which sign is the decimal one (--decimal point or comma)`,
  };
}

function wholeBy(text: string, decimal: DecimalSign): string | { readonly fault: string } {
  const [point, group] = decimal === 'point' ? ['.', ','] : [',', '.'];
  const parts = text.split(point);
  if (parts.length > 2) return { fault: NOT_WHOLE };
  const [whole = '', fraction = ''] = parts;
  const groups = whole.split(group);
  const areThousands = groups.every((digits, index) => (index === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(digits));
  if ((groups.length > 1 && !areThousands) || !/^0*$/.test(fraction)) return { fault: NOT_WHOLE };
  return groups.join('');
}
