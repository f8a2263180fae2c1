/** Whether anybody still waits for an answer: the database is asked nothing more for a client that has gone. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyReply } from 'fastify';

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
export function whileAwaited<Result>(reply: FastifyReply, work: () => Promise<Result>): Promise<Result> {
  const gone = new AbortController();
  const leave = (): void => {
    if (!reply.raw.writableFinished) gone.abort(new ClientGone('nobody waits for its answer any more'));
  };
  reply.raw.once('close', leave);
  return signals.run(gone.signal, work).finally(() => reply.raw.off('close', leave));
}
