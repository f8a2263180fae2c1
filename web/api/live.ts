/** What the server tells by itself: lanes and runs, put where a look would have put them. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keyOf } from './queries.ts';

const TOPICS = {
  lanes: keyOf('lane.list', {}),
  runs: keyOf('pipeline.show', { state: 'running' }),
} as const;

/** Listens while the page is open. False: nothing comes now, and looks are what the page lives by. */
export function useLive(): boolean {
  const client = useQueryClient();
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    const source = new EventSource('/api/events');
    source.onopen = () => setLive(true);
    source.onerror = () => setLive(false);
    for (const [topic, key] of Object.entries(TOPICS)) {
      source.addEventListener(topic, ({ data }: MessageEvent<string>) => {
        const told = JSON.parse(data) as { readonly value?: unknown };
        if (told.value === undefined) return;
        client.setQueryData(key, told.value);
        // What else shows lanes and runs asks for more than the events have.
        const [name] = key;
        void client.invalidateQueries({
          predicate: ({ queryKey }) => queryKey[0] === name && queryKey !== key,
        });
      });
    }
    return () => source.close();
  }, [client]);
  return isLive;
}
