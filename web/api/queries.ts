/** Operations as React sees them: a look is a query, an act is a mutation after which all looks are taken anew. */
import {
  keepPreviousData,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { call } from './client.ts';
import type { InputOf, OperationName, ResultOf } from './operation-types.ts';
import { Problem, problemOf } from './problem.ts';

/** How often a page that stays open looks again. What changes by itself comes by events, sooner. */
const LOOK_AGAIN_MS = 30_000;
const RETRIES_MAX = 2;

export function createQueryClient(onSignedOut: () => void): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchInterval: LOOK_AGAIN_MS,
        placeholderData: keepPreviousData,
        // What the server refuses for a reason is refused again.
        retry: (failures, error) => failures < RETRIES_MAX && isTemporary(error),
      },
      mutations: { retry: false },
    },
  });
  client.getQueryCache().subscribe(({ query }) => {
    if (query.state.status === 'error' && problemOf(query.state.error).status === 401) onSignedOut();
  });
  return client;
}

function isTemporary(error: unknown): boolean {
  const { status } = problemOf(error);
  return error instanceof Problem && (status === 0 || status >= 500);
}

export function keyOf(name: OperationName, input: object): readonly unknown[] {
  return [name, input];
}

export interface LookOptions {
  readonly isEnabled?: boolean;
  /** Milliseconds until it looks again; false: only when it is asked to. */
  readonly lookAgainMs?: number | false;
}

/** What an operation of a viewer answers, looked at again while the page stays open. */
export function useLook<const Name extends OperationName>(
  name: Name,
  input: InputOf<Name> = {},
  { isEnabled = true, lookAgainMs = LOOK_AGAIN_MS }: LookOptions = {},
): UseQueryResult<ResultOf<Name>> {
  return useQuery({
    queryKey: keyOf(name, input),
    queryFn: ({ signal }) => call(name, input, { signal }),
    enabled: isEnabled,
    refetchInterval: lookAgainMs,
  });
}

/**
 * An act. Whatever it changed may show anywhere, so everything that is on the page is looked at again, but what says
 * `isKept` of itself: a large file is not sent again because of it.
 */
export function useAct<const Name extends OperationName>(
  name: Name,
): UseMutationResult<
  ResultOf<Name>,
  Error,
  { readonly input: InputOf<Name>; readonly file?: Blob | undefined }
> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ input, file }) => call(name, input, { file }),
    onSettled: () => {
      // Nobody waits for it: what was done is told at once, before a new look takes away the button that did it.
      void client.invalidateQueries({ predicate: ({ meta }) => meta?.['isKept'] !== true });
    },
  });
}
