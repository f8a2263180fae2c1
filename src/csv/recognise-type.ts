/** The type of a feed that neither its name nor its folder nor its source says. */
import { AtpError, isCoded } from '../domain/errors.ts';
import { feedTypeOf } from '../domain/feed.ts';
import type { FeedType } from '../domain/feed-type.ts';
import { withFeed, type FeedFile } from './feed-csv.ts';

/**
 * Types with a column that no other type has, and that means one thing only. REC_INV_COUNT is not among them: units in a column
 * `quantity` may be counted, sold or delivered. Nor are those of master data: nearly every file has a SKU, or a facility.
 */
const KNOWN_BY_HEADER: readonly FeedType[] = [
  'RESET_INVENTORY',
  'MDM_INV_VARIANCE',
  'TRANSFER',
  'ORDER_ITEMS',
  'ORDER_WATERMARK',
  'SHOPIFY_INVENTORY',
];

/**
 * The type that its name, its folder or its source says; else the one whose columns its header has, where it is one alone.
 *
 * @param path below `incoming/`, or a bare file name
 * @throws AtpError FEED_TYPE_UNKNOWN, FEED_UNREADABLE
 */
export async function typeOfFeed(path: string, file: Omit<FeedFile<FeedType>, 'type'>): Promise<FeedType> {
  try {
    return feedTypeOf(path, file.settings?.type);
  } catch (error) {
    const [type, ...others] = await typesThatFit(file);
    if (type === undefined || others.length > 0) throw error;
    return type;
  }
}

async function typesThatFit(file: Omit<FeedFile<FeedType>, 'type'>): Promise<readonly FeedType[]> {
  const fitting: FeedType[] = [];
  const faults: AtpError[] = [];
  for (const type of KNOWN_BY_HEADER) {
    try {
      fitting.push(await withFeed({ ...file, type }, () => Promise.resolve(type)));
    } catch (error) {
      if (!(error instanceof AtpError)) throw error;
      faults.push(error);
    }
  }
  // What nobody can read has no header: that is the first thing to mend.
  const unreadable = faults.find((fault) => isCoded(fault, 'FEED_UNREADABLE'));
  if (unreadable && faults.every((fault) => isCoded(fault, 'FEED_UNREADABLE')) && fitting.length === 0)
    throw unreadable;
  return fitting;
}
