/** What the server tells of looks that take long, while they do. */
import { hashKey } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { call, type CallOptions } from './client.ts';
import type { InputOf, OperationName, ResultOf } from './operation-types.ts';

/** Until the work itself has said something. */
export const AT_WORK = 'The server works on it …';

const told = new Map<string, string>();
const listeners = new Set<() => void>();

function tell(key: readonly unknown[], text: string | undefined): void {
  if (text === undefined) told.delete(hashKey(key));
  else told.set(hashKey(key), text);
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Does a look, and keeps what is told of it under its key. Throws Problem. */
export async function callAndTell<const Name extends OperationName>(
  key: readonly unknown[],
  name: Name,
  input: InputOf<Name>,
  { signal }: Pick<CallOptions, 'signal'>,
): Promise<ResultOf<Name>> {
  const onProgress = (text: string | null) => tell(key, text ?? AT_WORK);
  try {
    return await call(name, input, { signal, onProgress });
  } finally {
    tell(key, undefined);
  }
}

export interface Told {
  /** How far the work is; null: it has not taken long yet, or is done. */
  readonly told: string | null;
}

/** A look, and what the server tells of it. What of the look is read is still known by it: so it is no copy. */
export function useTold<Look extends object>(key: readonly unknown[], look: Look): Look & Told {
  const now = useSyncExternalStore(listen, () => told.get(hashKey(key)) ?? null);
  return Object.create(look, { told: { value: now, enumerable: true } }) as Look & Told;
}
