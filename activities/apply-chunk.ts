/**
 * Applying one chunk of a file to Shopify: read, decide, store the call, send it, record the answer.
 *
 * Each round starts from what the database knows, so a kill between any two steps costs a repeat and never a second
 * write: a stored call without an answer is sent again verbatim, and only a recorded refusal makes room for the next
 * generation of the chunk's call.
 */
import { AtpError } from '../src/domain/errors.ts';
import { CALL_GENERATIONS_MAX } from '../src/domain/limits.ts';
import { decideRow, meaningOfRefusal, type ObservedItem } from '../src/domain/row-decision.ts';
import {
  chunkWork,
  recordApplied,
  recordRefused,
  settleAndStore,
  type Chunk,
  type ChunkWork,
  type RefusedRow,
  type SettledRow,
  type StoredCall,
} from '../src/postgres/applying.ts';
import type { Database } from '../src/postgres/database.ts';
import type { LanePass } from '../src/postgres/lane.ts';
import type { Shop } from '../src/postgres/shops.ts';
import type { AdminApi, SetAnswer } from '../src/shopify/admin-api.ts';
import { idempotencyKey, setVariables, type SetRow } from '../src/shopify/set-online-atp.ts';

export interface ChunkDeps {
  readonly database: Database;
  readonly api: AdminApi;
  readonly shop: Shop;
  readonly pass: LanePass;
}

/** Settles every row of the chunk. Throws what the shop's API throws, and LANE_TAKEN_OVER. */
export async function applyChunk(deps: ChunkDeps, chunk: Chunk): Promise<void> {
  const { database, api, pass } = deps;
  // Every generation settles the chunk, counts a try of stale rows, or sets apart a row that Shopify names late.
  for (let generation = 0; generation <= CALL_GENERATIONS_MAX; generation += 1) {
    const work = await chunkWork(database, pass, chunk);
    if (work.unanswered) {
      await send(deps, work.unanswered);
      continue;
    }
    if (work.rows.length === 0) return;
    const items = await api.readItems(work.rows.map((row) => row.inventoryItemId));
    const { settled, writes } = decideChunk(work, items);
    const call = writes.length === 0 ? null : nextCall(deps.shop, chunk, work.nextGeneration, writes);
    await settleAndStore(database, pass, chunk, settled, call);
    if (!call) return;
    await send(deps, call);
  }
  throw new AtpError('SHOPIFY_RESPONSE_UNEXPECTED', {
    reason: `chunk ${chunk.chunk} of file ${chunk.sequence} was refused ${CALL_GENERATIONS_MAX} times`,
  });
}

function decideChunk(work: ChunkWork, items: readonly (ObservedItem | null)[]) {
  const settled: SettledRow[] = [];
  const writes: SetRow[] = [];
  for (const [index, row] of work.rows.entries()) {
    const { inventoryItemId, productId, quantity: target } = row;
    const decision = decideRow(target, items[index] ?? null, work.staleTries.get(inventoryItemId) ?? 0);
    switch (decision.outcome) {
      case 'WRITE':
        writes.push({
          inventoryItemId,
          quantity: decision.quantity,
          changeFromQuantity: decision.observed,
        });
        break;
      case 'UNCHANGED':
        settled.push({
          productId,
          outcome: 'UNCHANGED',
          target,
          observed: decision.observed,
          errorCode: null,
          errorMessage: null,
        });
        break;
      default: {
        const { code, observed, outcome } = decision;
        const tries = work.staleTries.get(inventoryItemId);
        const error = new AtpError(code, { inventoryItemId, tries });
        settled.push({
          productId,
          outcome,
          target,
          observed,
          errorCode: code,
          errorMessage: error.message,
        });
      }
    }
  }
  return { settled, writes };
}

function nextCall(shop: Shop, chunk: Chunk, generation: number, rows: readonly SetRow[]): StoredCall {
  const { keySpace, locationId } = shop;
  const { sequence, chunk: number } = chunk;
  const key = idempotencyKey({ keySpace, sequence, chunk: number, generation });
  const variables = setVariables({
    sequence,
    locationId,
    idempotencyKey: key,
    rows,
  });
  return { sequence, chunk: number, generation, idempotencyKey: key, variables };
}

/** Sends a stored call and records what came back. No answer: the error goes up, and the call stays to be repeated. */
async function send({ database, api, shop, pass }: ChunkDeps, call: StoredCall): Promise<void> {
  const answer = await api.setOnlineAtp(call.variables);
  if (answer.outcome === 'APPLIED') {
    await recordApplied(database, pass, call);
    return;
  }
  const sent = rowsOf(call);
  const refused = answer.rows.map(({ position, code, message }): RefusedRow => {
    const inventoryItemId = sent[position]?.inventoryItemId ?? '';
    return { inventoryItemId, code, message, isStale: meaningOfRefusal(code).kind === 'STALE' };
  });
  const work = await chunkWork(database, pass, call);
  await recordRefused(database, pass, call, refused, quarantined(work, sent, refused));
  stopWhenNoRowIsToBlame(shop, answer);
}

function rowsOf(call: StoredCall): readonly SetRow[] {
  return (JSON.parse(call.variables) as { input: { quantities: SetRow[] } }).input.quantities;
}

function quarantined(
  { rows }: ChunkWork,
  sent: readonly SetRow[],
  refused: readonly RefusedRow[],
): SettledRow[] {
  return refused.flatMap(({ inventoryItemId, code, message }) => {
    const meaning = meaningOfRefusal(code);
    const row = rows.find((candidate) => candidate.inventoryItemId === inventoryItemId);
    if (meaning.kind !== 'QUARANTINE' || !row) return [];
    const error = new AtpError(meaning.code, { inventoryItemId, reason: `${message} (${code})` });
    const observed = sent.find((candidate) => candidate.inventoryItemId === inventoryItemId);
    return [
      {
        productId: row.productId,
        outcome: 'QUARANTINED' as const,
        target: row.quantity,
        observed: observed?.changeFromQuantity ?? null,
        errorCode: meaning.code,
        errorMessage: error.message,
      },
    ];
  });
}

/** Shopify failed at the first try and wants a new key: the next generation has one. */
const KEY_IS_SPENT = 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED';

function stopWhenNoRowIsToBlame(shop: Shop, answer: Extract<SetAnswer, { outcome: 'REFUSED' }>): void {
  const blocking = answer.rows.find((row) => meaningOfRefusal(row.code).kind === 'BLOCK');
  if (blocking) {
    throw new AtpError('LOCATION_UNUSABLE', {
      locationId: shop.locationId,
      domain: shop.domain,
      reason: blocking.message,
    });
  }
  const call = answer.calls.find(({ code }) => code !== KEY_IS_SPENT);
  if (call) {
    throw new AtpError('SHOPIFY_REQUEST_REFUSED', {
      domain: shop.domain,
      reason: `${call.message} (${call.code})`,
    });
  }
}
