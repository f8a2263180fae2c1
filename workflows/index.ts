/** The bundle's entry: the five workflow types that anyone may start. */
export { hardSync } from './hard-sync.ts';
export { importInventory } from './import-inventory.ts';
export { processUploads } from './process-uploads.ts';
export { uploadRecentChanges } from './upload-recent-changes.ts';
export { verifyShop } from './verify-shop.ts';
