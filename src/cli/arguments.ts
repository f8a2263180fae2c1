/** Parsers of what people type; each says what it wants instead. */
import { InvalidArgumentError } from 'commander';
import { FEED_VALUE_LENGTH_MAX, UNITS_MAX } from '../domain/limits.ts';

/** What the database's integers hold. */
const UNITS_STORED_MAX = Math.min(UNITS_MAX, 2_147_483_647);

/** A whole number of units, 0 or more. */
export function units(text: string): number {
  return wholeNumber(text, 0, UNITS_STORED_MAX);
}

/** A whole number, 1 or more. */
export function count(text: string): number {
  return wholeNumber(text, 1, 1_000_000);
}

/** A whole share of a hundred. */
export function percent(text: string): number {
  return wholeNumber(text, 0, 100);
}

/** A parser of whole numbers from 1 to a limit. */
export function atMost(max: number): (text: string) => number {
  return (text) => wholeNumber(text, 1, max);
}

function wholeNumber(text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i;

/** An instant. Without an offset it would mean another one on every machine. */
export function time(text: string): Date {
  const instant = new Date(text);
  const dayExists = instant.toString() !== 'Invalid Date' && existsInCalendar(text);
  if (ISO_TIME.test(text) && dayExists) return instant;
  throw new InvalidArgumentError('It must be ISO 8601 with an offset, such as 2026-11-24T12:00:00Z.');
}

/** JavaScript takes 30 February for 2 March. */
function existsInCalendar(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** `on` or `off`. */
export function onOff(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new InvalidArgumentError('It must be on or off.');
}

/** `Y` or `N`, as the field writes it. */
export function yesNo(text: string): boolean {
  if (/^[yn]$/i.test(text)) return /^y$/i.test(text);
  throw new InvalidArgumentError('It must be Y or N.');
}

/** A name, an id or a SKU of the field: any characters that can be seen. */
export function label(text: string): string {
  if (
    text.length > 0 &&
    text.length <= FEED_VALUE_LENGTH_MAX &&
    text.trim() === text &&
    !/\p{Cc}/u.test(text)
  ) {
    return text;
  }
  throw new InvalidArgumentError(
    `It must be 1 to ${FEED_VALUE_LENGTH_MAX} characters, without control characters or spaces around.`,
  );
}

/** An id that also names workflows and folders. */
export function id(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 63 letters, digits, "-" and "_".');
}
