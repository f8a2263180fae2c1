/** Links to the page of a thing, by its name. A name may have any sign: the router puts it into the address. */
import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

export function ProductLink({ sku }: { readonly sku: string }) {
  return (
    <Anchor inherit renderRoot={(props) => <Link {...props} to="/products/$sku" params={{ sku }} />}>
      {sku}
    </Anchor>
  );
}

interface NamedLinkProps {
  readonly id: string;
  /** What people call it; absent: its id. */
  readonly children?: ReactNode;
}

export function FacilityLink({ id, children = id }: NamedLinkProps) {
  return (
    <Anchor
      inherit
      renderRoot={(props) => <Link {...props} to="/facilities/$facilityId" params={{ facilityId: id }} />}
    >
      {children}
    </Anchor>
  );
}

export function ChannelLink({ id, children = id }: NamedLinkProps) {
  return (
    <Anchor
      inherit
      renderRoot={(props) => (
        <Link {...props} to="/channels/$facilityGroupId" params={{ facilityGroupId: id }} />
      )}
    >
      {children}
    </Anchor>
  );
}

export function ImportLink({ importId }: { readonly importId: number }) {
  return (
    <Anchor
      inherit
      renderRoot={(props) => (
        <Link {...props} to="/import/$importId" params={{ importId: String(importId) }} />
      )}
    >
      Import {importId}
    </Anchor>
  );
}
