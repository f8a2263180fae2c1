/** The write: up to 250 absolute quantities, each a compare-and-swap on the value that was read just before. */
import { v5 as uuidV5 } from 'uuid';
import { z } from 'zod';
import { AtpError } from '../domain/errors.ts';
import type { AdminClient, ShopConnection } from './admin-client.ts';

export interface SetRow {
  readonly inventoryItemId: string;
  /** Units to be available. */
  readonly quantity: number;
  /** Units that must be available now, else the row is refused as stale; null: no check. */
  readonly changeFromQuantity: number | null;
}

/** What Shopify said. A call is all or nothing: one refused row, and none is applied. */
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
      /** Refusals of no row in particular. */
      readonly calls: readonly { readonly code: string; readonly message: string }[];
    };

/** Ours, made once: keys of other systems cannot meet these. */
const KEY_NAMESPACE = '6f1b1b0e-64d0-4a4c-9a57-2f6f0c0a7c11';

/** Which call it is. Never who makes it or for which time: a repeat by anybody is the same call. */
export interface CallIdentity {
  /** Names the shop, as long as it is the same installation's: a shop that is added again counts its files anew. */
  readonly keySpace: string;
  /** A restored database may take a number again that was sent before the restore: then it is another call. */
  readonly restoreGeneration: number;
  readonly sequence: number;
  readonly chunk: number;
  readonly generation: number;
}

/** The key by which Shopify knows a repeat of this call for 24 hours: a UUID, version 5. */
export function idempotencyKey(call: CallIdentity): string {
  const { keySpace, restoreGeneration, sequence, chunk, generation } = call;
  const name = ['inventorySetQuantities', keySpace, sequence, chunk, generation];
  // Before the first restore a key is what it was before restores were counted.
  if (restoreGeneration > 0) name.push(restoreGeneration);
  return uuidV5(JSON.stringify(name), KEY_NAMESPACE);
}

/**
 * The variables of one call as JSON text. It is canonical, always the same fields in the same order: Shopify
 * fingerprints a request under its key, and the order can count ("Implementing idempotency").
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
        // Present even when null: Shopify refuses a row without it.
        changeFromQuantity,
      })),
    },
    idempotencyKey: call.idempotencyKey,
  });
}

const ANSWER = z.object({
  inventorySetQuantities: z.object({
    // Null after success, too: a call that changes nothing makes no group.
    inventoryAdjustmentGroup: z.object({ id: z.string() }).nullable(),
    userErrors: z.array(
      z.object({ code: z.string().nullable(), field: z.array(z.string()).nullable(), message: z.string() }),
    ),
  }),
});

interface Refusal {
  readonly code: string;
  readonly position: number | null;
  readonly message: string;
}

/** @param variables of `setVariables`, sent field for field */
export async function setOnlineAtp(
  client: AdminClient,
  { domain }: ShopConnection,
  variables: string,
): Promise<SetAnswer> {
  const parsed = JSON.parse(variables) as { input: { quantities: readonly unknown[] } };
  const { inventorySetQuantities } = await client.request('SetOnlineAtp', parsed, ANSWER);
  const refusals = inventorySetQuantities.userErrors.map(({ code, field, message }): Refusal => ({
    code: code ?? 'UNKNOWN',
    position: positionIn(field, parsed.input.quantities.length),
    message,
  }));
  throwWhenNoAnswer(domain, refusals);
  if (refusals.length === 0) return { outcome: 'APPLIED' };
  return {
    outcome: 'REFUSED',
    rows: refusals.flatMap(({ position, code, message }) =>
      position === null ? [] : [{ position, code, message }],
    ),
    calls: refusals.flatMap(({ position, code, message }) => (position === null ? [{ code, message }] : [])),
  };
}

/** `["input", "quantities", "<n>", …]`, recorded on a development store; null when no row of the call is named. */
function positionIn(field: readonly string[] | null, rowCount: number): number | null {
  const [input, quantities, index = ''] = field ?? [];
  if (input !== 'input' || quantities !== 'quantities' || !/^\d+$/.test(index)) return null;
  return Number(index) < rowCount ? Number(index) : null;
}

/** Refusals that speak of this attempt, not of the call: the same request may be repeated. */
const NOT_NOW = ['IDEMPOTENCY_CONCURRENT_REQUEST', 'SERVICE_UNAVAILABLE'];

function throwWhenNoAnswer(domain: string, refusals: readonly Refusal[]): void {
  for (const { code, message } of refusals) {
    const detail = { domain, reason: `${message} (${code})` };
    if (NOT_NOW.includes(code)) throw new AtpError('SHOPIFY_UNREACHABLE', detail);
    // The key was used for other variables: a fault of ours, which no repeat can mend.
    if (code === 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH') throw new AtpError('SHOPIFY_REQUEST_REFUSED', detail);
  }
}
