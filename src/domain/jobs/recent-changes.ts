import { label, list, optional } from '../input-fields.ts';
import { SKUS_ASKED_MAX } from '../limits.ts';
import { defineJob } from './job.ts';
import { PRODUCING_FIELDS, syncInWords, syncOutcome } from './producing.ts';

export const RECENT_CHANGES = defineJob({
  name: 'recent-changes',
  title: 'Upload recent inventory changes',
  description: 'Publishes the products whose Online ATP changed since the last file.',
  workflowType: 'uploadRecentChanges',
  fields: {
    ...PRODUCING_FIELDS,
    skus: optional(
      list('products that come whether they changed or not', label('a SKU', 'sku'), SKUS_ASKED_MAX),
    ),
  },
  schedule: {
    recommended: '15m',
    // Five minutes after each import, to publish what it brought.
    usualTime: { hour: 0, minute: 5 },
    overlap: 'SKIP',
    catchupWindow: '15 minutes',
    why: 'A dropped run loses nothing: the next one carries its changes, too.',
  },
  inWords: syncInWords,
  outcomeOf: syncOutcome,
});
