/**
 * A paused lane: a person has decided that nothing is sent to the shop until somebody resumes it. Files are made all the
 * same, and wait.
 */
import { text } from './input-fields.ts';

export interface LanePause {
  /** ISO 8601. */
  readonly since: string;
  readonly by: string;
  readonly reason: string;
}

export const PAUSE_REASON = text('why; everybody sees it');

/** `paused since 2026-11-25T21:10:00.000Z by Ann: stock-take`. */
export function pauseInWords({ since, by, reason }: LanePause): string {
  return `paused since ${since} by ${by}: ${reason}`;
}
