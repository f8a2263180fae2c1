/** The bounds of the product, each with a name and a reason: one file for each area. One that a single module knows may stand there. */
export * from './limits/age.ts';
export * from './limits/alerts.ts';
export * from './limits/api.ts';
export * from './limits/feeds.ts';
export * from './limits/gates.ts';
export * from './limits/guard.ts';
export * from './limits/inputs.ts';
export * from './limits/kept.ts';
export * from './limits/lane.ts';
export * from './limits/live.ts';
export * from './limits/mapping.ts';
export * from './limits/metrics.ts';
export * from './limits/postgres.ts';
export * from './limits/sftp.ts';
export * from './limits/shopify.ts';
export * from './limits/shown.ts';
export * from './limits/temporal.ts';
