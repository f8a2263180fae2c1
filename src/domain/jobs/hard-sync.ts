import { defineJob } from './job.ts';
import { PRODUCING_FIELDS, syncInWords, syncOutcome } from './producing.ts';

export const HARD_SYNC = defineJob({
  name: 'hard-sync',
  title: 'Hard Sync',
  description: 'Publishes the Online ATP of every product of the shop as one file.',
  workflowType: 'hardSync',
  fields: PRODUCING_FIELDS,
  schedule: {
    recommended: '1d',
    usualTime: { hour: 3, minute: 0 },
    notFasterThan: {
      every: '1h',
      why: 'it publishes the whole catalogue; recent-changes is for what is faster',
    },
    overlap: 'BUFFER_ONE',
    catchupWindow: '6 hours',
    why: 'It is the only complete reset of a day: rather late, or after another one, than not at all.',
  },
  inWords: syncInWords,
  outcomeOf: syncOutcome,
});
