/** TRANSFER: units that go from one facility to another. */
import { z } from 'zod';
import { TRANSFER_STATUSES, type TransferRow } from '../../domain/feed-type.ts';
import { ORDER_UNITS_MAX } from '../../domain/limits.ts';
import { readTransferStatus } from '../../domain/recognition/transfer-status.ts';
import {
  columnsOf,
  knownBy,
  orNull,
  product,
  text,
  units,
  type FeedSchema,
  type Reading,
} from '../feed-values.ts';

function transferStatus({ statuses }: Reading) {
  return text.transform((value, context) => {
    const known = readTransferStatus(value, statuses);
    if (known !== null) return known;
    context.addIssue(
      `it must be one of ${TRANSFER_STATUSES.join(', ')}, or said for its source (--status Unterwegs=SHIPPED)`,
    );
    return z.NEVER;
  });
}

const columns = (how: Reading) =>
  z.object({
    ...product,
    transferId: knownBy,
    // Taken for one line, two cartons of a product would be two states of the same units.
    itemSeqId: knownBy,
    quantity: units(how, { min: 0, max: ORDER_UNITS_MAX }),
    fromFacilityId: orNull,
    fromExternalFacilityId: orNull,
    toFacilityId: orNull,
    toExternalFacilityId: orNull,
    statusId: transferStatus(how),
  });

export const TRANSFER_SCHEMA: FeedSchema<TransferRow> = {
  required: [
    ['transferId'],
    ['itemSeqId'],
    ['idValue'],
    ['quantity'],
    ['fromFacilityId', 'fromExternalFacilityId', 'toFacilityId', 'toExternalFacilityId'],
    ['statusId'],
  ],
  columns: columnsOf(columns),
  row: columns,
};
