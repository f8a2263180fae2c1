/** A list that has pages: each further page is asked for by `next` of the one before. */
import { useInfiniteQuery, useQuery, type Query, type UseQueryResult } from '@tanstack/react-query';
import { call } from './client.ts';
import type { InputOf, OperationName, ResultOf } from './operation-types.ts';
import { keepOfSame, keyOf, LOOK_AGAIN_MS } from './queries.ts';
import { callAndTell, useTold } from './told.ts';

interface Page {
  readonly next?: string | number | null;
}

/**
 * Names of the operations whose answer has `next`.
 */
export type PagedName = {
  [Name in OperationName]: ResultOf<Name> extends { readonly next: unknown } ? Name : never;
}[OperationName];

/** So many loaded pages are read again by themselves: each one is a request, and nobody looks at ten at once. */
const PAGES_READ_AGAIN_MAX = 3;

/** Whether so many pages are loaded that they are read again only by an act, or when somebody asks for it. */
export function isLongList(data: unknown): boolean {
  const pages = typeof data === 'object' && data !== null && 'pages' in data ? data.pages : null;
  return Array.isArray(pages) && pages.length > PAGES_READ_AGAIN_MAX;
}

const isShort = ({ state: { data } }: Pick<Query, 'state'>) => !isLongList(data);

/** @param input without `after` */
export function usePages<const Name extends PagedName>(name: Name, input: InputOf<Name>, isEnabled = true) {
  const key = [...keyOf(name, input), 'pages'];
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ signal, pageParam }) =>
      callAndTell(key, name, { ...input, ...(pageParam !== null && { after: pageParam }) }, { signal }),
    initialPageParam: null as string | number | null,
    getNextPageParam: (page) => (page as Page).next ?? null,
    enabled: isEnabled,
    refetchInterval: (query) => (isShort(query) ? LOOK_AGAIN_MS : false),
    refetchOnWindowFocus: isShort,
    refetchOnReconnect: isShort,
    placeholderData: keepOfSame(input),
  });
  return useTold(key, pages);
}

/** Lists that a page chooses from, where the next page of the list would be of no use to a person. */
const ROWS_OF = { 'facility.list': 'facilities', 'group.list': 'groups', 'job.list': 'jobs' } as const;

type WholeName = keyof typeof ROWS_OF;

/** A row of such a list. */
export type RowOf<Name extends WholeName> =
  ResultOf<Name> extends Readonly<Record<(typeof ROWS_OF)[Name], readonly (infer Row)[]>> ? Row : never;

const ROWS_AT_ONCE = 1_000;
/** More are not read: nobody chooses among so many, and their own page has a search. */
const PAGES_READ_MAX = 20;

/** All rows of a list, page after page, PAGES_READ_MAX at most. */
export function useAll<const Name extends WholeName>(
  name: Name,
  input: InputOf<Name> = {},
  {
    isEnabled = true,
    lookAgainMs = LOOK_AGAIN_MS,
  }: { readonly isEnabled?: boolean; readonly lookAgainMs?: number | false } = {},
): UseQueryResult<readonly RowOf<Name>[]> {
  return useQuery({
    queryKey: [...keyOf(name, input), 'all'],
    queryFn: async ({ signal }) => {
      const rows: RowOf<Name>[] = [];
      let after: string | null = null;
      for (let page = 0; page < PAGES_READ_MAX; page += 1) {
        const asked: InputOf<Name> = { ...input, limit: ROWS_AT_ONCE, ...(after !== null && { after }) };
        const found: ResultOf<Name> = await call(name, asked, { signal });
        rows.push(...(found as unknown as Readonly<Record<string, RowOf<Name>[]>>)[ROWS_OF[name]]!);
        after = (found as { readonly next: string | null }).next;
        if (after === null) break;
      }
      return rows;
    },
    enabled: isEnabled,
    refetchInterval: lookAgainMs,
    placeholderData: keepOfSame(input),
  });
}
