/**
 * Times of the model. Orders are imported again and again; an era is the time between two imports. Only the order of
 * times matters: what was seen in an era is settled by every later import.
 */
const BEGIN = Date.parse('2026-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;

/** Bits of a number, less its sign: the code of a state has one for each. */
const ERAS_MAX = 30;

const READ_AT = Array.from({ length: ERAS_MAX }, (_, era) =>
  new Date(BEGIN + (2 * era + 1) * HOUR_MS).toISOString(),
);
const IMPORTED_UNTIL = Array.from({ length: ERAS_MAX }, (_, era) =>
  new Date(BEGIN + 2 * era * HOUR_MS).toISOString(),
);
const ERA_OF = new Map(READ_AT.map((at, era) => [at, era]));

/** When Shopify was read in this era. */
export function readAt(era: number): string {
  return READ_AT[era] ?? tooMany(era);
}

/** Up to when the orders are imported in this era; null: none ever was. */
export function importedUntil(era: number): string | null {
  return era === 0 ? null : (IMPORTED_UNTIL[era] ?? tooMany(era));
}

/** The era of a time that `readAt` gave. */
export function eraOf(at: string): number {
  return ERA_OF.get(at) ?? tooMany(-1);
}

function tooMany(era: number): never {
  throw new Error(`The model has ${ERAS_MAX} eras, and no era ${era}.`);
}
