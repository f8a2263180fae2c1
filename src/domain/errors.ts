/**
 * Every failure that a person can meet, with a stable code, what happened and what to do.
 *
 * The code is an interface: scripts match on it, Temporal shows it as the failure's type, and
 * docs/reference/errors.md lists it. The class (error-class.ts) decides what a machine does next.
 */
import type { ErrorClass } from './error-class.ts';

interface ErrorEntry {
  readonly class: ErrorClass;
  readonly message: (detail: ErrorDetail) => string;
  readonly hint: string;
}

/** Values that a message names: ids, counts, file names. Never a secret, a token or a customer's data. */
export type ErrorDetail = Readonly<Record<string, string | number | null | undefined>>;

export const ERRORS = {
  // The caller's input
  INPUT_INVALID: {
    class: 'callers-fault',
    message: (d) => `The input is not valid: ${d.reason}.`,
    hint: 'Correct the named field and start again; docs/reference/cli.md lists the inputs of every job.',
  },
  CONFIG_INVALID: {
    class: 'callers-fault',
    message: (d) => `The configuration is not valid: ${d.reason}.`,
    hint: 'Set the named environment variables; docs/reference/config.md explains each one.',
  },
  ROLE_INSUFFICIENT: {
    class: 'not-allowed',
    message: (d) => `${d.act} is for the role ${d.needed}; you have the role ${d.role}.`,
    hint: 'Ask somebody with that role to do it, or an admin to give it to you.',
  },
  SHOP_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no shop "${d.shopId}".`,
    hint: '`atp shop list` shows the shops; `atp shop add` makes one.',
  },
  SHOP_GROUP_MISMATCH: {
    class: 'callers-fault',
    message: (d) =>
      `Shop "${d.shopId}" sells the stock of facility group "${d.shopGroupId}", not of "${d.facilityGroupId}".`,
    hint: 'Leave facilityGroupId out, or name the group that belongs to the shop.',
  },
  SHOP_EXISTS: {
    class: 'callers-fault',
    message: (d) => `Shop "${d.shopId}", or another one with the same domain and location, exists already.`,
    hint: '`atp shop list` shows it.',
  },
  SHOP_BUSY: {
    class: 'not-now',
    message: (d) => `Files of shop "${d.shopId}" are being applied to Shopify right now.`,
    hint: 'Wait until Process uploads has ended (`atp lane <shop>` shows it), then try again.',
  },
  FACILITY_GROUP_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no facility group "${d.facilityGroupId}".`,
    hint: '`atp group list` shows the groups; `atp group create` makes one.',
  },
  FACILITY_GROUP_EXISTS: {
    class: 'callers-fault',
    message: (d) => `Facility group "${d.facilityGroupId}" exists already.`,
    hint: '`atp group set` changes it.',
  },
  FACILITY_UNKNOWN: {
    class: 'row',
    message: (d) => `There is no facility "${d.facilityId}".`,
    hint: '`atp facility list` shows the facilities with their external ids; `atp facility add` makes one.',
  },
  FACILITY_EXISTS: {
    class: 'callers-fault',
    message: (d) => `Facility "${d.facilityId}", or another one with its external id, exists already.`,
    hint: '`atp facility set` changes it.',
  },
  FACILITY_TYPE_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no facility type "${d.facilityTypeId}".`,
    hint: 'Use RETAIL_STORE, WAREHOUSE, or VIRTUAL_FACILITY and its kinds for places that hold no stock.',
  },
  MEMBERSHIP_EXISTS: {
    class: 'callers-fault',
    message: (d) =>
      `Facility "${d.facilityId}" is a member of "${d.facilityGroupId}" during that time already.`,
    hint: 'End the membership first: `atp group remove <facilityGroupId> <facilityId>`.',
  },
  MEMBERSHIP_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `Facility "${d.facilityId}" is not a member of "${d.facilityGroupId}" at that time.`,
    hint: '`atp group list --json` shows the members with their dates.',
  },
  PRODUCT_UNKNOWN: {
    class: 'row',
    message: (d) => `There is no product with ${d.idType ?? 'SKU'} "${d.idValue}".`,
    hint: '`atp product list` shows the products; `atp product add` makes one.',
  },
  PRODUCT_EXISTS: {
    class: 'callers-fault',
    message: (d) => `Product "${d.productId}", or another one with its SKU or UPC, exists already.`,
    hint: '`atp product list` shows it.',
  },
  JOB_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no job "${d.given}"; the jobs are ${d.choices}.`,
    hint: '`atp job list` shows the jobs of every shop.',
  },
  JOB_NOT_SCHEDULED: {
    class: 'not-now',
    message: (d) => `${d.job} has no schedule.`,
    hint: '`atp job schedule <job> --every <…>` makes one; `atp job run <job>` runs it now.',
  },
  JOB_NOT_SKIPPED: {
    class: 'not-now',
    message: (d) => `No run of ${d.job} was skipped: ${d.reason}.`,
    hint: '`atp job show <job>` shows its next runs and whether it is paused.',
  },
  JOB_RUNNING: {
    class: 'not-now',
    message: (d) => `${d.job} is running already (workflow ${d.workflowId}, run ${d.runId}).`,
    hint: 'With --wait, the command waits for that run to end and then runs the job again.',
  },
  JOB_STILL_RUNNING: {
    class: 'retry',
    message: (d) => `Workflow ${d.workflowId} is still running after ${d.waitedMinutes} minutes.`,
    hint: 'It goes on without this command; follow it in the Temporal UI.',
  },
  JOB_FAILED: {
    class: 'retry',
    message: (d) => `Workflow ${d.workflowId} ended without a result: ${d.reason}.`,
    hint: 'The Temporal UI shows its history; run the job again when the cause is gone.',
  },
  WORKER_NOT_POLLING: {
    class: 'retry',
    message: (d) =>
      `No worker polls the task queue "${d.taskQueue}", so ${d.workflowId ? `workflow ${d.workflowId} waits to be worked on` : 'nothing was decided'}.`,
    hint: '`atp worker` starts one (`atp up` brings its own). A job that was started is kept and goes on by itself then; a decision is to be made again.',
  },

  // Feeds
  FEED_TYPE_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" has no known feed type.`,
    hint: 'Name the file <TYPE>__<anything>.csv or put it into incoming/<TYPE>/; types: RESET_INVENTORY, MDM_INV_VARIANCE, ORDER_ITEMS.',
  },
  FEED_HEADER_INVALID: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" lacks the column${d.plural} ${d.columns}.`,
    hint: 'The first line names the columns, exactly as docs/reference/files.md lists them for the type.',
  },
  FEED_UNREADABLE: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" is not a readable CSV file: ${d.reason}.`,
    hint: 'Send comma separated values in UTF-8 with one header line (RFC 4180).',
  },
  FEED_ALREADY_IMPORTED: {
    class: 'callers-fault',
    message: (d) =>
      `"${d.fileName}" has the same content as "${d.earlierFileName}", which was applied at ${d.at}.`,
    hint: 'A feed is applied once. If the rows are meant to count again, send them in a file that differs, for example in its comments.',
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
    message: (d) => `Row ${d.firstRow} sets the same product at the same facility "${d.facilityId}" already.`,
    hint: 'A count is one number: keep the row that is right, and send it in a new file if it is this one.',
  },
  FACILITY_VIRTUAL: {
    class: 'row',
    message: (d) => `Facility "${d.facilityId}" is virtual: it holds no stock.`,
    hint: 'Name the store or warehouse that holds the units; `atp facility list` shows the types.',
  },
  LEVEL_OUT_OF_RANGE: {
    class: 'row',
    message: () => 'The quantity would leave the range from −1,000,000,000 to 1,000,000,000.',
    hint: 'Correct the quantity; no real stock is that large.',
  },
  FEED_UNSETTLED: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" changed while it was read, so it is still being sent.`,
    hint: 'Nothing to do: the next run takes it. Send a file as <name>.part and rename it, then it is never seen half.',
  },
  FEED_GONE: {
    class: 'callers-fault',
    message: (d) => `"${d.fileName}" is no longer in incoming/.`,
    hint: 'Look for it in archive/ and error/: another run may have filed it. If it is in neither, send it again.',
  },
  IMPORT_BUSY: {
    class: 'retry',
    message: (d) => `"${d.fileName}" waits for another import of the same rows: ${d.reason}.`,
    hint: 'It is tried again. If it lasts, look for a stuck session: select * from pg_stat_activity.',
  },
  ORDER_LINE_DUPLICATE: {
    class: 'row',
    message: (d) =>
      `Line ${d.orderItemSeqId} of the shop's order "${d.externalOrderId}" is known as order "${d.orderId}".`,
    hint: "A shop's order line is counted once: send it under the orderId under which it came first.",
  },
  ORDER_ITEM_COMPLETED: {
    class: 'row',
    message: (d) =>
      `Line ${d.orderItemSeqId} of order "${d.orderId}" is completed, so it cannot change any more.`,
    hint: 'A return is a variance with reasonEnumId RTN_ITM_RCPT; a wrong shipment is corrected by a variance, too.',
  },
  ORDER_ITEM_FACILITY_REQUIRED: {
    class: 'row',
    message: () => 'A completed item names the facility that shipped it.',
    hint: 'Fill facilityId: the quantity on hand is taken from there.',
  },

  // Producing files
  HARD_SYNC_REQUIRED: {
    class: 'not-now',
    message: (d) => `Shop "${d.shopId}" needs a Hard Sync before anything else is sent: ${d.reason}.`,
    hint: '`atp job run hard-sync --shop <shop>` publishes everything and gives the deltas a new start.',
  },
  SHOP_NOT_MAPPED: {
    class: 'not-now',
    message: (d) => `Shop "${d.shopId}" has no product that is mapped to Shopify.`,
    hint: '`atp shop map <shop>` reads the shop’s catalogue and matches it by SKU.',
  },
  SHOP_CATALOGUE_EMPTY: {
    class: 'callers-fault',
    message: (d) =>
      `Shopify shows no variant with a SKU in the catalogue of shop "${d.shopId}", which has mapped products.`,
    hint: 'The mapping stays as it is. Look at the shop in Shopify; if it is empty on purpose, remove the shop with `atp shop remove`.',
  },
  PRODUCER_BUSY: {
    class: 'retry',
    message: (d) =>
      `Another job is producing a file for shop "${d.shopId}" since more than ${d.waitedMs} ms.`,
    hint: "It is tried again. If it lasts, look for a stuck session: select * from pg_locks where locktype = 'advisory'.",
  },

  // The file drop
  SFTP_UNREACHABLE: {
    class: 'retry',
    message: (d) => `The SFTP server at ${d.host}:${d.port} cannot be used: ${d.reason}.`,
    hint: 'Check SFTP_URL, the key file and the network. The job goes on when the server is back.',
  },
  SFTP_HOST_KEY_MISMATCH: {
    class: 'not-now',
    message: (d) => `The SFTP server at ${d.host}:${d.port} shows host key ${d.found}, not the pinned one.`,
    hint: 'If the server was renewed on purpose, set SFTP_HOST_KEY to its new fingerprint. Otherwise someone may stand in between.',
  },
  FILE_NAME_TAKEN: {
    class: 'blocks-lane',
    message: (d) =>
      `${d.name} exists on SFTP with other content (sha256 ${d.found}, expected ${d.expected}).`,
    hint: 'Move the foreign file away, then `atp lane <shop> retry <sequence>`; or `rewrite`, which keeps it under archive/<shop>/set-aside/.',
  },
  FILE_MISSING: {
    class: 'blocks-lane',
    message: (d) => `${d.name} is not on SFTP.`,
    hint: 'Someone moved or deleted the file. Put it back, then `atp lane <shop> retry <sequence>`; or `rewrite`, which makes it again. Nothing later is applied until then. A Hard Sync replaces it, too.',
  },
  FILE_CHECKSUM_MISMATCH: {
    class: 'blocks-lane',
    message: (d) =>
      `${d.name} on SFTP is not the file that was written (sha256 ${d.found}, expected ${d.expected}).`,
    hint: 'Someone changed the file. Put the original back, then `atp lane <shop> retry <sequence>`; or `rewrite`, which makes it again. Nothing later is applied until then. A Hard Sync replaces it, too.',
  },

  UPLOAD_FILE_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `Shop "${d.shopId}" has no file ${d.sequence}.`,
    hint: '`atp lane <shop>` shows the shop’s files.',
  },
  UPLOAD_FILE_NOT_BLOCKED: {
    class: 'callers-fault',
    message: (d) => `File ${d.sequence} of shop "${d.shopId}" is ${d.state}, so there is nothing to decide.`,
    hint: '`atp lane <shop>` shows which file holds the lane.',
  },

  UPLOAD_FILE_BLOCKED_OTHERWISE: {
    class: 'callers-fault',
    message: (d) =>
      `File ${d.sequence} of shop "${d.shopId}" is blocked by ${d.found}, not by ${d.expected}.`,
    hint: '`atp lane <shop>` shows why it is blocked now; decide with that in mind.',
  },
  UPLOAD_FILE_CALL_UNANSWERED: {
    class: 'not-now',
    message: (d) =>
      `A call of file ${d.sequence} of shop "${d.shopId}" has no answer since ${d.seconds} s: it may still arrive at Shopify.`,
    hint: 'Try again in two minutes, or `atp lane <shop> retry <sequence>`, which repeats the call and gets its answer.',
  },
  PLAN_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `Shop "${d.shopId}" has no plan ${d.plan}.`,
    hint: '`atp lane <shop>` shows the plans that wait for approval.',
  },
  PLAN_NOT_HELD: {
    class: 'callers-fault',
    message: (d) => `Plan ${d.plan} of shop "${d.shopId}" is ${d.state}, so there is nothing to decide.`,
    hint: '`atp lane <shop>` shows the plans that wait for approval.',
  },
  PLAN_OUTGROWN: {
    class: 'not-now',
    message: (d) =>
      `Plan ${d.plan} of shop "${d.shopId}" would now send ${d.beyond} more products to zero than were approved.`,
    hint: 'Nothing was sent. Run the job again: it is held as a new plan, which `atp lane <shop>` shows.',
  },
  PRODUCT_NOT_SET_APART: {
    class: 'callers-fault',
    message: (d) => `No product${d.sku ? ` "${d.sku}"` : ''} of shop "${d.shopId}" is set apart.`,
    hint: '`atp lane <shop>` lists the products that the last file could not bring.',
  },
  DECISION_CONFLICT: {
    class: 'retry',
    message: (d) => `The decision about shop "${d.shopId}" came while an earlier one was ending.`,
    hint: 'Nothing was decided; try again.',
  },

  // The lane and Shopify
  LANE_TAKEN_OVER: {
    class: 'not-now',
    message: (d) => `Another run has taken over the lane of shop "${d.shopId}".`,
    hint: 'Nothing to do: the other run goes on where this one stopped.',
  },
  LANE_ATTEMPT_OVERTAKEN: {
    class: 'retry',
    message: (d) => `Another attempt of this run works in the lane of shop "${d.shopId}".`,
    hint: 'Nothing to do: the attempt begins anew where the other one has stopped.',
  },
  SHOPIFY_UNREACHABLE: {
    class: 'retry',
    message: (d) => `Shopify does not answer for ${d.domain}: ${d.reason}.`,
    hint: 'The call is repeated with the same key, so it cannot count twice.',
  },
  SHOPIFY_THROTTLED: {
    class: 'retry',
    message: (d) => `Shopify asks ${d.domain} to slow down.`,
    hint: 'The call is repeated when the quota has recovered.',
  },
  SHOPIFY_ACCESS_DENIED: {
    class: 'blocks-lane',
    message: (d) => `Shopify refuses access to ${d.domain}: ${d.reason}.`,
    hint: 'Check the token and its scopes (write_inventory, read_products, read_locations), then `atp lane <shop> retry <sequence>` if a file is blocked by it.',
  },
  SHOPIFY_CREDENTIAL_MISSING: {
    class: 'blocks-lane',
    message: (d) => `The access token of shop "${d.shopId}" cannot be read from ${d.reference}.`,
    hint: 'Set the environment variable or write the file that the shop refers to, for the worker too; then `atp lane <shop> retry <sequence>` if a file is blocked by it.',
  },
  SHOPIFY_REQUEST_REFUSED: {
    class: 'blocks-lane',
    message: (d) => `Shopify refused a request for ${d.domain}: ${d.reason}.`,
    hint: 'Read the reason; `atp lane <shop>` shows the file. When the cause is mended, `atp lane <shop> retry <sequence>`.',
  },
  SHOPIFY_RESPONSE_UNEXPECTED: {
    class: 'retry',
    message: (d) => `Shopify answered something that is not understood: ${d.reason}.`,
    hint: 'The call is repeated with the same key. If it lasts, compare the API version in SHOPIFY_API_VERSION.',
  },
  LOCATION_UNUSABLE: {
    class: 'blocks-lane',
    message: (d) => `Shopify location ${d.locationId} of ${d.domain} cannot be used: ${d.reason}.`,
    hint: 'Activate the location in Shopify, then `atp lane <shop> retry <sequence>` if a file is blocked by it.',
  },

  // Rows that cannot be applied
  ITEM_NOT_FOUND: {
    class: 'row',
    message: (d) => `Shopify has no inventory item ${d.inventoryItemId}.`,
    hint: 'The variant was deleted or made anew: `atp shop map <shop>` finds the new one.',
  },
  ITEM_NOT_TRACKED: {
    class: 'row',
    message: (d) => `Shopify does not track the quantity of ${d.inventoryItemId}.`,
    hint: 'Switch "Track quantity" on for the variant in Shopify.',
  },
  LEVEL_INACTIVE: {
    class: 'row',
    message: (d) => `${d.inventoryItemId} is not stocked at the shop's location.`,
    hint: 'Stock the item at the location in Shopify; a quantity written now would not be sold.',
  },
  ITEM_NOT_MUTABLE: {
    class: 'row',
    message: (d) => `Shopify does not let the quantity of ${d.inventoryItemId} be set.`,
    hint: 'It is the parent of a bundle, or kept by another app: publish its components, or unmap the product.',
  },
  ROW_REFUSED: {
    class: 'row',
    message: (d) => `Shopify refused the row of ${d.inventoryItemId}: ${d.reason}.`,
    hint: 'Read the reason, mend its cause, and run a Hard Sync; it carries every product again.',
  },
  QUANTITY_STALE: {
    class: 'row',
    message: (d) =>
      `The quantity of ${d.inventoryItemId} changed on Shopify during each of ${d.tries} tries.`,
    hint: 'The product sells faster than it can be written; it is owed and comes with the next file.',
  },

  // Surroundings
  DATABASE_UNREACHABLE: {
    class: 'retry',
    message: (d) => `The database cannot be used: ${d.reason}.`,
    hint: 'Check DATABASE_URL and that Postgres runs; `atp up` starts an embedded one.',
  },
  DATABASE_READ_ONLY: {
    class: 'retry',
    message: () => 'The database takes no writes: it is a standby, or set to read-only.',
    hint: 'DATABASE_URL must lead to the primary. The job goes on when it does.',
  },
  DATABASE_NOT_MIGRATED: {
    class: 'not-now',
    message: () => 'The database does not have the tables of this release.',
    hint: '`atp migrate` brings them; `atp up` does so by itself.',
  },
  TEMPORAL_UNREACHABLE: {
    class: 'retry',
    message: (d) => `Temporal at ${d.address} does not answer: ${d.reason}.`,
    hint: 'Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE; `atp up` starts an embedded server.',
  },
  SEARCH_ATTRIBUTES_MISSING: {
    class: 'not-now',
    message: (d) => `The Temporal namespace does not know our search attributes: ${d.reason}.`,
    hint: 'Add them once: ShopId, FacilityGroupId, JobName and LaneState as Keyword, FileSequence as Int (`temporal operator search-attribute create`, or in Temporal Cloud’s UI).',
  },
  STACK_PART_UNAVAILABLE: {
    class: 'not-now',
    message: (d) =>
      `The embedded stack cannot get ${d.part}: ${d.reason}.${d.install ? ` Install ${d.install}.` : ''}`,
    hint: 'Install what the message names, or set DATABASE_URL, SFTP_URL or TEMPORAL_ADDRESS to a service that runs already (docs/guides/connect-your-own.md).',
  },
  STACK_PART_FAILED: {
    class: 'not-now',
    message: (d) => `${d.part} of the embedded stack did not start: ${d.reason}.`,
    hint: 'Read the log that the message names; `atp up` tries again and keeps the data.',
  },
  STACK_RUNNING: {
    class: 'not-now',
    message: (d) => `An embedded stack is running here already (process ${d.pid}).`,
    hint: '`atp status` shows its addresses; `atp down` ends it.',
  },
  STACK_NOT_STOPPED: {
    class: 'not-now',
    message: (d) => `The embedded stack (process ${d.pid}) has not ended after ${d.waitedMs} ms.`,
    hint: 'Try `atp down` again; <state folder>/logs tells what it waits for.',
  },
  STACK_NOT_RUNNING: {
    class: 'not-now',
    message: () => 'No embedded stack is running here.',
    hint: '`atp up` starts one.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** The one error that we throw on purpose. Its message is made from the code, so code and text cannot disagree. */
export class AtpError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, detail: ErrorDetail = {}, options?: ErrorOptions) {
    super(ERRORS[code].message(detail), options);
    this.name = 'AtpError';
    this.code = code;
    this.hint = ERRORS[code].hint;
    this.detail = detail;
  }

  get class(): ErrorClass {
    return ERRORS[this.code].class;
  }
}
