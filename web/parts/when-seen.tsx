import { Box } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface WhenSeenProps {
  /** As high as what comes, so that nothing jumps. */
  readonly height: number;
  readonly children: ReactNode;
}

/** So far above and below what is in view it looks already, so that nobody waits who scrolls. */
const AROUND = '1200px';

/** What looks at the server for itself, of which a page has as many as there are shops: only what is in view does. */
export function WhenSeen({ height, children }: WhenSeenProps) {
  const { ref, entry } = useSeen<HTMLDivElement>();
  // What has left the view keeps its place.
  const left = entry && !entry.isIntersecting ? entry.boundingClientRect.height : 0;
  return (
    <Box ref={ref} mih={Math.max(height, left)}>
      {entry?.isIntersecting ? children : <div aria-busy={entry === null} />}
    </Box>
  );
}

/** Whether an element is in view, or near it. */
export function useSeen<Element extends HTMLElement>() {
  return useIntersection<Element>({ rootMargin: AROUND });
}
