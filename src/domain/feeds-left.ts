import { counted } from './words.ts';

/** Feeds that are done with and could not be moved to archive/ or error/. */
export interface FeedsLeft {
  readonly count: number;
  /** The one that was left first. */
  readonly path: string;
  readonly since: Date;
  /** Why it could not be moved. */
  readonly error: string;
}

export function feedsLeftInWords({ count, path, since, error }: FeedsLeft): string {
  return `${counted(count, 'feed')} done with cannot be moved to archive/ or error/, the first is ${path}, since ${since.toISOString()}. ${error}`;
}
