/** What a person has typed or sent: commands, master data and jobs. */
import { FACILITY_TYPES } from '../facility-type.ts';
import type { ErrorEntry } from './error-entry.ts';

const STARTS_A_WORKER = '`atp worker` starts a worker (`atp up` brings its own)';

export const INPUT_ERRORS = {
  INPUT_INVALID: {
    class: 'callers-fault',
    message: (d) => `The input is not valid: ${d.reason}.`,
    hint: 'Correct what the message names and start again; docs/reference/cli.md lists what every command and job takes.',
  },
  CONFIG_INVALID: {
    class: 'callers-fault',
    message: (d) => `The configuration is not valid: ${d.reason}.`,
    hint: 'Correct what the message names; docs/reference/config.md explains every variable.',
  },
  ROLE_INSUFFICIENT: {
    class: 'not-allowed',
    message: (d) => `${d.act} is for the role ${d.needed}; you have the role ${d.role}.`,
    hint: 'Ask somebody with that role to do it, or an admin to give it to you.',
  },
  SHOP_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no shop "${d.shopId}".`,
    hint: '`atp shop list` shows the shops; `atp shop add` makes one.',
  },
  SHOP_GROUP_MISMATCH: {
    class: 'callers-fault',
    message: (d) =>
      `Shop "${d.shopId}" sells the stock of facility group "${d.shopGroupId}", not of "${d.facilityGroupId}".`,
    hint: 'Leave facilityGroupId out, or name the group that belongs to the shop.',
  },
  SHOP_EXISTS: {
    class: 'callers-fault',
    message: (d) => `Shop "${d.shopId}", or another one with the same domain and location, exists already.`,
    hint: '`atp shop list` shows it.',
  },
  NOT_CONFIRMED: {
    class: 'not-now',
    message: (d) => `Nothing was done, because it was not confirmed: ${d.consequence}`,
    hint: (d) => `Answer y, or give ${d.yes} where nobody can be asked.`,
  },
  SHOP_STORE_UNPROVEN: {
    class: 'callers-fault',
    message: (d) =>
      `Nothing proves that ${d.domain} is the store that shop "${d.shopId}" was mapped with: ${d.reason}.`,
    hint: (d) =>
      `If the store was only renamed, let Shopify be asked. Another store is another shop: \`atp shop add\` it, then \`atp shop remove ${d.shopId} --drain\`.`,
  },
  SHOP_DRAINING: {
    class: 'not-now',
    message: (d) =>
      `Shop "${d.shopId}" is not empty on Shopify yet: its drain, file ${d.sequence}, is ${d.state}.`,
    hint: (d) =>
      `\`atp lane ${d.shopId}\` shows why. \`atp shop remove ${d.shopId} --drain\` goes on, without it the shop is removed as it is.`,
  },
  SHOP_NOT_DRAINED: {
    class: 'not-now',
    message: (d) =>
      `Shop "${d.shopId}" is not empty on Shopify: its drain, file ${d.sequence}, could not send ${d.products} with ${d.units} to 0, which are sold on: ${d.skus}.`,
    hint: (d) =>
      `\`atp lane ${d.shopId}\` shows why. When that is mended in Shopify, \`atp shop remove ${d.shopId} --drain\` makes another drain; without it the shop is removed as it is.`,
  },
  SHOP_CLOSING: {
    class: 'not-now',
    message: (d) => `Shop "${d.shopId}" is being emptied to be removed, so no file is made for it.`,
    hint: (d) =>
      `\`atp shop remove ${d.shopId} --drain\` goes on; \`atp shop set ${d.shopId} --location <gid>\`, with its own location or another one, lets it sell again.`,
  },
  SHOP_BUSY: {
    class: 'not-now',
    message: (d) => `Files of shop "${d.shopId}" are being applied to Shopify right now.`,
    hint: (d) =>
      `Wait until Process uploads has ended (\`atp lane ${d.shopId}\` shows it), then try again. If it waits for a Shopify that does not answer any more: \`atp shop remove ${d.shopId} --force --reason <text>\` does not wait.`,
  },
  FACILITY_GROUP_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no facility group "${d.facilityGroupId}".`,
    hint: '`atp group list` shows the groups; `atp group create` makes one.',
  },
  FACILITY_GROUP_EXISTS: {
    class: 'callers-fault',
    message: (d) => `Facility group "${d.facilityGroupId}" exists already.`,
    hint: '`atp group set` changes it.',
  },
  FACILITY_UNKNOWN: {
    class: 'row',
    message: (d) => `There is no facility "${d.facilityId}".${d.likely ? ` Likely meant: ${d.likely}.` : ''}`,
    hint: '`atp facility list` shows the facilities with their external ids; `atp facility add` makes one.',
  },
  FACILITY_EXISTS: {
    class: 'callers-fault',
    message: (d) => `Facility "${d.facilityId}", or another one with its external id, exists already.`,
    hint: '`atp facility list` shows it; `atp facility set` changes it.',
  },
  FACILITY_TYPE_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no facility type "${d.facilityTypeId}".`,
    hint: `Use ${FACILITY_TYPES.withStock.join(' or ')}; for a place without stock ${FACILITY_TYPES.virtual}, or one of its kinds (${FACILITY_TYPES.kindsOfVirtual.join(', ')}).`,
  },
  FACILITY_IN_USE: {
    class: 'callers-fault',
    message: (d) => `Facility "${d.facilityId}" is not removed: ${d.reason}.`,
    hint: (d) =>
      `\`atp group remove <facilityGroupId> ${d.facilityId}\` ends a membership. One with units or orders stays for what was done there: \`atp facility set ${d.facilityId} --closed <time>\` closes it.`,
  },
  MEMBERSHIP_EXISTS: {
    class: 'callers-fault',
    message: (d) =>
      `Facility "${d.facilityId}" is a member of "${d.facilityGroupId}" during that time already.`,
    hint: (d) => `End that membership first: \`atp group remove ${d.facilityGroupId} ${d.facilityId}\`.`,
  },
  MEMBERSHIP_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `Facility "${d.facilityId}" is not a member of "${d.facilityGroupId}" at that time.`,
    hint: '`atp group list --json` shows the members with their dates.',
  },
  PRODUCT_UNKNOWN: {
    class: 'row',
    message: (d) =>
      `There is no product with ${d.idType ?? 'SKU'} "${d.idValue}"${d.oddity ? `: ${d.oddity}` : ''}.${d.likely ? ` Likely meant: ${d.likely}.` : ''}`,
    hint: {
      cases: [
        {
          when: 'a person has typed a SKU that differs from others by its case or by one character',
          applies: (d) => d.meant !== undefined,
          hint: (d) => `Did you mean ${d.meant}? Capitals count; \`atp product list\` shows the products.`,
        },
      ],
      otherwise: '`atp product list` shows the products; `atp product add` makes one.',
    },
  },
  PRODUCT_EXISTS: {
    class: 'callers-fault',
    message: (d) => `Product "${d.productId}", or another one with its SKU or UPC, exists already.`,
    hint: '`atp product list` shows it.',
  },
  PRODUCT_NOT_MAPPED: {
    class: 'callers-fault',
    message: (d) => `No variant of shop "${d.shopId}" is mapped to product "${d.sku}".`,
    hint: (d) => `\`atp shop map ${d.shopId}\` maps what is there now; \`atp doctor\` says why it is not.`,
  },
  PRODUCT_IN_USE: {
    class: 'callers-fault',
    message: (d) => `Product "${d.sku}" is not removed: ${d.reason}.`,
    hint: (d) =>
      `It stays for what was done with it. To sell it no more: \`atp product set ${d.sku} --facility <facilityId> --allow-brokering N\` for its facilities, or take its SKU off in Shopify.`,
  },
  JOB_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no job "${d.given}"; the jobs are ${d.choices}.`,
    hint: '`atp job list` shows the jobs of every shop.',
  },
  JOB_NOT_SCHEDULED: {
    class: 'not-now',
    message: (d) => `${d.job} has no schedule.`,
    hint: '`atp job schedule <job> --every <…>` makes one; `atp job run <job>` runs it now.',
  },
  JOB_NOT_SKIPPED: {
    class: 'not-now',
    message: (d) => `No run of ${d.job} was skipped: ${d.reason}.`,
    hint: '`atp job show <job>` shows its next runs and whether it is paused.',
  },
  SCHEDULE_UPDATE_LOST: {
    class: 'retry',
    message: (d) =>
      `The schedule ${d.scheduleId} was not changed: others changed it each time at the same moment, or Temporal did not take it.`,
    hint: 'Nothing of it is in force. `atp job show <job>` shows the schedule as it is; give the command again.',
  },
  JOB_RUNNING: {
    class: 'not-now',
    message: (d) =>
      `${d.job} is running already, since ${d.since}, on the task queue "${d.taskQueue}"${d.isPolled === 'no' ? ', which nobody polls' : ''} (workflow ${d.workflowId}, run ${d.runId}).`,
    hint: {
      cases: [
        {
          when: 'nobody polls its task queue',
          applies: (d) => d['isPolled'] === 'no',
          hint: (d) =>
            `Nobody will work on it: \`atp job cancel ${d.order} --reason <text> --force\` ends it.`,
        },
      ],
      otherwise: (d) =>
        `With --wait, the command waits for that run to end and then runs the job again. \`atp job cancel ${d.order} --reason <text>\` ends it.`,
    },
  },
  RUN_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `There is no run ${d.runId} of workflow ${d.workflowId} that is one of a job.`,
    hint: 'Temporal forgets a run once its retention is over. `atp pipeline --all` shows those that it has.',
  },
  JOB_NOT_RUNNING: {
    class: 'not-now',
    message: (d) => `No run of ${d.job} is under way.`,
    hint: '`atp pipeline running` shows the runs that are.',
  },
  JOB_NOT_CANCELED: {
    class: 'not-now',
    message: (d) => `${d.job} was not ended: ${d.reason}.`,
    hint: 'With --force the run is ended without asking it. That is safe: what it has done is in the database, and the next run goes on from there.',
  },
  JOB_STILL_RUNNING: {
    class: 'retry',
    message: (d) => `Workflow ${d.workflowId} is still running after ${d.waitedMinutes} minutes.`,
    hint: 'It goes on without this command; follow it in the Temporal UI.',
  },
  JOB_FAILED: {
    class: 'retry',
    message: (d) => `Workflow ${d.workflowId} ended without a result: ${d.reason}.`,
    hint: 'The Temporal UI shows its history; run the job again when the cause is gone.',
  },
  WORKER_NOT_POLLING: {
    class: 'retry',
    message: (d) =>
      `No worker polls the task queue "${d.taskQueue}", so ${d.workflowId ? `workflow ${d.workflowId} waits to be worked on` : 'nothing was decided'}.`,
    hint: {
      cases: [
        {
          when: 'a job was started',
          applies: (d) => d.waitsFor === 'job',
          hint: `${STARTS_A_WORKER}; the job then goes on by itself.`,
        },
        {
          when: 'a decision was sent',
          applies: (d) => d.waitsFor === 'decision',
          hint: `${STARTS_A_WORKER}; then see with \`atp lane <shop>\` whether it was decided, else decide again.`,
        },
      ],
      otherwise: `${STARTS_A_WORKER}; then decide again.`,
    },
  },
} as const satisfies Record<string, ErrorEntry>;
