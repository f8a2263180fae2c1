/**
 * The bundle's entry: the jobs, which anyone may start, the decisions of people about a lane, the delivery of alerts, and the
 * runs of live shops.
 */
export { cleanUp } from './clean-up.ts';
export { decideLane } from './decide-lane.ts';
export { deliverAlerts } from './deliver-alerts.ts';
export { followChanges } from './follow-changes.ts';
export { hardSync } from './hard-sync.ts';
export { importInventory } from './import-inventory.ts';
export { mapShop } from './map-shop.ts';
export { processUploads } from './process-uploads.ts';
export { uploadRecentChanges } from './upload-recent-changes.ts';
export { verifyShop } from './verify-shop.ts';
