/**
 * The twin's memory: its state, and the file that gives the state back after a kill. An event is one JSON line,
 * written before the answer that acknowledges it is sent; the operating system then holds it, so SIGKILL of the
 * twin loses nothing (a power cut may: the file is not synced on each line). One twin at a time may own a file.
 */
import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs';
import { open, truncate } from 'node:fs/promises';
import { applyEvent, eventsOf } from './fold.ts';
import { emptyState } from './shop-state.ts';
import type { TwinEvent } from './events.ts';
import type { TwinState } from './shop-state.ts';

/** So much text of the compacted journal is gathered before it is written. */
const COMPACTION_BUFFER_CHARS = 1_000_000;

export class TwinStore {
  readonly state: TwinState;
  #file: number | null;

  constructor(state: TwinState, file: number | null) {
    this.state = state;
    this.#file = file;
  }

  /** Writes the events, then applies them; when this returns they survive the process. */
  commit(events: readonly TwinEvent[]): void {
    if (this.#file !== null && events.length > 0) {
      writeWhole(this.#file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    }
    for (const event of events) applyEvent(this.state, event);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

/**
 * Opens the store, replays its journal and compacts it.
 *
 * @param stateFile absent: the state lives in memory only
 * @param now milliseconds; keys that have expired by then are not kept
 */
export async function openStore(stateFile: string | undefined, now: number): Promise<TwinStore> {
  if (stateFile === undefined) return new TwinStore(emptyState(), null);
  const state = existsSync(stateFile) ? await replay(stateFile) : emptyState();
  compact(stateFile, state, now);
  return new TwinStore(state, openSync(stateFile, 'a'));
}

/** Drops a last line without its end: the twin was killed while it wrote the line, so no client got an answer to it. */
async function replay(stateFile: string): Promise<TwinState> {
  await truncate(stateFile, await lengthOfWholeLines(stateFile));
  const state = emptyState();
  const file = await open(stateFile);
  let lineNumber = 0;
  for await (const line of file.readLines()) {
    lineNumber += 1;
    try {
      applyEvent(state, JSON.parse(line) as TwinEvent);
    } catch (cause) {
      throw new Error(`${stateFile} is damaged at line ${lineNumber}; delete it to start empty.`, { cause });
    }
  }
  return state;
}

async function lengthOfWholeLines(stateFile: string): Promise<number> {
  const file = await open(stateFile);
  try {
    const { size } = await file.stat();
    const block = Buffer.alloc(64 * 1024);
    for (let end = size; end > 0;) {
      const start = Math.max(0, end - block.length);
      const { bytesRead } = await file.read(block, 0, end - start, start);
      const lastNewline = block.subarray(0, bytesRead).lastIndexOf(0x0a);
      if (lastNewline >= 0) return start + lastNewline + 1;
      end = start;
    }
    return 0;
  } finally {
    await file.close();
  }
}

/** Replaces the journal by the shortest one that gives the same state, completely or not at all. */
function compact(stateFile: string, state: TwinState, now: number): void {
  const fresh = `${stateFile}.compacting`;
  const file = openSync(fresh, 'w');
  try {
    let text = '';
    for (const event of eventsOf(state, now)) {
      text += `${JSON.stringify(event)}\n`;
      if (text.length < COMPACTION_BUFFER_CHARS) continue;
      writeWhole(file, text);
      text = '';
    }
    writeWhole(file, text);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, stateFile);
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length;) {
    written += writeSync(file, bytes, written);
  }
}
