/**
 * The Shopify twin: an HTTP server that stands in for Shopify's Admin GraphQL API, executing against Shopify's
 * own schema (pruned) with the behaviour that was recorded on a development store or is documented.
 */
export { startShopifyTwin } from './server.ts';
export type { ShopifyTwin, TwinOptions, TwinShop } from './server.ts';
export type { LoggedRequest } from './request-log.ts';
export type { LevelRow } from './shop-control.ts';
export type { HoldStatus } from './holds.ts';
export type { FaultKind } from './faults.ts';
export type { RulesChange } from './shop-rules.ts';
export type { EconomySettings, EconomyView } from './shop-economy.ts';
