/** The name of an order line's status, as senders write it. */
import { ORDER_ITEM_STATUSES, type OrderItemStatus } from '../feed-type.ts';
import { calledByUs } from './called.ts';
import { plainName } from './column-names.ts';

/** `item_created`, `Item Created` and `Created` are ITEM_CREATED, and so is American spelling. Null: it is no status that we know. */
export function readOrderStatus(
  text: string,
  called: Readonly<Record<string, string>>,
): OrderItemStatus | null {
  const known = plainName(calledByUs(text, called))
    .replace(/^item/, '')
    .replace(/^canceled$/, 'cancelled');
  return ORDER_ITEM_STATUSES.find((status) => plainName(status).replace(/^item/, '') === known) ?? null;
}
