import type { Outcome } from '../domain/jobs/outcome.ts';

/** What a command has to say: the same facts for a script and for a person. */
export interface Report {
  /** The one document of `--json`. */
  readonly json: unknown;
  /** Without a trailing line feed. */
  readonly text: string;
  /** What is said in place of both, line feeds included, as it comes: too much to hold at once. */
  readonly lines?: AsyncIterable<string>;
  readonly exitCode?: ExitCode;
  /** What the command goes on with once this is said: a running stack. */
  readonly afterwards?: () => Promise<void>;
}

/** What a script learns without reading (docs/reference/cli.md). */
export const ExitCode = {
  OK: 0,
  FAILED: 1,
  WRONG_INPUT: 2,
  DIFFERENCES: 3,
  NEEDS_A_PERSON: 4,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What the outcome of a run is to a script. */
export const OUTCOME_EXIT_CODES = {
  DONE: ExitCode.OK,
  NOTHING_TO_DO: ExitCode.OK,
  NEEDS_ATTENTION: ExitCode.NEEDS_A_PERSON,
  HELD: ExitCode.NEEDS_A_PERSON,
  BLOCKED: ExitCode.NEEDS_A_PERSON,
  FAILED: ExitCode.FAILED,
} as const satisfies Record<Outcome, ExitCode>;

/** A sentence with its instants to the minute, as in tables. */
export function withShortTimes(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (instant) => shortTime(instant) ?? '');
}

/** An ISO time to the minute, in UTC, for tables. */
export function shortTime(iso: string | null): string | null {
  return iso === null ? null : `${iso.slice(0, 16).replace('T', ' ')}Z`;
}
