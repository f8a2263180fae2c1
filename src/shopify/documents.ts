import { readFileSync } from 'node:fs';

const FILES = {
  ReadAccessScopes: 'read-access-scopes',
  ReadLocation: 'read-location',
  ReadOnlineAtp: 'read-online-atp',
  SetOnlineAtp: 'set-online-atp',
  ReadCatalogue: 'read-catalogue',
} as const;

/** The operations that we send; each is a document of that name under documents/. */
export type OperationName = keyof typeof FILES;

/** The text of every operation, read once: a file that is missing stops the process at its start. */
export const DOCUMENTS: Readonly<Record<OperationName, string>> = Object.freeze(
  Object.fromEntries(
    Object.entries(FILES).map(([name, file]) => [
      name,
      readFileSync(new URL(`documents/${file}.graphql`, import.meta.url), 'utf8'),
    ]),
  ) as Record<OperationName, string>,
);
