/** What a person can do about the differences that no file mends. */
import { DIFFERENCE_CAUSES, isHealedByFile, type DifferenceCause, type UnhealedCause } from './difference.ts';

/** How many products differ, by cause. */
export type DifferenceCauses = Readonly<Partial<Record<DifferenceCause, number>>>;

const NEXT_FILE = 'the next file brings it';

/** `<shop>` is the shop's id. */
const WAYS_OUT: Readonly<Record<UnhealedCause, string>> = {
  ITEM_NOT_FOUND: '`atp shop map <shop>` finds its new item, and it then comes back by itself',
  ITEM_NOT_TRACKED: 'switch "Track quantity" on for it in Shopify, and it then comes back by itself',
  LEVEL_INACTIVE: 'stock it at the shop’s location in Shopify, and it then comes back by itself',
  WITHHELD: '`atp lane <shop>` shows the plan that waits for a person',
  NEVER_PUBLISHED: NEXT_FILE,
  CHANGE_NOT_PUBLISHED: NEXT_FILE,
  FILE_WAITING: 'the file that waits brings it',
  UNSEEN_SALES: 'its sold units are kept back until their orders are imported; nothing is to be done',
};

/** `ITEM_NOT_TRACKED 2: switch …`, for each cause that no file mends. */
export function waysOut(shopId: string, causes: DifferenceCauses): readonly string[] {
  return unhealedCauses(causes).map(
    (cause) => `${cause} ${causes[cause]}: ${WAYS_OUT[cause].replace('<shop>', shopId)}`,
  );
}

/** The differences that the next file does not make equal when it is asked to. */
export function unhealedOf(causes: DifferenceCauses): DifferenceCauses {
  return Object.fromEntries(unhealedCauses(causes).map((cause) => [cause, causes[cause]]));
}

function unhealedCauses(causes: DifferenceCauses): readonly UnhealedCause[] {
  return DIFFERENCE_CAUSES.filter((cause) => !isHealedByFile(cause)).filter(
    (cause) => (causes[cause] ?? 0) > 0,
  );
}

/** How many of them a file mends. */
export function countHealed(causes: DifferenceCauses): number {
  return DIFFERENCE_CAUSES.filter(isHealedByFile).reduce((sum, cause) => sum + (causes[cause] ?? 0), 0);
}
