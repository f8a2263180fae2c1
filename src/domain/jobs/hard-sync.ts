import { defineJob } from './job.ts';
import { PRODUCING_FIELDS, syncInWords, syncVerdict } from './producing.ts';
import { PRESETS } from './schedule-policy.ts';

export const HARD_SYNC = defineJob({
  name: 'hard-sync',
  title: 'Hard Sync',
  description: 'Publishes the Online ATP of every product of the shop as one file.',
  workflowType: 'hardSync',
  fields: PRODUCING_FIELDS,
  schedule: {
    recommended: '1d',
    usualTime: { hour: 3, minute: 0 },
    // It computes and publishes the whole catalogue; what must be faster is the work of recent-changes.
    shortestMs: PRESETS['1h'],
    overlap: 'BUFFER_ONE',
    catchupWindow: '6 hours',
    why: 'It is the only complete reset of a day: rather late, or after another one, than not at all.',
  },
  inWords: syncInWords,
  verdictOf: syncVerdict,
});
