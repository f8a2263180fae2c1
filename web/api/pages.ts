/** A list that has pages: each further page is asked for by `next` of the one before. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from './client.ts';
import type { InputOf, OperationName, ResultOf } from './operation-types.ts';
import { keepOfSame, keyOf } from './queries.ts';

interface Page {
  readonly next?: string | number | null;
}

/**
 * Names of the operations whose answer has `next`.
 */
export type PagedName = {
  [Name in OperationName]: ResultOf<Name> extends { readonly next: unknown } ? Name : never;
}[OperationName];

/** @param input without `after` */
export function usePages<const Name extends PagedName>(name: Name, input: InputOf<Name>, isEnabled = true) {
  return useInfiniteQuery({
    queryKey: [...keyOf(name, input), 'pages'],
    queryFn: ({ signal, pageParam }) =>
      call(name, { ...input, ...(pageParam !== null && { after: pageParam }) }, { signal }),
    initialPageParam: null as string | number | null,
    getNextPageParam: (page) => (page as Page).next ?? null,
    enabled: isEnabled,
    placeholderData: keepOfSame(input),
  });
}
