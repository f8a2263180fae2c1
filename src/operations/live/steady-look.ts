/** A look that is made again and again, whatever it meets. */
import { LIVE_REST_AFTER_FAILURE_MS } from '../../domain/limits.ts';
import { describeError } from '../described-error.ts';

export type TellLook = (
  level: 'info' | 'warn',
  message: string,
  details: Readonly<Record<string, unknown>>,
) => void;

export interface SteadyLook<Arguments extends readonly unknown[]> {
  /** Returns after how long to look again, in milliseconds. */
  readonly look: (...of: Arguments) => Promise<number>;
  /** What is told of the first failure in a row, with its code and reason. */
  readonly failed: string;
  /** What is told of the first success after it. */
  readonly again: string;
  readonly log: TellLook;
  /** Of the process's end: what fails by it is not told. */
  readonly signal?: AbortSignal;
}

/** The same look, that never throws: after a failure it is made again in LIVE_REST_AFTER_FAILURE_MS. */
export function keepLooking<Arguments extends readonly unknown[]>({
  look,
  failed,
  again,
  log,
  signal,
}: SteadyLook<Arguments>): (...of: Arguments) => Promise<number> {
  let hasFailed = false;
  return async (...of) => {
    try {
      const pauseMs = await look(...of);
      if (hasFailed) log('info', again, {});
      hasFailed = false;
      return pauseMs;
    } catch (error) {
      const { code, message: reason } = describeError(error);
      if (!hasFailed && signal?.aborted !== true) log('warn', failed, { code, reason });
      hasFailed = true;
      return LIVE_REST_AFTER_FAILURE_MS;
    }
  };
}
