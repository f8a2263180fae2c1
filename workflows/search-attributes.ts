import { upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import type { Outcome } from '../src/domain/jobs/outcome.ts';
import { SEARCH_ATTRIBUTE_NAMES } from '../src/domain/workflow-names.ts';

const { KEYWORD, INT } = SearchAttributeType;
const KEYS = {
  shopId: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.shopId, KEYWORD),
  facilityGroupId: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.facilityGroupId, KEYWORD),
  jobName: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.jobName, KEYWORD),
  laneState: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.laneState, KEYWORD),
  fileSequence: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.fileSequence, INT),
  outcome: defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.outcome, KEYWORD),
} as const;

export interface RunAttributes {
  readonly shopId?: string;
  readonly facilityGroupId?: string;
  readonly jobName?: string;
  readonly laneState?: string;
  readonly fileSequence?: number;
  readonly outcome?: Outcome;
}

/** Makes the run findable. Set by the workflow, so that a run started by Temporal's own tools is found as well. */
export function describeRun(attributes: RunAttributes): void {
  upsertSearchAttributes(searchAttributesOf(attributes));
}

/** The same of a run that is started. */
export function searchAttributesOf({
  shopId,
  facilityGroupId,
  jobName,
  laneState,
  fileSequence,
  outcome,
}: RunAttributes): SearchAttributePair[] {
  return [
    ...(shopId === undefined ? [] : [{ key: KEYS.shopId, value: shopId }]),
    ...(facilityGroupId === undefined ? [] : [{ key: KEYS.facilityGroupId, value: facilityGroupId }]),
    ...(jobName === undefined ? [] : [{ key: KEYS.jobName, value: jobName }]),
    ...(laneState === undefined ? [] : [{ key: KEYS.laneState, value: laneState }]),
    ...(fileSequence === undefined ? [] : [{ key: KEYS.fileSequence, value: fileSequence }]),
    ...(outcome === undefined ? [] : [{ key: KEYS.outcome, value: outcome }]),
  ];
}
