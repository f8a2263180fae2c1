/** What the server tells by itself: lanes and runs, put where a look would have put them. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { isLongList } from './pages.ts';
import { keyOf } from './queries.ts';

/** What a topic tells by itself, and what else is worth another look then. A plan is not: that would ask Shopify. */
const TOPICS = {
  lanes: { key: keyOf('lane.list', {}), others: /^lane\.(?!plan$)/ },
  runs: {
    key: keyOf('pipeline.show', { state: 'running' }),
    others: /^(pipeline|job)\.|^shop\.(differences|history)$/,
  },
} as const;

const LISTEN_AGAIN_MS = 15_000;

/** Listens while the page is open. False: nothing comes now, and looks are what the page lives by. */
export function useLive(): boolean {
  const client = useQueryClient();
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      const opened = new EventSource('/api/events');
      source = opened;
      opened.onopen = () => setLive(true);
      opened.onerror = () => {
        setLive(false);
        // What a proxy answers while the server starts anew is an end for the browser: it does not come again by itself.
        if (opened.readyState === EventSource.CLOSED) timer = setTimeout(listen, LISTEN_AGAIN_MS);
      };
      for (const [topic, { key, others }] of Object.entries(TOPICS)) {
        opened.addEventListener(topic, ({ data }: MessageEvent<string>) => {
          const told = JSON.parse(data) as { readonly value?: unknown };
          if (told.value === undefined) return;
          client.setQueryData(key, told.value);
          // What else shows lanes and runs asks for more than the events have.
          void client.invalidateQueries({
            predicate: ({ queryKey, state }) =>
              others.test(String(queryKey[0])) && queryKey !== key && !isLongList(state.data),
          });
        });
      }
    };
    listen();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [client]);
  return isLive;
}
