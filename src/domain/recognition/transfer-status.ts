/** The name of a transfer line's status, as senders write it. */
import { TRANSFER_STATUSES, type TransferStatus } from '../feed-type.ts';
import { calledByUs } from './called.ts';
import { plainName } from './column-names.ts';

/** Other names that mean one thing only: those of Apache OFBiz (its seed data, status type INV_XFER_STTS), and common words. */
const ALSO: Readonly<Record<string, TransferStatus>> = {
  ixfrequested: 'CREATED',
  ixfscheduled: 'CREATED',
  ixfenroute: 'SHIPPED',
  ixfcomplete: 'RECEIVED',
  ixfcancelled: 'CANCELLED',
  approved: 'CREATED',
  intransit: 'SHIPPED',
  enroute: 'SHIPPED',
  canceled: 'CANCELLED',
};

/** In any case, with or without `ITEM_` or `TRANSFER_` in front. Null: it is no status that we know. */
export function readTransferStatus(
  text: string,
  called: Readonly<Record<string, string>>,
): TransferStatus | null {
  const plain = plainName(calledByUs(text, called)).replace(/^(item|transfer)/, '');
  const known = TRANSFER_STATUSES.find((status) => plainName(status) === plain);
  return known ?? (Object.hasOwn(ALSO, plain) ? (ALSO[plain] ?? null) : null);
}
