/** Why a run that was due did not start, in a word. */
import type { MissedReason } from '../../src/domain/jobs/missed-runs.ts';
import type { Tone } from './state-badge.tsx';

export const MISSED_REASONS: Readonly<Record<MissedReason, readonly [tone: Tone, word: string]>> = {
  PAUSED: ['paused', 'disabled'],
  LEFT_OUT: ['paused', 'skipped once'],
  OVERLAP: ['attention', 'one worked'],
  OUTAGE: ['bad', 'outage'],
  UNKNOWN: ['none', 'unknown'],
};
