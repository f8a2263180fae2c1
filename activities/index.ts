/** All activities, as the worker registers them and the workflows call them. */
import { createApplyActivities, type ApplyDeps } from './apply-files.ts';
import { createImportActivities, type ImportDeps } from './import-inventory.ts';
import { createProduceActivities, type ProduceDeps } from './produce-files.ts';
import { createVerifyActivities, type VerifyDeps } from './verify-shop.ts';

export type { ClosedFile, LaneHead, LaneHolder } from './apply-files.ts';
export type { FeedRef } from './import-inventory.ts';
export type { VerifyResult } from './verify-shop.ts';

export type ActivityDeps = ApplyDeps & ImportDeps & ProduceDeps & VerifyDeps;

export function createActivities(deps: ActivityDeps) {
  return {
    ...createApplyActivities(deps),
    ...createImportActivities(deps),
    ...createProduceActivities(deps),
    ...createVerifyActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
