import type { ReactNode } from 'react';
import { PageLink } from './page-link.tsx';

interface RunLinkProps {
  readonly run: { readonly workflowId: string; readonly runId: string };
  readonly children?: ReactNode;
}

export function RunLink({ run: { workflowId, runId }, children }: RunLinkProps) {
  return (
    <PageLink to="/runs/$workflowId/$runId" params={{ workflowId, runId }}>
      {children ?? workflowId}
    </PageLink>
  );
}

/** For a message that stands outside of the pages. */
export function runHref({ workflowId, runId }: RunLinkProps['run']): string {
  return `/runs/${encodeURIComponent(workflowId)}/${encodeURIComponent(runId)}`;
}
