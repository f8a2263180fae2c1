/**
 * Applying one chunk of a file to Shopify: store the call, send it, record the answer; and what Shopify has refused again, with a
 * new read.
 *
 * Each round starts from what the database knows, so a worker that dies between two steps costs a repeated request, never
 * a second write: a stored call without an answer is sent again as it is, and only its recorded answer allows the next
 * generation of the chunk's calls. How many rows that one has follows from the earlier ones (src/domain/call-size.ts).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AtpError } from '../src/domain/errors.ts';
import { CALL_GENERATIONS_MAX } from '../src/domain/limits.ts';
import { wasApplied } from '../src/domain/doubtful-call.ts';
import { nextCallSize, rowsOfNextCall } from '../src/domain/call-size.ts';
import {
  isStaleCode,
  judgeRefusal,
  type JudgedRefusal,
  type StopReason,
} from '../src/domain/refused-call.ts';
import { meaningOfRefusal } from '../src/domain/row-decision.ts';
import { decideStoredCall, sendDeadline, type SendDeadline } from '../src/domain/send-deadline.ts';
import {
  markRepeated,
  recordApplied,
  recordExpired,
  recordRefused,
  recordSendingEnded,
  settleAndStore,
  type RecordedRefusal,
} from '../src/postgres/lane/chunk-ledger.ts';
import {
  readChunkWork,
  readRefused,
  type OpenRows,
  type PastCalls,
  type UnansweredCall,
} from '../src/postgres/lane/chunk-work.ts';
import type { LaneWrites } from '../src/postgres/lane/lane-writes.ts';
import type { SettledRow } from '../src/postgres/lane/settled-rows.ts';
import type { Chunk, StoredCall } from '../src/postgres/lane/stored-call.ts';
import type { Shop } from '../src/postgres/master-data/shops.ts';
import { wasNotExecuted } from '../src/shopify/call-failure.ts';
import { readClocks } from '../src/shopify/send-request.ts';
import { idempotencyKey, setVariables, type SetRow } from '../src/shopify/set-online-atp.ts';
import { locationUnusableError } from '../src/shopify/shop-location.ts';
import {
  decideOpenRows,
  rowsSentBy,
  type DecidedRow,
  type DecidingDeps,
  type Decision,
} from './decide-rows.ts';
import { whileThrottled } from './while-throttled.ts';

export interface ChunkDeps extends DecidingDeps {
  readonly lane: LaneWrites;
}

/** What the next call of a chunk follows from. */
export interface Round extends Decision, PastCalls {}

/**
 * Settles every row of the chunk. Throws what the shop's API throws, and LANE_TAKEN_OVER.
 *
 * @param first what was decided of its rows just now; null: they are decided on a new read
 */
export async function applyChunk(deps: ChunkDeps, chunk: Chunk, first: Round | null): Promise<void> {
  let round = first ?? (await decideAnew(deps, chunk, []));
  for (let calls = 0; calls <= CALL_GENERATIONS_MAX; calls += 1) {
    if (round === null) return;
    const rows = rowsOfNextCall(round.writes, nextCallSize(round.history));
    const call = rows.length === 0 ? null : makeCall(deps.shop, chunk, round.nextGeneration, rows);
    let deadline = sendDeadline(readClocks());
    await settleAndStore(deps.lane, chunk.sequence, { ...round, call }, () => {
      deadline = sendDeadline(readClocks());
    });
    if (!call) return;
    const refused = await send(deps, call, deadline);
    if (refused === null && !round.isDrain && rows.length === chunk.positions.length) return;
    round = await decideAnew(deps, chunk, rowsConfirmed(rows, refused));
  }
  throw new AtpError('SHOPIFY_RESPONSE_UNEXPECTED', {
    reason: `chunk ${chunk.chunk} of file ${chunk.sequence} took more than ${CALL_GENERATIONS_MAX} calls, although each of them must settle a row or count a try of one`,
  });
}

/** A call got no answer, or nobody was left to record it. Repeats it as it is, and settles every row of its chunk. */
export async function finishChunk(deps: ChunkDeps, call: UnansweredCall): Promise<void> {
  await goOnWith(deps, call);
  await applyChunk(deps, call, null);
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

/**
 * Decides the chunk's open rows on a new read, unless the rows that are confirmed fill the next call. Null: none is open any more.
 */
async function decideAnew(
  deps: ChunkDeps,
  chunk: Chunk,
  confirmed: readonly DecidedRow[],
): Promise<Round | null> {
  const work = await readChunkWork(deps.database, deps.lane.pass, chunk);
  if (work.rows.length === 0) return null;
  const { history, nextGeneration, isDrain } = work;
  const isEnough = confirmed.length >= nextCallSize(history);
  const decision = isEnough
    ? { settled: [], unapplied: [], writes: confirmed, isDrain }
    : await decideOpenRows(deps, work);
  return { ...decision, history, nextGeneration };
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
    positions: rows.map(({ position }) => position),
    generation,
    idempotencyKey: key,
    variables,
    rowCount: rows.length,
    debts: Object.fromEntries(debts),
  };
}

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
      await send(deps, call, await repeatNow(deps.lane, call));
    }
  }
}

/** Marks the call as repeated. Returns by when it must leave. */
async function repeatNow(lane: LaneWrites, call: StoredCall): Promise<SendDeadline> {
  let deadline = sendDeadline(readClocks());
  await markRepeated(lane, call, () => {
    deadline = sendDeadline(readClocks());
  });
  return deadline;
}

/**
 * Shopify may have forgotten the call's key by now, so a repeat would be a new request. What Shopify shows decides whether
 * the call was applied. If that proves nothing, its rows are in doubt and decided anew.
 */
async function settleExpired({ api, lane, signal }: ChunkDeps, call: StoredCall): Promise<void> {
  const sent = rowsSentBy(call);
  const ids = sent.map(({ inventoryItemId }) => inventoryItemId);
  const items = await whileThrottled(() => api.readItems(ids), { signal });
  const rows = sent.map((row, index) => ({ ...row, observed: items[index]?.available ?? null }));
  if (wasApplied(rows)) await recordApplied(lane, call);
  else await recordExpired(lane, call);
}

/**
 * Sends a stored call and records its answer: null when it was applied. Without an answer it throws, and the call stays
 * stored to be repeated.
 *
 * @param deadline from the transaction that stored the call or marked it as repeated, before it said by when it may leave
 */
async function send(
  deps: ChunkDeps,
  call: StoredCall,
  deadline: SendDeadline,
): Promise<JudgedRefusal | null> {
  const { database, api, lane } = deps;
  let leaveBy = deadline;
  const sendOnce = () =>
    api.setOnlineAtp(call.variables, leaveBy).catch(async (error: unknown) => {
      const ended = { wasNotExecuted: wasNotExecuted(error) };
      // Best effort: without it, or when another attempt is here by now, the call's repeat waits a little longer.
      await recordSendingEnded(lane, call, ended).catch(() => undefined);
      throw error;
    });
  const again = async () => {
    leaveBy = await repeatNow(lane, call);
  };
  const answer = await whileThrottled(sendOnce, { signal: deps.signal, again });
  if (answer.outcome === 'APPLIED') {
    await recordApplied(lane, call);
    return null;
  }
  const sent = rowsSentBy(call);
  const work = await readRefused(database, lane.pass, call);
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
  await recordRefused(lane, call, recorded, rowsToQuarantine(work, sent, recorded));
  if (judged.stop) throw stopError(deps.shop, judged.stop);
  return judged;
}

function rowsToQuarantine(
  { rows }: Pick<OpenRows, 'rows'>,
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
