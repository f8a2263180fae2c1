import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { SEARCH_ATTRIBUTE_NAMES as NAMES } from '../domain/workflow-names.ts';

/** A namespace must know them before a run can carry them; the embedded stack registers them in its server. */
export const SEARCH_ATTRIBUTES = {
  shopId: defineSearchAttributeKey(NAMES.shopId, SearchAttributeType.KEYWORD),
  facilityGroupId: defineSearchAttributeKey(NAMES.facilityGroupId, SearchAttributeType.KEYWORD),
  jobName: defineSearchAttributeKey(NAMES.jobName, SearchAttributeType.KEYWORD),
  laneState: defineSearchAttributeKey(NAMES.laneState, SearchAttributeType.KEYWORD),
  fileSequence: defineSearchAttributeKey(NAMES.fileSequence, SearchAttributeType.INT),
} as const;
