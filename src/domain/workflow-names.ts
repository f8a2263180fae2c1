/** Names that workflows and whoever starts them must agree on. */

/** Every worker of ours polls this queue, and every job is started on it. */
export const TASK_QUEUE = 'atp-sync';

/** By this signal a running Process uploads looks once more for files before it ends. */
export const FILE_READY_SIGNAL = 'fileReady';

/** The workflow that delivers alerts: one run at a time, with this type and id. */
export const DELIVERY_WORKFLOW = 'deliverAlerts';

/** By this signal a running delivery looks for messages at once. */
export const ALERTS_DUE_SIGNAL = 'alertsDue';

/** The workflow that follows the changes of a live shop: one run a shop at a time. */
export const LIVE_WORKFLOW = 'followChanges';

/** By this signal it makes a delta: something has changed, and the shop's lane has no file left. */
export const CHANGE_FOUND_SIGNAL = 'changeFound';

/** By this signal it looks whether the shop is still live. */
export const LIVE_SET_SIGNAL = 'liveSet';

/** The key of a run's memo that names who started it. */
export const STARTED_BY = 'startedBy';

/** By these a person finds runs in Temporal's list: `ShopId = "blue-shirts" AND JobName = "hard-sync"`. */
export const SEARCH_ATTRIBUTE_NAMES = {
  shopId: 'ShopId',
  facilityGroupId: 'FacilityGroupId',
  jobName: 'JobName',
  laneState: 'LaneState',
  fileSequence: 'FileSequence',
  /** What came of a run, set before it ends: see src/domain/jobs/outcome.ts. */
  outcome: 'Outcome',
} as const;
