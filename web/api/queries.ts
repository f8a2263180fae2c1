/** Operations as React sees them: a look is a query, an act is a mutation after which all looks are taken anew. */
import {
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useState } from 'react';
import { call, type CallOptions } from './client.ts';
import type { InputOf, OperationName, ResultOf } from './operation-types.ts';
import { Problem, problemOf } from './problem.ts';
import { AT_WORK, callAndTell, useTold, type Told } from './told.ts';

/** How often a page that stays open looks again. What changes by itself comes by events, sooner. */
export const LOOK_AGAIN_MS = 30_000;
const RETRIES_MAX = 2;

export function createQueryClient(onSignedOut: () => void): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchInterval: LOOK_AGAIN_MS,
        // Without a network a look fails, and the page says so: one that waits for the network would show old figures.
        networkMode: 'always',
        // What the server refuses for a reason is refused again.
        retry: (failures, error) => failures < RETRIES_MAX && isTemporary(error),
      },
      // An act is done now or refused now: nobody expects it minutes later, when the network is back.
      mutations: { retry: false, networkMode: 'always' },
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

/** What only narrows or lengthens the list of the same thing. */
const NARROWING: ReadonlySet<string> = new Set(['limit', 'search', 'cause', 'past']);

/**
 * What stays on the page until the new answer is there: the answer before, if it is about the same thing. That of another
 * shop, product or plan would stand under a heading that is not its own.
 */
export function keepOfSame(input: object) {
  return <T>(before: T | undefined, query?: { readonly queryKey: readonly unknown[] }): T | undefined =>
    subjectOf(query?.queryKey[1]) === subjectOf(input) ? before : undefined;
}

function subjectOf(input: unknown): string {
  const fields = Object.entries(input ?? {}).filter(
    ([name, value]) => value !== undefined && !NARROWING.has(name),
  );
  return JSON.stringify(fields.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

export interface LookOptions<Result> {
  readonly isEnabled?: boolean;
  /** Milliseconds until it looks again; false: only when it is asked to. */
  readonly lookAgainMs?: number | false;
  /** How often it looks while what was seen is at work, and until something was seen. */
  readonly workMs?: number;
  readonly isAtWork?: (seen: Result) => boolean;
}

/** What an operation of a viewer answers, looked at again while the page stays open. */
export function useLook<const Name extends OperationName>(
  name: Name,
  input: InputOf<Name> = {},
  { isEnabled = true, lookAgainMs = LOOK_AGAIN_MS, workMs, isAtWork }: LookOptions<ResultOf<Name>> = {},
): UseQueryResult<ResultOf<Name>> & Told {
  const key = keyOf(name, input);
  const look = useQuery({
    queryKey: key,
    queryFn: (context) => callAndTell(key, name, input, context),
    enabled: isEnabled,
    refetchInterval: ({ state: { data } }) =>
      workMs !== undefined && (data === undefined || isAtWork?.(data)) ? workMs : lookAgainMs,
    placeholderData: keepOfSame(input),
  });
  return useTold(key, look);
}

interface ActOptions<Name extends OperationName> {
  /** They are called in any case, also when what has begun the act is no longer on the page. */
  readonly onSuccess?: (result: ResultOf<Name>) => void;
  readonly onError?: (error: Error) => void;
  /** What the server tells of an act that takes long. */
  readonly onTold?: (text: string) => void;
}

type ActVariables<Name extends OperationName> = {
  readonly input: InputOf<Name>;
} & Pick<CallOptions, 'file' | 'onSent' | 'signal'>;

/**
 * An act. Whatever it changed may show anywhere, so everything that is on the page is looked at again, but what says
 * `isKept` of itself: a large file is not sent again because of it.
 */
export function useAct<const Name extends OperationName>(
  name: Name,
  { onSuccess, onError, onTold }: ActOptions<Name> = {},
): UseMutationResult<ResultOf<Name>, Error, ActVariables<Name>> & Told {
  const client = useQueryClient();
  const [told, setTold] = useState<string | null>(null);
  const onProgress = (text: string | null) => {
    setTold(text ?? AT_WORK);
    onTold?.(text ?? AT_WORK);
  };
  const act: UseMutationResult<ResultOf<Name>, Error, ActVariables<Name>> = useMutation({
    mutationFn: ({ input, ...options }) => call(name, input, { ...options, onProgress }),
    ...(onSuccess && { onSuccess: (result) => onSuccess(result) }),
    ...(onError && { onError: (error) => onError(error) }),
    onSettled: () => {
      setTold(null);
      // Nobody waits for it: what was done is told at once, before a new look takes away the button that did it.
      void client.invalidateQueries({ predicate: ({ meta }) => meta?.['isKept'] !== true });
    },
  });
  return { ...act, told };
}
