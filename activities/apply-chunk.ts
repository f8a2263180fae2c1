/**
 * Applying one chunk of a file to Shopify: read, decide, store the call, send it, record the answer.
 *
 * Each round starts from what the database knows, so a worker that dies between two steps costs a repeated request, never
 * a second write: a stored call without an answer is sent again as it is, and only its recorded answer allows the next
 * generation of the chunk's calls. How many rows that one has follows from the earlier ones (src/domain/call-size.ts).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AtpError } from '../src/domain/errors.ts';
import { CALL_GENERATIONS_MAX } from '../src/domain/limits.ts';
import {
  isProvenUnapplied,
  isShownApplied,
  keepBackInDoubt,
  wasApplied,
  wasNotApplied,
  type DoubtedRow,
} from '../src/domain/doubtful-call.ts';
import { keepBackAfterLateCalls } from '../src/domain/late-call.ts';
import { nextCallSize, rowsOfNextCall } from '../src/domain/call-size.ts';
import {
  isStaleCode,
  judgeRefusal,
  type JudgedRefusal,
  type StopReason,
} from '../src/domain/refused-call.ts';
import { decideRow, meaningOfRefusal, type ObservedItem } from '../src/domain/row-decision.ts';
import { decideStoredCall, sendDeadline, type SendDeadline } from '../src/domain/send-deadline.ts';
import { NOTHING_KEPT_BACK, pushSeenHere, type KeptBack } from '../src/domain/unseen-sales.ts';
import {
  readChunkWork,
  readClock,
  markRepeated,
  recordApplied,
  recordExpired,
  recordRefused,
  recordSendingEnded,
  settleAndStore,
  type Chunk,
  type ChunkWork,
  type RecordedRefusal,
  type StoredCall,
  type UnansweredCall,
} from '../src/postgres/lane/chunk-ledger.ts';
import type { Database } from '../src/postgres/database.ts';
import type { LanePass } from '../src/postgres/lane/lane.ts';
import type { SettledRow } from '../src/postgres/lane/settled-rows.ts';
import type { Shop } from '../src/postgres/master-data/shops.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { wasNotExecuted } from '../src/shopify/call-failure.ts';
import { readClocks } from '../src/shopify/send-request.ts';
import { idempotencyKey, setVariables, type SetRow } from '../src/shopify/set-online-atp.ts';
import { locationUnusableError } from '../src/shopify/shop-location.ts';

export interface ChunkDeps {
  readonly database: Database;
  readonly api: AdminApi;
  /** At the location of the file, which may be one that the shop has left. */
  readonly shop: Shop;
  readonly pass: LanePass;
}

/** Settles every row of the chunk. Throws what the shop's API throws, and LANE_TAKEN_OVER. */
export async function applyChunk(deps: ChunkDeps, chunk: Chunk): Promise<void> {
  const { database, pass } = deps;
  let confirmed: readonly DecidedRow[] = [];
  for (let generation = 0; generation <= CALL_GENERATIONS_MAX; generation += 1) {
    const work = await readChunkWork(database, pass, chunk);
    if (work.unanswered) {
      await goOnWith(deps, work.unanswered);
      continue;
    }
    if (work.rows.length === 0) return;
    const size = nextCallSize(work.history);
    const decided = await decideChunk(deps, work, confirmed, size);
    const rows = rowsOfNextCall(decided.writes, size);
    const call = rows.length === 0 ? null : makeCall(deps.shop, chunk, work.nextGeneration, rows);
    const deadline = sendDeadline(readClocks());
    await settleAndStore(database, pass, chunk, { ...decided, call });
    if (!call) return;
    confirmed = rowsConfirmed(rows, await send(deps, call, deadline));
  }
  throw new AtpError('SHOPIFY_RESPONSE_UNEXPECTED', {
    reason: `chunk ${chunk.chunk} of file ${chunk.sequence} took more than ${CALL_GENERATIONS_MAX} calls, although each of them must settle a row or count a try of one`,
  });
}

/** A row to be written. */
interface DecidedRow {
  readonly productId: string;
  readonly staleTries: number;
  readonly sent: SetRow;
  readonly keptBack: KeptBack;
}

interface DecidedChunk {
  readonly settled: readonly SettledRow[];
  /** Calls in doubt that are found now not to have been applied. */
  readonly unapplied: readonly StoredCall[];
  readonly writes: readonly DecidedRow[];
}

/**
 * Rows of the refused call that Shopify did not name. It has just compared their quantities, so they are as good as
 * read, and go into the next call without a read. None when it named no row.
 */
function rowsConfirmed(rows: readonly DecidedRow[], refused: JudgedRefusal | null): readonly DecidedRow[] {
  if (refused?.outcome !== 'STALE') return [];
  const blamed = new Set(refused.rows.map(({ position }) => position));
  return rows.filter((_, index) => !blamed.has(index));
}

/** Reads the chunk's open rows and decides them, unless the rows that are confirmed fill the next call. */
async function decideChunk(
  { api, database, shop }: ChunkDeps,
  work: ChunkWork,
  confirmed: readonly DecidedRow[],
  size: number,
): Promise<DecidedChunk> {
  if (confirmed.length >= size) return { settled: [], unapplied: [], writes: confirmed };
  const items = await api.readItemsToWrite(work.rows.map((row) => row.inventoryItemId));
  // After the read: with an earlier time, a sale between the two would expire before its order is imported.
  const readAt = await readClock(database);
  return decideRows(shop, work, items, readAt);
}

function decideRows(
  shop: Shop,
  work: ChunkWork,
  items: readonly (ObservedItem | null)[],
  readAt: string,
): DecidedChunk {
  const settled: SettledRow[] = [];
  const writes: DecidedRow[] = [];
  const { doubted, unapplied } = doubtedRows(work, items);
  for (const [index, row] of work.rows.entries()) {
    const { inventoryItemId, productId, quantity: target, importedUnits } = row;
    // A drain owes nothing to a later file, which is of another location: it tries until the item shows zero.
    const tries = work.isDrain ? 0 : (work.staleTries.get(inventoryItemId) ?? 0);
    const decision = decideRow(target, items[index] ?? null, tries, (observed) => {
      if (shop.salesPolicy === 'overwrite') return NOTHING_KEPT_BACK;
      const { ordersImportedUntil } = work;
      const read = { observed, at: readAt, importedUnits, ordersImportedUntil };
      const lastPush = pushSeenHere(row.lastPush, observed);
      const keptBack = keepBackInDoubt(lastPush, doubted.get(inventoryItemId) ?? [], read);
      return keepBackAfterLateCalls(lastPush, work.late.get(inventoryItemId) ?? [], read, keptBack);
    });
    switch (decision.outcome) {
      case 'WRITE': {
        const { quantity, observed, keptBack } = decision;
        const sent = { inventoryItemId, quantity, changeFromQuantity: observed };
        writes.push({ productId, staleTries: tries, sent, keptBack });
        break;
      }
      case 'UNCHANGED': {
        const { outcome, observed, keptBack } = decision;
        settled.push({ productId, outcome, target, observed, inventoryItemId, importedUnits, keptBack });
        break;
      }
      default: {
        const { code, observed, outcome } = decision;
        const { message: errorMessage } = new AtpError(code, { inventoryItemId, tries });
        settled.push({ productId, outcome, target, observed, errorCode: code, errorMessage });
      }
    }
  }
  return { settled, unapplied, writes };
}

/** By inventory item: what calls have sent to it that may have been applied; and which calls were not. */
function doubtedRows(
  { rows, doubtful }: ChunkWork,
  items: readonly (ObservedItem | null)[],
): {
  readonly doubted: ReadonlyMap<string, readonly DoubtedRow[]>;
  readonly unapplied: readonly StoredCall[];
} {
  const indexOf = new Map(rows.map(({ inventoryItemId }, index) => [inventoryItemId, index]));
  const doubted = new Map<string, DoubtedRow[]>();
  const unapplied: StoredCall[] = [];
  for (const call of doubtful) {
    const sent = rowsSentBy(call).flatMap(({ inventoryItemId, quantity, changeFromQuantity }) => {
      const index = indexOf.get(inventoryItemId);
      const row = index === undefined ? undefined : rows[index];
      if (index === undefined || !row) return [];
      if (call.sequence <= row.pushedSequence) return [];
      const { debt, drops } = call.debts[row.productId] ?? NOTHING_KEPT_BACK;
      const importedUnits = call.importedUnits[inventoryItemId] ?? row.importedUnits;
      const push = { lastKnown: quantity, importedUnits, debt, drops };
      const observed = items[index]?.available ?? null;
      return [{ inventoryItemId, observed, changeFromQuantity, quantity, push }];
    });
    if (isProvenUnapplied(sent, call.rowCount)) unapplied.push(call);
    if (wasNotApplied(sent)) continue;
    const isProven = isShownApplied(sent, call.rowCount);
    for (const { inventoryItemId, changeFromQuantity, push } of sent) {
      const earlier = doubted.get(inventoryItemId) ?? [];
      doubted.set(inventoryItemId, [...earlier, { changeFromQuantity, push, isShownApplied: isProven }]);
    }
  }
  return { doubted, unapplied };
}

function makeCall(shop: Shop, chunk: Chunk, generation: number, rows: readonly DecidedRow[]): StoredCall {
  const { keySpace, restoreGeneration, locationId } = shop;
  const { sequence, chunk: number } = chunk;
  const key = idempotencyKey({ keySpace, restoreGeneration, sequence, chunk: number, generation });
  const variables = setVariables({
    sequence,
    locationId,
    idempotencyKey: key,
    rows: rows.map(({ sent }) => sent),
  });
  const debts = rows.flatMap(({ productId, keptBack }) =>
    keptBack.drops.length > 0 ? [[productId, keptBack] as const] : [],
  );
  return {
    sequence,
    chunk: number,
    generation,
    idempotencyKey: key,
    variables,
    rowCount: rows.length,
    debts: Object.fromEntries(debts),
  };
}

/** The call got no answer, or nobody was left to record it. */
async function goOnWith(deps: ChunkDeps, call: UnansweredCall): Promise<void> {
  const decision = decideStoredCall(call);
  switch (decision.kind) {
    case 'WAIT':
      await pause(decision.waitMs);
      // By the time that has really passed: the database's clock may have been set back.
      return goOnWith(deps, { ...call, sendableForMs: 0 });
    case 'SETTLE_AS_EXPIRED':
      await settleExpired(deps, call);
      return;
    case 'REPEAT': {
      const deadline = sendDeadline(readClocks());
      await markRepeated(deps.database, deps.pass, call);
      await send(deps, call, deadline);
    }
  }
}

/**
 * Shopify may have forgotten the call's key by now, so a repeat would be a new request. What Shopify shows decides whether
 * the call was applied. If that proves nothing, its rows are in doubt and decided anew.
 */
async function settleExpired({ database, api, pass }: ChunkDeps, call: StoredCall): Promise<void> {
  const sent = rowsSentBy(call);
  const items = await api.readItems(sent.map(({ inventoryItemId }) => inventoryItemId));
  const rows = sent.map((row, index) => ({ ...row, observed: items[index]?.available ?? null }));
  if (wasApplied(rows)) await recordApplied(database, pass, call);
  else await recordExpired(database, pass, call);
}

/**
 * Sends a stored call and records its answer: null when it was applied. Without an answer it throws, and the call stays
 * stored to be repeated.
 *
 * @param deadline from before the transaction that stored the call or marked it as repeated
 */
async function send(
  deps: ChunkDeps,
  call: StoredCall,
  deadline: SendDeadline,
): Promise<JudgedRefusal | null> {
  const { database, api, pass } = deps;
  const answer = await api.setOnlineAtp(call.variables, deadline).catch(async (error: unknown) => {
    const ended = { wasNotExecuted: wasNotExecuted(error) };
    // Best effort: without it, or when another attempt is here by now, the call's repeat waits a little longer.
    await recordSendingEnded(database, pass, call, ended).catch(() => undefined);
    throw error;
  });
  if (answer.outcome === 'APPLIED') {
    await recordApplied(database, pass, call);
    return null;
  }
  const sent = rowsSentBy(call);
  const work = await readChunkWork(database, pass, call);
  const judged = judgeRefusal(sent.length, answer.rows, answer.calls, work.history);
  const recorded = [
    ...judged.rows.map(({ position, code, message, isNamed }): RecordedRefusal => {
      const { inventoryItemId = null } = sent[position] ?? {};
      return { inventoryItemId, code, message, isStale: isStaleCode(code), isNamed };
    }),
    ...judged.unnamed.map(({ code, message }): RecordedRefusal => {
      return { inventoryItemId: null, code, message, isStale: isStaleCode(code), isNamed: false };
    }),
  ];
  await recordRefused(database, pass, call, recorded, rowsToQuarantine(work, sent, recorded));
  if (judged.stop) throw stopError(deps.shop, judged.stop);
  return judged;
}

function rowsSentBy(call: StoredCall): readonly SetRow[] {
  return (JSON.parse(call.variables) as { input: { quantities: SetRow[] } }).input.quantities;
}

function rowsToQuarantine(
  { rows }: ChunkWork,
  sent: readonly SetRow[],
  refused: readonly RecordedRefusal[],
): SettledRow[] {
  return refused.flatMap(({ inventoryItemId, code, message }): SettledRow[] => {
    const meaning = meaningOfRefusal(code);
    const row = rows.find((candidate) => candidate.inventoryItemId === inventoryItemId);
    if (meaning.kind !== 'QUARANTINE' || !row) return [];
    const error = new AtpError(meaning.code, { inventoryItemId, reason: `${message} (${code})` });
    const observed = sent.find((candidate) => candidate.inventoryItemId === inventoryItemId);
    return [
      {
        productId: row.productId,
        outcome: 'QUARANTINED',
        target: row.quantity,
        observed: observed?.changeFromQuantity ?? null,
        errorCode: meaning.code,
        errorMessage: error.message,
      },
    ];
  });
}

function stopError(shop: Shop, { kind, refusal }: StopReason): AtpError {
  const reason = `${refusal.message} (${refusal.code})`;
  switch (kind) {
    case 'LOCATION_UNUSABLE':
      return locationUnusableError(shop, refusal.message);
    case 'CALL_REFUSED':
      return new AtpError('SHOPIFY_REQUEST_REFUSED', { domain: shop.domain, reason });
    case 'KEY_SPENT_AGAIN':
      return new AtpError('SHOPIFY_UNREACHABLE', { domain: shop.domain, reason });
  }
}
