import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { SEARCH_ATTRIBUTE_NAMES as NAMES } from '../domain/workflow-names.ts';

/** A namespace must know them before a run can carry them: `atp temporal setup` tells it of them. */
export const SEARCH_ATTRIBUTES = {
  shopId: defineSearchAttributeKey(NAMES.shopId, SearchAttributeType.KEYWORD),
  facilityGroupId: defineSearchAttributeKey(NAMES.facilityGroupId, SearchAttributeType.KEYWORD),
  jobName: defineSearchAttributeKey(NAMES.jobName, SearchAttributeType.KEYWORD),
  laneState: defineSearchAttributeKey(NAMES.laneState, SearchAttributeType.KEYWORD),
  fileSequence: defineSearchAttributeKey(NAMES.fileSequence, SearchAttributeType.INT),
  outcome: defineSearchAttributeKey(NAMES.outcome, SearchAttributeType.KEYWORD),
} as const;

/**
 * The types that we use: as `temporal operator search-attribute create --type` takes them, and their numbers in Temporal's
 * protocol (IndexedValueType).
 */
export const ATTRIBUTE_TYPES = {
  KEYWORD: { label: 'Keyword', number: 2 },
  INT: { label: 'Int', number: 3 },
} as const satisfies Partial<Record<SearchAttributeType, unknown>>;
