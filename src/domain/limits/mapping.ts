/** Mapping: how many products may lose their item, and how old a mapping may be. */

/** Products that one mapping may unmap in any shop: of a few products, one is a large share. */
export const UNMAPPED_FREE = 3;

/** How long ago a catalogue may have been read before `atp doctor` tells: a shop may be mapped once a day, and two hours late. */
export const MAPPING_AGE_MAX_MS = 26 * 60 * 60 * 1000;
