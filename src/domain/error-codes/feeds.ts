/** Feeds and their rows. */
import { FEED_TYPES } from '../feed-type.ts';
import {
  FEED_ROWS_MAX,
  FEED_SIZE_MAX_BYTES,
  ORDER_LINES_KEPT_DAYS,
  TRANSFERS_KEPT_DAYS,
  UNITS_MAX,
} from '../limits.ts';
import type { ErrorEntry } from './error-entry.ts';

const TYPES = FEED_TYPES.join(', ');
const GIB = 1024 ** 3;

export const FEED_ERRORS = {
  FEED_TYPE_UNKNOWN: {
    class: 'callers-fault',
    message: (d) =>
      d.type
        ? `"${d.type}" is no feed type, so "${d.fileName}" was not imported.`
        : `"${d.fileName}" has no known feed type.`,
    hint: {
      cases: [
        {
          when: '`atp import` was used',
          applies: (d) => d.type !== undefined,
          hint: `\`atp import <file> --type\` takes ${TYPES}.`,
        },
      ],
      otherwise: `Name the file <TYPE>__<anything>.csv, or put it into incoming/<TYPE>/, or say the type of its folder: \`atp source add <folder> --type <type>\`; types: ${TYPES}.`,
    },
  },
  FEED_HEADER_INVALID: {
    class: 'callers-fault',
    message: (d) =>
      `"${d.fileName}" lacks the column${d.plural} ${d.columns}; its values were read as separated by a ${d.separator}.${d.sign ? ` They seem to be separated by "${d.sign}", which nobody reads: export it with commas, semicolons, tabs or pipes.` : ''}`,
    hint: 'The first line names the columns, as docs/reference/files.md lists them for the type; case, blanks and signs do not count. Other names are said once for a source: `atp source set <source> --column "Available Qty=availableQty"`. `atp source columns <file>` proposes which is which, and `atp source test <file>` shows how it is read.',
  },
  FEED_UNREADABLE: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" is not a readable CSV file: ${d.reason}.`,
    hint: `Send separated values with one header line, best in UTF-8 (RFC 4180); at most ${thousands(FEED_ROWS_MAX)} rows and ${FEED_SIZE_MAX_BYTES / GIB} GiB in one file.`,
  },
  FEED_ALREADY_IMPORTED: {
    class: 'callers-fault',
    message: (d) =>
      `"${d.fileName}" was imported at ${d.at} with the same content: its differences would count twice.`,
    hint: 'If they have happened twice, send them under another name: another name is another event.',
  },
  FEED_VALUE_INVALID: {
    class: 'row',
    message: (d) => `Column ${d.column}: ${d.reason}.`,
    hint: 'Correct the value and send the row again in a new file.',
  },
  FEED_ROW_UNREADABLE: {
    class: 'row',
    message: (d) => `The row cannot be read: ${d.reason}.`,
    hint: 'Give the row one value for each column of the header, and send it again in a new file.',
  },
  FEED_ROW_DUPLICATE: {
    class: 'row',
    message: (d) =>
      d.isTotal
        ? `Row ${d.otherRow} has no bin, and the sum of the bins of this product at facility "${d.facilityId}": it may be their total, or as many units more.`
        : `Row ${d.otherRow} counts the same product at facility "${d.facilityId}", and the counts are not equal.`,
    hint: 'None of these rows was imported: send the right one in a new file. If they are bins, give them different values of locationSeqId; if the last one or their sum is meant, say so for the source: `atp source set <source> --rows last`, or `sum`.',
  },
  FEED_ROW_CONTRADICTED: {
    class: 'row',
    message: (d) =>
      `Row ${d.otherRow} says something else of the same thing, and nobody can say which is right.`,
    hint: 'None of these rows was imported: send the right one in a new file. If the last one is meant, say so for the source: `atp source set <source> --rows last`.',
  },
  FEED_COUNT_INCOMPLETE: {
    class: 'row',
    message: (d) =>
      `Row ${d.otherRow} counts the same product at facility "${d.facilityId}", or seems to, and is refused: so what is there in all is not known.`,
    hint: 'Correct that row, and send all rows of the product at this facility again.',
  },
  COUNT_OVERTAKEN: {
    class: 'row',
    message: (d) => `It is older than the last count at facility "${d.facilityId}", of ${d.countedAt}.`,
    hint: 'Nothing to do when it was sent late: the newer count stands.',
  },
  SETTING_OVERTAKEN: {
    class: 'row',
    message: (d) =>
      `Somebody has changed the settings of "${d.sku}" at facility "${d.facilityId}" while the feed was being set: they stay as they are now.`,
    hint: 'Nothing to do when the later change is right; else send the row again in a new file.',
  },
  FACILITY_VIRTUAL: {
    class: 'row',
    message: (d) => `Facility "${d.facilityId}" is virtual: it has no stock.`,
    hint: 'Name the store or warehouse that has the units; `atp facility list` shows the types.',
  },
  LEVEL_OUT_OF_RANGE: {
    class: 'row',
    message: () =>
      `The quantity would leave the range from −${thousands(UNITS_MAX)} to ${thousands(UNITS_MAX)}.`,
    hint: 'Correct the quantity; no real stock is that large.',
  },
  FEED_UNSETTLED: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" changed while it was read, so it is still being sent.`,
    hint: 'Nothing to do: the next run takes it. If the sender uploads as <name>.part and then renames, no run ever meets half a file.',
  },
  FEED_NOT_READABLE: {
    class: 'callers-fault',
    message: (d) => `The SFTP server does not let us read "${d.fileName}".`,
    hint: 'Give the user of SFTP_URL the right to read it, or take the file away. It holds back the feeds behind it in its folder; others go on.',
  },
  FEED_CHECKSUM_MISMATCH: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" is not what its checksum file tells: sha256 ${d.found}, told ${d.told}.`,
    hint: 'It was cut off on its way, or changed after its checksum was made. Send both again.',
  },
  FEED_GREW: {
    class: 'callers-fault',
    message: (d) =>
      `"${d.fileName}" grew after it was imported, and ${d.reason}. What was applied then stays; of what came later nothing is applied.`,
    hint: {
      cases: [
        {
          when: 'it is another upload of the same name',
          applies: (d) => d.importId !== undefined,
          hint: (d) =>
            `Undo what came in part (\`atp import undo ${d.importId} --reason <text>\`), and send the whole again. If all of it has happened anew, send it under another name.`,
        },
      ],
      otherwise:
        'Compare it with the feed before in the ledger (`atp explain <sku>`), and send the rows that are missing in a file of another name. A sender that puts <name>.done beside a feed last is never met half-way.',
    },
  },
  FEED_ROWS_TOO_MANY: {
    class: 'callers-fault',
    message: (d) =>
      `"${d.fileName}" has ${d.rows} rows, and ${d.what} may have ${d.rowsMax} at most: orders wait for its quantities until the last row is posted.`,
    hint: 'Nothing of it is applied. Send it in several files, which are imported one after the other; a line of a transfer may be in any of them. Large feeds of order lines are imported in chunks, only not tried in a dry run.',
  },
  FEED_GONE: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" is no longer in incoming/.`,
    hint: 'Look for it in archive/ and error/: another run may have moved it there. If it is in neither, send it again.',
  },
  IMPORT_BUSY: {
    class: 'retry',
    message: (d) => `"${d.fileName}" waits for another import of the same rows: ${d.reason}.`,
    hint: 'A job tries again by itself; repeat a command. If it lasts, look for a stuck session: select * from pg_stat_activity.',
  },
  ORDER_LINE_DUPLICATE: {
    class: 'row',
    message: (d) =>
      `Line ${d.orderItemSeqId} of the shop's order "${d.externalOrderId}" is known as order "${d.orderId}".`,
    hint: "A shop's order line is counted once: send it under the orderId under which it came first.",
  },
  ORDER_WATERMARK_IN_FUTURE: {
    class: 'row',
    message: (d) => `Orders cannot be complete up to ${d.completeUntil}: that time is still to come.`,
    hint: 'State a time that has passed, with its right offset from UTC; if it was right, set the clock of the machine that states it.',
  },
  ORDER_WATERMARK_GOES_BACK: {
    class: 'row',
    message: (d) =>
      `The orders of shop "${d.shopId}" were stated to be complete up to ${d.knownUntil} before.`,
    hint: 'Send feeds in their order. If the earlier statement was wrong, a person takes it back: `atp shop set <shopId> --order-watermark <time>`, or `none`.',
  },
  ORDER_ITEM_COMPLETED: {
    class: 'row',
    message: (d) =>
      `Line ${d.orderItemSeqId} of order "${d.orderId}" is completed, so it cannot change any more.`,
    hint: 'Send a return as a variance with reasonEnumId RTN_ITM_RCPT. If it was not shipped after all, send its open state with a later updatedAt, or say for its source that open states count: `atp source set <source> --reopen yes`.',
  },
  ORDER_ITEM_CANCELLED: {
    class: 'row',
    message: (d) =>
      `Line ${d.orderItemSeqId} of order "${d.orderId}" is cancelled, so an open state of it is an old one.`,
    hint: 'Nothing to do when it was sent again or late. If the units are ordered after all, send the state with a later updatedAt, or say for its source that open states count: `atp source set <source> --reopen yes`.',
  },
  ORDER_LINE_TOO_OLD: {
    class: 'row',
    message: (d) =>
      `Line ${d.orderItemSeqId} of order "${d.orderId}" is more than ${ORDER_LINES_KEPT_DAYS - 1} days old and not known: it may have been shipped, and removed since.`,
    hint: 'Nothing to do if it is an old order that comes again. If it is still open, or its units leave the stock only now, send it with the time of now as its orderDate.',
  },
  ORDER_ROW_REJECTED: {
    class: 'row',
    message: (d) => `Not applied: ${d.by} has ended import ${d.importId} before this row: ${d.reason}.`,
    hint: 'It claims no stock, and its sale is kept back from its shop. Send the row again in a file of its own, once the reason is gone.',
  },
  TRANSFER_CHANGED: {
    class: 'row',
    message: (d) =>
      `Line ${d.itemSeqId} of transfer "${d.transferId}" is known with another product or facility.`,
    hint: 'A line is one product on one way. Send another way or product as another line; cancel the first if it was wrong.',
  },
  TRANSFER_CANCELLED: {
    class: 'row',
    message: (d) =>
      `Line ${d.itemSeqId} of transfer "${d.transferId}" is cancelled, so nothing is shipped or received of it.`,
    hint: 'Nothing to do when it was sent again or late. If the units are on their way after all, send them as another line.',
  },
  TRANSFER_REMOVED: {
    class: 'row',
    message: (d) =>
      `Transfer "${d.transferId}" has ended, and was removed after ${TRANSFERS_KEPT_DAYS} days, so nothing more is known of line ${d.itemSeqId}.`,
    hint: 'Nothing to do when an old file was sent again. A transfer that is new needs an id that was not used before.',
  },
  TRANSFER_RECEIVED: {
    class: 'row',
    message: (d) =>
      `Line ${d.itemSeqId} of transfer "${d.transferId}" was received, so it cannot be cancelled any more.`,
    hint: 'Send what goes back as another transfer. If fewer were received, send RECEIVED again with the right quantity.',
  },
  SOURCE_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `Nothing was said of a source "${d.source}".`,
    hint: '`atp source list` shows the sources; `atp source add <source>` adds one, by the name of its folder below incoming/.',
  },
  SOURCE_EXISTS: {
    class: 'callers-fault',
    message: (d) => `The source "${d.source}" exists already.`,
    hint: (d) => `\`atp source set ${d.source}\` changes what was said of it.`,
  },
  FEED_NOT_REFUSED: {
    class: 'callers-fault',
    message: (d) => `No refused feed "${d.fileName}" waits for anybody.`,
    hint: '`atp feed list` shows those that do.',
  },
} as const satisfies Record<string, ErrorEntry>;

/** `1,000,000`. */
function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
