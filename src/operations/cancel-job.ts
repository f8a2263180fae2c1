import { optional, text, yesOrNo } from '../domain/input-fields.ts';
import { findJob, JOB_FIELDS } from './job-order.ts';
import { defineOperation } from './operation.ts';

export const cancelJob = defineOperation({
  name: 'job.cancel',
  role: 'operator',
  description: 'end the runs of a job that are under way; its schedule starts the next one as usual',
  fields: {
    ...JOB_FIELDS,
    reason: text('why; it is kept'),
    force: optional(yesOrNo('also end a run that nobody works on, or that does not end when it is asked to')),
  },
  run: async (context, { reason, force = false, ...input }) => {
    const found = await findJob(context, input);
    const { cancelJob: cancel } = await import('../temporal/cancel-job.ts');
    const runs = await cancel(await context.app.temporal(), found, {
      reason: `${reason} (${context.caller.name})`,
      force,
      onProgress: context.progress,
    });
    return { ...found, runs };
  },
});
