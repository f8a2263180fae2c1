import { readFileSync } from 'node:fs';

const FILES = {
  ReadAccessScopes: 'read-access-scopes',
  ReadLocation: 'read-location',
  ReadOnlineAtp: 'read-online-atp',
  SetOnlineAtp: 'set-online-atp',
  ReadCatalogue: 'read-catalogue',
} as const;

/** The operations that we send; each has its document under documents/. */
export type OperationName = keyof typeof FILES;

/** Whether a call may have changed quantities when its answer is lost. */
export type CallKind = 'read' | 'write';

export function callKind(operation: OperationName): CallKind {
  return operation === 'SetOnlineAtp' ? 'write' : 'read';
}

/** The text of every operation, read once at the start, so that a missing file stops the process at once. */
export const DOCUMENTS: Readonly<Record<OperationName, string>> = Object.freeze(
  Object.fromEntries(
    Object.entries(FILES).map(([name, file]) => [
      name,
      readFileSync(new URL(`documents/${file}.graphql`, import.meta.url), 'utf8'),
    ]),
  ) as Record<OperationName, string>,
);
