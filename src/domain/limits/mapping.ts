/** Mapping: how many products may lose their item, how old a mapping may be, and how many variants without a product are read. */

/** Products that one mapping may unmap in any shop: of a few products, one is a large share. */
export const UNMAPPED_FREE = 3;

/** How long ago a catalogue may have been read before `atp doctor` tells: a shop may be mapped once a day, and two hours late. */
export const MAPPING_AGE_MAX_MS = 26 * 60 * 60 * 1000;

/**
 * Variants without a product that one verification reads: 400 calls, some minutes of a shop's quota. It begins with those that
 * were read longest ago, so that a larger shop is read by several.
 */
export const UNMANAGED_READ_MAX = 100_000;
