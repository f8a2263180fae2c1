/** The table of docs/guides/how-soon.md: a row for each way in which the sync stops, and what tells of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/guides/how-soon.md'), 'utf8');

/** What a row says; a test measures the same. */
export interface Seen {
  /** What the oldest change waits for, as `atp shop list` says; a dash: it says nothing. */
  readonly figure: string;
  /** The condition that doctor finds, and after how long; it is at once where no time is named. */
  readonly doctor: string;
  /** What came of the run that meets it; a dash: none does. */
  readonly outcome: string;
  readonly metric: string;
  /** Until a target is told of the beginning, from when doctor finds it, and of the end. */
  readonly told: string;
  readonly ended: string;
}

export interface Row extends Seen {
  readonly way: string;
}

/**
 * Rows that `npm test` measures, and what `npm run test:faults` measures: those that take minutes by their nature, and those
 * that need a disk of their own.
 */
export const ROWS = {
  here: rowsOf('## The table'),
  inFaults: rowsOf('## What takes minutes'),
  ofDisks: rowsOf('## A disk that is full'),
} as const;

function rowsOf(heading: string): readonly Row[] {
  const [, after = ''] = GUIDE.split(`\n${heading}\n`);
  const [section = ''] = after.split('\n## ');
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => {
      const [, way = '', figure = '', doctor = '', outcome = '', metric = '', told = '', ended = ''] = line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('`', ''));
      return { way, figure, doctor, outcome, metric, told, ended };
    })
    .filter(({ way }) => !way.startsWith('---'));
}
