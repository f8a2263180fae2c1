/** What narrows a list: in a row where there is room, and on a phone two beside each other over the whole width. */
import { Box, type BoxProps } from '@mantine/core';
import type { ReactNode } from 'react';

export function FilterBar({ children, ...box }: BoxProps & { readonly children: ReactNode }) {
  return (
    <Box className="filter-bar" {...box}>
      {children}
    </Box>
  );
}
