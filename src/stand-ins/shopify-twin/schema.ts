/** Shopify's schema as the twin executes it: schema.graphql, made by scripts/prune-shopify-schema.ts. */
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';

export const API_VERSION = '2026-10';

/** The oldest version that Shopify still serves; it does not know inactive levels yet. */
export const OLDEST_VERSION = '2026-01';

/** From this version on, a level tells whether it is active (Shopify changelog, "Add isActive field"). */
const INACTIVE_LEVELS_SINCE = '2026-04';

const SDL = new URL('./schema.graphql', import.meta.url);

export type ServedVersion = typeof API_VERSION | typeof OLDEST_VERSION;

/**
 * The version that answers a request for this one. Shopify falls forward: an older version than it still serves is
 * answered by the oldest one, which the header X-Shopify-API-Version names (Shopify documentation, "API versioning").
 * The twin serves two, and falls forward from one in between. Null: there is no such version, or not yet.
 */
export function servedVersion(asked: string): ServedVersion | null {
  if (!/^20\d\d-(01|04|07|10)$/.test(asked) || asked > API_VERSION) return null;
  return asked < INACTIVE_LEVELS_SINCE ? OLDEST_VERSION : API_VERSION;
}

export function readSchema(version: ServedVersion = API_VERSION): GraphQLSchema {
  const sdl = readFileSync(SDL, 'utf8');
  return buildSchema(version === API_VERSION ? sdl : withoutInactiveLevels(sdl));
}

function withoutInactiveLevels(sdl: string): string {
  return sdl
    .replace(/^( {2}inventoryLevels?\(.*)includeInactive: Boolean = false, /gm, '$1')
    .replace(/^(type InventoryLevel [^}]*) {2}isActive: Boolean!\n/m, '$1');
}
