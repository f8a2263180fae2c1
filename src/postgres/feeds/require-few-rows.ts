/** What stays one transaction has few rows: orders would wait for more. */
import { AtpError } from '../../domain/errors.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import { ONE_TRANSACTION_ROWS_MAX } from '../../domain/limits.ts';

/** @throws AtpError FEED_ROWS_TOO_MANY */
export function requireFewRows(
  { type, fileName }: { readonly type: FeedType; readonly fileName: string },
  rows: number,
  dryRun: boolean,
): void {
  const isTried = type === 'ORDER_ITEMS' && dryRun;
  if (rows <= ONE_TRANSACTION_ROWS_MAX || !(isTried || type === 'TRANSFER')) return;
  const what = isTried ? 'a dry run of order lines' : `a feed of ${type}`;
  throw new AtpError('FEED_ROWS_TOO_MANY', { fileName, rows, what, rowsMax: ONE_TRANSACTION_ROWS_MAX });
}
