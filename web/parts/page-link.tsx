/** A link to another page of the console: its path and its parameters are checked by the router's types. */
import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ReactNode, Ref } from 'react';

interface LinkProps extends Omit<AnchorProps, 'href'> {
  readonly ref?: Ref<HTMLAnchorElement>;
  readonly children?: ReactNode;
}

function AnchorOfPage(props: LinkProps) {
  return <Anchor inherit {...props} />;
}

export const PageLink = createLink(AnchorOfPage);
