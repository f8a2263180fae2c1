import type { SourceSettings } from '../../../src/domain/feed-source.ts';
import type { FeedType } from '../../../src/domain/feed-type.ts';

/** One file, and what must come of it. */
export interface CorpusFile {
  readonly name: string;
  /** Where the way of writing is described, of files as real programs write them. */
  readonly source?: string;
  /** Absent: RESET_INVENTORY. */
  readonly type?: FeedType;
  /** @param sku a product that only this file names */
  readonly content: (sku: string) => string | Buffer;
  readonly settings?: Partial<SourceSettings>;
  /** The code of a file that is refused as a whole; else what is on hand at BROADWAY afterwards. */
  readonly outcome: string | number;
  /** Codes of refused rows, by their numbers. */
  readonly refused?: Readonly<Record<number, string>>;
}

/** A count of 7 at BROADWAY under the usual header, with the row's line end and separator. */
export const countOf = (sku: string, { separator = ',', end = '\n', units = '7' } = {}) =>
  [
    ['idValue', 'facilityId', 'availableQty'],
    [sku, 'BROADWAY', units],
  ]
    .map((values) => values.join(separator) + end)
    .join('');
