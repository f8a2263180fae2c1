import { useHotkeys } from '@mantine/hooks';

/** Ctrl-K, on a Mac Cmd-K. Once the palette is there it listens itself. */
export function usePaletteKey(onPressed: () => void): void {
  useHotkeys([['mod+K', onPressed]], []);
}
