/** Shopify's schema as the twin executes it: schema.graphql, made by scripts/prune-shopify-schema.ts. */
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';

export const API_VERSION = '2026-10';

const SDL = new URL('./schema.graphql', import.meta.url);

export function readSchema(): GraphQLSchema {
  return buildSchema(readFileSync(SDL, 'utf8'));
}
