/**
 * How many products a mapping may unmap without a person: SKUs that were edited in bulk, or an answer that lacks variants,
 * look the same as products that a shop gives up.
 */
import { UNMAPPED_FREE } from './limits.ts';

/** Whether so many products may lose their item at once. */
export function isUnmappingHeld({
  leaving,
  mapped,
  limitPercent,
}: {
  /** Products that would be unmapped, those left out that a person has approved. */
  readonly leaving: number;
  /** Products that are mapped now. */
  readonly mapped: number;
  readonly limitPercent: number;
}): boolean {
  return leaving > Math.max(UNMAPPED_FREE, Math.floor((mapped * limitPercent) / 100));
}
