import type { ReactNode } from 'react';
import { PageLink } from './page-link.tsx';

interface RunLinkProps {
  /** Null: it is to come, and has no page. */
  readonly run: { readonly workflowId: string; readonly runId: string | null };
  readonly children?: ReactNode;
}

export function RunLink({ run: { workflowId, runId }, children }: RunLinkProps) {
  return (
    <PageLink to="/runs/$workflowId/$runId" params={{ workflowId, runId: runId ?? '' }}>
      {children ?? workflowId}
    </PageLink>
  );
}

/** Where the page of a run is. */
export function runHref({ workflowId, runId }: RunLinkProps['run']): string {
  return `/runs/${encodeURIComponent(workflowId)}/${encodeURIComponent(runId ?? '')}`;
}
