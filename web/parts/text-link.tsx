import { Anchor } from '@mantine/core';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A link to another page, in the text's own size. */
export function TextLink({
  children,
  ...to
}: Pick<LinkProps, 'to' | 'search'> & { readonly children: ReactNode }) {
  return (
    <Anchor inherit renderRoot={(props) => <Link {...props} {...to} />}>
      {children}
    </Anchor>
  );
}
