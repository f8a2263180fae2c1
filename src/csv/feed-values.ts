/** What a row's texts mean: the values that columns of several feed types have. */
import { z } from 'zod';
import { LEDGER_REASONS } from '../domain/feed.ts';
import { NO_SETTINGS, type SourceSettings } from '../domain/feed-source.ts';
import { ORDER_ITEM_STATUSES, UNREADABLE } from '../domain/feed-type.ts';
import { FEED_WORDS_REMEMBERED_MAX } from '../domain/limits.ts';
import { label } from '../domain/input-fields.ts';
import { calledByUs } from '../domain/recognition/called.ts';
import { isRounded, lossOf } from '../domain/recognition/odd-id.ts';
import { readInstant, type InstantReading } from '../domain/recognition/instant-text.ts';
import { readProductIdType } from '../domain/recognition/product-id-type.ts';
import { readOrderStatus } from '../domain/recognition/order-status.ts';
import { readWholeUnits } from '../domain/recognition/whole-units.ts';
import { offsetsOf } from '../domain/wall-clock.ts';

export interface FeedSchema<Content> {
  /** The header must name at least one column of each group. Unknown columns are ignored. */
  readonly required: readonly (readonly string[])[];
  /** Every column that is read. */
  readonly columns: readonly string[];
  /** Takes a row as an object of its columns' bare texts. */
  readonly row: (how: Reading) => z.ZodType<Content>;
}

/** How the texts of a feed are to be read. */
export type Reading = InstantReading & Pick<SourceSettings, 'decimal' | 'statuses' | 'reasons'>;

export function readingOf({ timeZone, ...settings }: SourceSettings): Reading {
  return { ...settings, offsetAt: timeZone === null ? null : offsetsOf(timeZone) };
}

/** A file has few words, again and again: those that came last need no second look, of which a file has millions. */
function remember<Meaning>(read: (word: string) => Meaning): (word: string) => Meaning {
  const known = new Map<string, Meaning>();
  return (word) => {
    const meaning = known.get(word);
    if (meaning !== undefined) return meaning;
    if (known.size >= FEED_WORDS_REMEMBERED_MAX) known.clear();
    const found = read(word);
    known.set(word, found);
    return found;
  };
}

export const text = z.string().default('');
export const orNull = text.transform((value) => (value === '' ? null : value));
export const required = text.pipe(z.string().min(1, 'it must not be empty'));

const ONE_LINE = new RegExp(label('an id').pattern ?? '', 'u');
const NOT_ONE_LINE =
  'it has a line break, another control character, or a mark that turns its direction, and nobody could type it';

/** What a feed makes, people name in commands: so the rule is that of commands. */
export const newNameOrNull = orNull.refine((value) => value === null || ONE_LINE.test(value), NOT_ONE_LINE);

const notLost = (value: string | null) => value === null || lossOf(value) === null;
const WHY_LOST = { error: ({ input }: { input?: unknown }) => lossOf(String(input)) ?? 'it is not valid' };

/** An id by which rows are one thing: taken as it is, several things that a program has spoiled the same way would be one. */
export const knownBy = required.refine(notLost, WHY_LOST);
export const knownByOrNull = orNull.refine(notLost, WHY_LOST);

export const newId = knownBy.pipe(z.string().regex(ONE_LINE, NOT_ONE_LINE));
export const newIdOrNull = newNameOrNull.refine(notLost, WHY_LOST);

/** A bin may be called anything, such as NONE. */
export const bin = orNull.refine((value) => value === null || !isRounded(value), {
  error: ({ input }) => lossOf(String(input)) ?? 'it is not valid',
});

/** Null for one word, in any case; a reason for refusing anything else names it. */
export function nullFor<Value>(word: string, value: z.ZodType<Value>): z.ZodType<Value | null> {
  return text.transform((given, context) => {
    if (given.toLowerCase() === word) return null;
    const read = value.safeParse(given);
    if (read.success) return read.data;
    const fault = read.error.issues[0]?.message ?? 'it is not valid';
    context.addIssue(word === '' ? fault : `${fault}, or ${word}`);
    return z.NEVER;
  });
}

/** What is empty is null. */
export const ifGiven = <Value>(value: z.ZodType<Value>): z.ZodType<Value | null> => nullFor('', value);

export function units(
  { decimal }: Reading,
  { min, max, ifEmpty = '' }: { min: number; max: number; ifEmpty?: string },
) {
  return text
    .transform((value, context) => {
      const read = readWholeUnits(value || ifEmpty, decimal);
      if ('units' in read) return read.units;
      context.addIssue(read.fault);
      return z.NEVER;
    })
    .pipe(z.number().min(min, `it must be at least ${min}`).max(max, `it must be at most ${max}`));
}

const yes = ['Y', 'YES', 'TRUE', '1'];
const no = ['N', 'NO', 'FALSE', '0', ''];
export const flag = text
  .transform((value) => value.toUpperCase())
  .pipe(z.enum([...yes, ...no], 'it must be Y or N'))
  .transform((value) => yes.includes(value));

const readIdType = remember(readProductIdType);

const idType = text.transform((value, context) => {
  const type = readIdType(value);
  if (type !== null) return type;
  context.addIssue('it must be SKU, UPC, UPCA or productId');
  return z.NEVER;
});

/** Kept as an instant in UTC. */
export function time(how: Reading) {
  return text.transform((value, context) => {
    const read = readInstant(value, how);
    if ('instant' in read) return read.instant.toISOString();
    context.addIssue(read.fault);
    return z.NEVER;
  });
}

/** The same, with a time of day: what has happened on that day is before it, or after it. */
export function moment(how: Reading) {
  return text.transform((value, context) => {
    const read = readInstant(value, how);
    if ('instant' in read && !read.isDay) return read.instant.toISOString();
    context.addIssue('fault' in read ? read.fault : NO_TIME_OF_DAY);
    return z.NEVER;
  });
}

const NO_TIME_OF_DAY =
  'it has no time of day, so nobody can tell what of that day is in the count: send the time, too, or leave it empty';

export function timeOrNull(how: Reading) {
  return text.transform((value) => {
    const read = readInstant(value, how);
    return 'instant' in read ? read.instant.toISOString() : null;
  });
}

/** Null: nothing is told. What is told and cannot be read is something to tell of, and so is a day without a time. */
export function timeIfTold(how: Reading) {
  return text.transform((value) => {
    if (value === '') return null;
    const read = readInstant(value, how);
    return 'instant' in read && !read.isDay ? read.instant.toISOString() : UNREADABLE;
  });
}

/** A label never decides over stock: one that nobody knows is kept as it came. */
export function reason({ reasons }: Reading) {
  return text.transform((value) => (value === '' ? LEDGER_REASONS.variance : calledByUs(value, reasons)));
}

export function status({ statuses }: Reading) {
  const readStatus = remember((value) => readOrderStatus(value, statuses));
  return text.transform((value, context) => {
    const known = readStatus(value);
    if (known !== null) return known;
    context.addIssue(
      `it must be one of ${ORDER_ITEM_STATUSES.join(', ')}, or said for its source (--status ${STATUS_EXAMPLE})`,
    );
    return z.NEVER;
  });
}

const STATUS_EXAMPLE = 'ITEM_HOLD=ITEM_CREATED';

export const product = { idType, idValue: required };
export const facility = { facilityId: orNull, externalFacilityId: orNull };

export function hasFacility(row: { facilityId: string | null; externalFacilityId: string | null }): boolean {
  return row.facilityId !== null || row.externalFacilityId !== null;
}

export const FACILITY_MISSING = {
  path: ['facilityId'],
  error: 'facilityId or externalFacilityId must be given',
};

/** Columns are the same however a sender writes. */
export const columnsOf = (row: (how: Reading) => { readonly shape: object }): readonly string[] =>
  Object.keys(row(readingOf(NO_SETTINGS)).shape);
