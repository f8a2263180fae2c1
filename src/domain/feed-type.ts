/** The types of feeds, as files and folders in incoming/ are named after them. */
export const FEED_TYPES = ['RESET_INVENTORY', 'MDM_INV_VARIANCE', 'ORDER_ITEMS'] as const;
export type FeedType = (typeof FEED_TYPES)[number];

/** Null when the text is no feed type. */
export function parseFeedType(text: string | undefined): FeedType | null {
  return FEED_TYPES.find((type) => type === text) ?? null;
}
