/** The name of an order line's status, as senders write it. */
import { ORDER_ITEM_STATUSES, type OrderItemStatus } from '../feed-type.ts';
import { calledByUs } from './called.ts';
import { plainName } from './column-names.ts';

/**
 * Other words that mean one thing for the stock: a line that claims units, one whose units have left, one that claims none any more.
 * What may mean two things is none of them: `closed`, `returned`, `rejected` (by a store, and so ordered still).
 */
const ALSO: Readonly<Record<string, OrderItemStatus>> = {
  open: 'ITEM_CREATED',
  new: 'ITEM_CREATED',
  placed: 'ITEM_CREATED',
  pending: 'ITEM_CREATED',
  unfulfilled: 'ITEM_CREATED',
  processing: 'ITEM_APPROVED',
  allocated: 'ITEM_APPROVED',
  reserved: 'ITEM_APPROVED',
  complete: 'ITEM_COMPLETED',
  shipped: 'ITEM_COMPLETED',
  fulfilled: 'ITEM_COMPLETED',
  delivered: 'ITEM_COMPLETED',
  canceled: 'ITEM_CANCELLED',
  cancel: 'ITEM_CANCELLED',
  void: 'ITEM_CANCELLED',
  voided: 'ITEM_CANCELLED',
};

/** `item_created`, `Item Created` and `Created` are ITEM_CREATED, and so are the words of ALSO. Null: it is no status that we know. */
export function readOrderStatus(
  text: string,
  called: Readonly<Record<string, string>>,
): OrderItemStatus | null {
  const plain = plainName(calledByUs(text, called)).replace(/^item/, '');
  const known = ORDER_ITEM_STATUSES.find((status) => plainName(status).replace(/^item/, '') === plain);
  return known ?? (Object.hasOwn(ALSO, plain) ? (ALSO[plain] ?? null) : null);
}
