/**
 * Applying windows of a file to Shopify: their pages are read, several at once, and the rows of a window that differ are packed into full
 * calls. First of all, calls of the window that an attempt before this one has left without an answer are finished, each with its chunk: until
 * then nobody knows which rows are left. Then rows that a newer file brings are passed on to it.
 *
 * A window begins when all pages of the one before have begun: otherwise, with many calls at once, most of them would wait for the
 * last answers of each window. Windows have no row and no call in common, so it does not matter which of their calls arrives first.
 */
import { CALLS_IN_FLIGHT } from '../src/domain/limits.ts';
import { Packing, pagesOf, positionsOf, type Page, type Window } from '../src/domain/window.ts';
import { settleAndStore } from '../src/postgres/lane/chunk-ledger.ts';
import {
  listUnanswered,
  NO_PAST_CALLS,
  readPage,
  readPastCallsOfWindow,
  type PastCalls,
} from '../src/postgres/lane/chunk-work.ts';
import type { LanePass } from '../src/postgres/lane/lane.ts';
import { LaneWrites } from '../src/postgres/lane/lane-writes.ts';
import { passOn } from '../src/postgres/lane/passed-on.ts';
import { applyChunk, finishChunk, type ChunkDeps } from './apply-chunk.ts';
import { decideOpenRows, type DecidingDeps, type Decision } from './decide-rows.ts';
import { forEachAtMost } from './for-each-at-most.ts';

export interface WindowDeps extends DecidingDeps {
  readonly pass: LanePass;
}

export interface WindowOptions {
  /** How many pages and chunks are on their way at once; asked again before each. */
  readonly atOnce?: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of rows that are done. */
  readonly onDone?: (rows: number) => void;
}

interface PageToApply extends Page {
  readonly window: WindowToApply;
}

/** What the pages of a window have in common. */
interface WindowToApply {
  readonly packing: Packing<Decision['writes'][number]>;
  readonly past: ReadonlyMap<number, PastCalls>;
  /** The newest file that was asked to take rows of the window. */
  readonly newest: number;
}

/**
 * Settles every row of the windows. Throws what the shop's API throws, LANE_TAKEN_OVER, LANE_ATTEMPT_OVERTAKEN and LANE_PAUSED.
 *
 * @param windows of one file, in their order; the next one is asked for when it can begin
 * @param rowCount of the file
 */
export async function applyWindows(
  { pass, ...rest }: WindowDeps,
  windows: Iterable<Window> | AsyncIterable<Window>,
  rowCount: number,
  { atOnce = () => CALLS_IN_FLIGHT, signal, onDone = () => undefined }: WindowOptions = {},
): Promise<void> {
  const deps = { ...rest, signal, lane: new LaneWrites(rest.database, pass) };
  const { database } = deps;
  let pagesOnTheirWay = 0;
  const placesLeft = () => Math.max(1, atOnce() - pagesOnTheirWay);
  async function* pagesToApply(): AsyncGenerator<PageToApply> {
    for await (const window of windows) {
      await finishUnanswered(deps, window, placesLeft);
      const all = positionsOf(window, rowCount);
      const left = await passOn(database, deps.lane, { sequence: window.sequence, positions: all });
      onDone(all.length - left.positions.length);
      const past = await readPastCallsOfWindow(database, pass, window);
      const pages = pagesOf(window, left.positions);
      const common = { packing: new Packing<Decision['writes'][number]>(window, pages.length), past };
      for (const page of pages) yield { ...page, window: { ...common, newest: left.newest } };
    }
  }
  const applyPage = async ({ window, ...page }: PageToApply): Promise<void> => {
    signal?.throwIfAborted();
    // A newer file may be there since.
    const { positions } = await passOn(database, deps.lane, page, window.newest);
    const { writes, isDrain } = await decidePage(deps, { ...page, positions });
    onDone(page.positions.length - writes.length);
    const packs = window.packing.add(writes);
    // They are two at most, when the last page is read: neither waits for the other's answer.
    await forEachAtMost(packs, packs.length, async ({ chunk, rows }) => {
      const positions = rows.map(({ position }) => position);
      const begun = window.past.get(chunk) ?? NO_PAST_CALLS;
      const round = { settled: [], unapplied: [], writes: rows, isDrain, ...begun };
      await applyChunk(deps, { sequence: page.sequence, chunk, positions }, round);
      onDone(rows.length);
    });
  };
  await forEachAtMost(pagesToApply(), atOnce, async (page) => {
    pagesOnTheirWay += 1;
    await applyPage(page).finally(() => (pagesOnTheirWay -= 1));
  });
}

async function finishUnanswered(deps: ChunkDeps, window: Window, atOnce: () => number): Promise<void> {
  const { database, lane, signal } = deps;
  const unanswered = await listUnanswered(database, lane.pass, window);
  const listedAt = performance.now();
  await forEachAtMost(unanswered, atOnce, async (call) => {
    signal?.throwIfAborted();
    // By the time that has really passed: the database's clock may have been set back.
    await finishChunk(deps, { ...call, sendableForMs: call.sendableForMs - (performance.now() - listedAt) });
  });
}

/** Settles the rows of the page that need no write. Returns those that do. */
async function decidePage(deps: ChunkDeps, page: Page): Promise<Pick<Decision, 'writes' | 'isDrain'>> {
  const { database, lane } = deps;
  const open = await readPage(database, lane.pass, page);
  if (open.rows.length === 0) return { writes: [], isDrain: open.isDrain };
  const { settled, unapplied, writes, isDrain } = await decideOpenRows(deps, open);
  if (settled.length > 0 || unapplied.length > 0)
    await settleAndStore(lane, page.sequence, { settled, unapplied, call: null });
  return { writes, isDrain };
}
