/** The write: up to 250 absolute quantities, each a compare-and-swap on the value that was read just before. */
import { v5 as uuidV5 } from 'uuid';
import { z } from 'zod';
import { KEY_REUSED } from '../domain/error-codes/shopify.ts';
import { AtpError } from '../domain/errors.ts';
import type { SendDeadline } from '../domain/send-deadline.ts';
import type { AdminClient, ShopConnection } from './admin-client.ts';
import { wordsOfShopify } from './words-of-shopify.ts';

export interface SetRow {
  readonly inventoryItemId: string;
  /** Units to be available. */
  readonly quantity: number;
  /** Units that must be available now, otherwise Shopify refuses the row as stale; null: not checked. */
  readonly changeFromQuantity: number | null;
}

/** Shopify's answer. A call is all or nothing: with one refused row, no row is applied. */
export type SetAnswer =
  | { readonly outcome: 'APPLIED' }
  | {
      readonly outcome: 'REFUSED';
      /** Refusals of a row, by its position in the call. */
      readonly rows: readonly {
        readonly position: number;
        readonly code: string;
        readonly message: string;
      }[];
      /** Refusals of the call as a whole. */
      readonly calls: readonly { readonly code: string; readonly message: string }[];
    };

/** A random UUID of ours, so that our keys differ from those of all other systems. */
const KEY_NAMESPACE = '6f1b1b0e-64d0-4a4c-9a57-2f6f0c0a7c11';

/** Which call it is. Who sends it, and how often, is no part of it: a repeat by any run is the same call. */
export interface CallIdentity {
  /**
   * A UUID of the shop in this installation. A shop that is removed and added again gets a new one, as its files are
   * numbered anew.
   */
  readonly keySpace: string;
  /** A restored database may give a number again that was sent before the restore: that is another call. */
  readonly restoreGeneration: number;
  readonly sequence: number;
  readonly chunk: number;
  readonly generation: number;
}

/** The key by which Shopify knows a repeat of this call for 24 hours: a UUID, version 5. */
export function idempotencyKey(call: CallIdentity): string {
  const { keySpace, restoreGeneration, sequence, chunk, generation } = call;
  const name = ['inventorySetQuantities', keySpace, sequence, chunk, generation];
  // 0 is left out, so that the keys of releases that did not count restores stay the same.
  if (restoreGeneration > 0) name.push(restoreGeneration);
  return uuidV5(JSON.stringify(name), KEY_NAMESPACE);
}

/**
 * The variables of one call as JSON text, always with the same fields in the same order: Shopify compares a repeat with
 * the first request under the key, and the order may count ("Implementing idempotency").
 */
export function setVariables(call: {
  readonly sequence: number;
  readonly locationId: string;
  readonly idempotencyKey: string;
  readonly rows: readonly SetRow[];
}): string {
  return JSON.stringify({
    input: {
      name: 'available',
      reason: 'correction',
      referenceDocumentUri: `gid://atp-sync/AtpFile/${call.sequence}`,
      quantities: call.rows.map(({ inventoryItemId, quantity, changeFromQuantity }) => ({
        inventoryItemId,
        locationId: call.locationId,
        quantity,
        // Sent even when it is null: Shopify refuses a row without it.
        changeFromQuantity,
      })),
    },
    idempotencyKey: call.idempotencyKey,
  });
}

const ANSWER = z.object({
  inventorySetQuantities: z.object({
    // Null after a success, too: a call that changes nothing makes no group.
    inventoryAdjustmentGroup: z.object({ id: z.string() }).nullable(),
    userErrors: z.array(
      z.object({
        code: z.string().transform(wordsOfShopify).nullable(),
        field: z.array(z.string()).nullable(),
        message: z.string().transform(wordsOfShopify),
      }),
    ),
  }),
});

/** Real shops have been seen to answer it without a code, and without a row. */
const STALE_MESSAGE = 'The changeFromQuantity argument no longer matches the persisted quantity.';

interface Refusal {
  readonly code: string;
  readonly position: number | null;
  readonly message: string;
}

/** @param variables the text that `setVariables` made; sent as it is */
export async function setOnlineAtp(
  client: AdminClient,
  { domain }: ShopConnection,
  variables: string,
  deadline: SendDeadline,
): Promise<SetAnswer> {
  const parsed = JSON.parse(variables) as { input: { quantities: readonly unknown[] } };
  const { inventorySetQuantities } = await client.request('SetOnlineAtp', parsed, ANSWER, deadline);
  const refusals = inventorySetQuantities.userErrors.map(({ code, field, message }): Refusal => ({
    code: code ?? (message === STALE_MESSAGE ? 'CHANGE_FROM_QUANTITY_STALE' : 'UNKNOWN'),
    position: positionIn(field, parsed.input.quantities.length),
    message,
  }));
  throwWhenUndecided(domain, refusals);
  if (refusals.length === 0) return { outcome: 'APPLIED' };
  return {
    outcome: 'REFUSED',
    rows: refusals.flatMap(({ position, code, message }) =>
      position === null ? [] : [{ position, code, message }],
    ),
    calls: refusals.flatMap(({ position, code, message }) => (position === null ? [{ code, message }] : [])),
  };
}

/**
 * Reads `["input", "quantities", "<n>", …]` (recorded on a development store); null when it names no row of the call.
 */
function positionIn(field: readonly string[] | null, rowCount: number): number | null {
  const [input, quantities, index = ''] = field ?? [];
  if (input !== 'input' || quantities !== 'quantities' || !/^\d+$/.test(index)) return null;
  return Number(index) < rowCount ? Number(index) : null;
}

/** Refusals of this request only: the same call may be sent again. */
const NOT_NOW = ['IDEMPOTENCY_CONCURRENT_REQUEST', 'SERVICE_UNAVAILABLE'];

/** Throws when the answer leaves it open what becomes of the call. */
function throwWhenUndecided(domain: string, refusals: readonly Refusal[]): void {
  for (const { code, message } of refusals) {
    const detail = { domain, reason: `${message} (${code})`, call: 'write', refusalCode: code };
    if (NOT_NOW.includes(code)) throw new AtpError('SHOPIFY_UNREACHABLE', detail);
    // The key was used with other variables before: a fault of ours, which no repeat can mend.
    if (code === KEY_REUSED) throw new AtpError('SHOPIFY_REQUEST_REFUSED', detail);
  }
}
