/** Links to the page of a thing, by its name. A name may have any sign: the router puts it into the address. */
import type { ReactNode } from 'react';
import { PageLink } from './page-link.tsx';

export function ProductLink({ sku }: { readonly sku: string }) {
  return (
    <PageLink to="/products/$sku" params={{ sku }}>
      {sku}
    </PageLink>
  );
}

interface NamedLinkProps {
  readonly id: string;
  /** What people call it; absent: its id. */
  readonly children?: ReactNode;
}

export function FacilityLink({ id, children = id }: NamedLinkProps) {
  return (
    <PageLink to="/facilities/$facilityId" params={{ facilityId: id }}>
      {children}
    </PageLink>
  );
}

export function ChannelLink({ id, children = id }: NamedLinkProps) {
  return (
    <PageLink to="/channels/$facilityGroupId" params={{ facilityGroupId: id }}>
      {children}
    </PageLink>
  );
}

export function ImportLink({ importId }: { readonly importId: number }) {
  return (
    <PageLink to="/import/$importId" params={{ importId: String(importId) }}>
      Import {importId}
    </PageLink>
  );
}
