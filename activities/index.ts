/** All activities, as the worker registers them and the workflows call them. */
import { createApplyActivities, type ApplyDeps } from './apply-files.ts';
import { createDecideActivities, type DecideDeps } from './decide-lane.ts';
import { createDeliverActivities, type DeliverDeps } from './deliver-alerts.ts';
import type { FeedDrops } from './feed-drops.ts';
import { createFindLiveActivities, type FindLiveDeps } from './find-live.ts';
import { createImportActivities, type ImportDeps } from './import-inventory.ts';
import { createMapActivities, type MapDeps } from './map-shop.ts';
import { createProduceActivities, type ProduceDeps } from './produce-files.ts';
import { createPurgeActivities } from './purge.ts';
import { createRecheckActivities, type RecheckDeps } from './recheck-quarantined.ts';
import { createStartHardSyncActivities, type StartHardSyncDeps } from './start-hard-sync.ts';
import { createVerifyActivities, type VerifyDeps } from './verify-shop.ts';

export type { LaneHead, LaneHolder } from './apply-files.ts';
export type { FeedRef } from './import-inventory.ts';
export type { HeldPlan, ProduceInput, ProduceOutcome } from './produce-files.ts';

export type ActivityDeps = ApplyDeps &
  DecideDeps &
  DeliverDeps &
  FindLiveDeps &
  ImportDeps &
  MapDeps &
  ProduceDeps &
  FeedDrops &
  RecheckDeps &
  StartHardSyncDeps &
  VerifyDeps;

export function createActivities(deps: ActivityDeps) {
  return {
    ...createApplyActivities(deps),
    ...createDecideActivities(deps),
    ...createDeliverActivities(deps),
    ...createFindLiveActivities(deps),
    ...createImportActivities(deps),
    ...createMapActivities(deps),
    ...createProduceActivities(deps),
    ...createPurgeActivities(deps),
    ...createRecheckActivities(deps),
    ...createStartHardSyncActivities(deps),
    ...createVerifyActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
