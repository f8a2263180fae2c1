/** Whether anybody still waits for an answer: the database is asked nothing more for a client that has gone. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Why a look was broken off. Nobody reads it, and it is no fault. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

const signals = new AsyncLocalStorage<AbortSignal>();

/** Of the look that calls this: aborts when its client is gone. Undefined outside of one. */
export function requestSignal(): AbortSignal | undefined {
  return signals.getStore();
}

/** Does what is worth nothing to a client that has gone. Never an act: what is begun there is brought to its end. */
export function whileAwaited<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  return signals.run(signal, work);
}
