/**
 * How a file is cut for its lane. A window is so many pages, each with rows that one call reads from Shopify; an activity applies a few windows. Of a page only those rows are written that differ there, often few; so the rows of several pages that differ are packed
 * into one chunk, which one call writes.
 *
 * The pages are the same for every attempt, as long as no newer file takes rows of the window. The chunks are not: which rows differ is found by reading. An attempt that takes
 * over finishes what its predecessor has stored, and packs anew what is left.
 */
import { PAGES_PER_WINDOW, ROWS_PER_CALL } from './limits.ts';

export interface Window {
  /** Of the file. */
  readonly sequence: number;
  /** From 0. */
  readonly window: number;
}

export interface Page {
  readonly sequence: number;
  /** Of its rows in the file. */
  readonly positions: readonly number[];
}

/** How many windows a file of so many rows has. */
export function countWindows(rowCount: number): number {
  return Math.ceil(rowCount / (PAGES_PER_WINDOW * ROWS_PER_CALL));
}

/** The window of the row at this position. */
export function windowOf(position: number): number {
  return Math.floor(position / (PAGES_PER_WINDOW * ROWS_PER_CALL));
}

/** The positions of the window's rows, from `first` up to `end`, which is not one of them. */
export function rowsOfWindow({ window }: Pick<Window, 'window'>): Range {
  const first = window * PAGES_PER_WINDOW * ROWS_PER_CALL;
  return { first, end: first + PAGES_PER_WINDOW * ROWS_PER_CALL };
}

/** The numbers that the window's chunks may have: never more than it has pages. */
export function chunksOfWindow({ window }: Pick<Window, 'window'>): Range {
  const first = window * PAGES_PER_WINDOW;
  return { first, end: first + PAGES_PER_WINDOW };
}

export interface Range {
  readonly first: number;
  /** The first that does not belong to it. */
  readonly end: number;
}

/**
 * Of its rows in the file.
 *
 * @param rowCount of the file
 */
export function positionsOf(window: Pick<Window, 'window'>, rowCount: number): readonly number[] {
  const { first, end } = rowsOfWindow(window);
  const rows = Math.max(0, Math.min(end, rowCount) - first);
  return Array.from({ length: rows }, (_, row) => first + row);
}

/** @param positions of its rows that are not done with yet */
export function pagesOf({ sequence }: Window, positions: readonly number[]): readonly Page[] {
  return Array.from({ length: Math.ceil(positions.length / ROWS_PER_CALL) }, (_, page) => ({
    sequence,
    positions: positions.slice(page * ROWS_PER_CALL, (page + 1) * ROWS_PER_CALL),
  }));
}

/** Rows that are written together. */
export interface Pack<Row> {
  /** Its number in the file. */
  readonly chunk: number;
  readonly rows: readonly Row[];
}

/**
 * Packs the rows of a window that must be written, as its pages are read, in whatever order. A pack is full, or has what is
 * left when the last page is read.
 */
export class Packing<Row> {
  #nextChunk: number;
  #pagesToRead: number;
  #rows: readonly Row[] = [];

  constructor(window: Window, pages: number) {
    this.#nextChunk = chunksOfWindow(window).first;
    this.#pagesToRead = pages;
  }

  /** Takes the rows of a page that was read, at most ROWS_PER_CALL. Returns what can be written now. */
  add(rows: readonly Row[]): readonly Pack<Row>[] {
    this.#pagesToRead -= 1;
    const all = [...this.#rows, ...rows];
    const whole = this.#pagesToRead === 0 ? all.length : all.length - (all.length % ROWS_PER_CALL);
    this.#rows = all.slice(whole);
    const packs: Pack<Row>[] = [];
    for (let first = 0; first < whole; first += ROWS_PER_CALL) {
      packs.push({ chunk: this.#nextChunk, rows: all.slice(first, Math.min(whole, first + ROWS_PER_CALL)) });
      this.#nextChunk += 1;
    }
    return packs;
  }
}
