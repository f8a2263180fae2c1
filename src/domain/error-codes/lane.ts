/** A shop's lane: its files, plans and decisions, and the runs that work in it. */
import { UNANSWERED_CALL_SETTLED_AFTER_MS } from '../limits.ts';
import type { ErrorDetail, ErrorEntry } from './error-entry.ts';

const showsPlans = (d: ErrorDetail) => `\`atp lane ${d.shopId}\` shows the plans that wait for approval.`;

export const LANE_ERRORS = {
  LANE_LOCKED: {
    class: 'retry',
    message: (d) =>
      `Another transaction has kept the lane of shop "${d.shopId}" locked for more than ${d.seconds} s.`,
    hint: "Runs try again by themselves; type a command again. Postgres ends a transaction that does nothing within seconds. Where it comes again, this names the holder: `SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock'`.",
  },
  LANE_PAUSED: {
    class: 'not-now',
    message: (d) => `The lane of shop "${d.shopId}" is paused since ${d.since} by ${d.by}: ${d.reason}.`,
    hint: (d) =>
      `Nothing is sent, and files wait. \`atp lane ${d.shopId} resume\` lets the lane go on; for another reason, resume it first.`,
  },
  LANE_NOT_PAUSED: {
    class: 'callers-fault',
    message: (d) => `The lane of shop "${d.shopId}" is not paused.`,
    hint: (d) => `\`atp lane ${d.shopId}\` shows its state.`,
  },
  UPLOAD_FILE_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `Shop "${d.shopId}" has no file ${d.sequence}.`,
    hint: (d) => `\`atp lane ${d.shopId}\` shows the shop’s files.`,
  },
  UPLOAD_FILE_NOT_BLOCKED: {
    class: 'callers-fault',
    message: (d) => `File ${d.sequence} of shop "${d.shopId}" is ${d.state}, so there is nothing to decide.`,
    hint: (d) =>
      `\`atp lane ${d.shopId}\` shows which file blocks the lane; \`atp lane ${d.shopId} hold ${d.sequence} --reason <text>\` blocks a file that is not done, and then it can be decided about.`,
  },
  UPLOAD_FILE_DONE: {
    class: 'callers-fault',
    message: (d) =>
      `File ${d.sequence} of shop "${d.shopId}" is ${d.state}: the lane is done with it, so it cannot be held.`,
    hint: (d) => `\`atp lane ${d.shopId}\` shows the files that wait.`,
  },
  LANE_EMPTY: {
    class: 'callers-fault',
    message: (d) => `No file of shop "${d.shopId}" waits, so there is nothing to hold.`,
    hint: (d) => `\`atp lane ${d.shopId}\` shows the shop’s files.`,
  },
  LANE_NOT_BLOCKED: {
    class: 'callers-fault',
    message: (d) => `No file blocks the lane of shop "${d.shopId}", so there is nothing to ${d.decision}.`,
    hint: (d) =>
      `\`atp lane ${d.shopId}\` shows its files; \`atp lane ${d.shopId} hold --reason <text>\` blocks the first one that waits.`,
  },
  HELD_BY_PERSON: {
    class: 'blocks-lane',
    message: (d) => `${d.by} has stopped the file: ${d.reason}.`,
    hint: 'Nothing of it is sent until somebody decides: `atp lane <shop> retry <sequence>` lets it go on, `skip` leaves it out.',
  },
  UPLOAD_FILE_BLOCKED_OTHERWISE: {
    class: 'callers-fault',
    message: (d) =>
      `File ${d.sequence} of shop "${d.shopId}" is blocked by ${d.found}, not by ${d.expected}.`,
    hint: (d) => `\`atp lane ${d.shopId}\` shows why it is blocked now; look at that, then decide again.`,
  },
  UPLOAD_FILE_CALL_UNANSWERED: {
    class: 'not-now',
    message: (d) =>
      `A call of file ${d.sequence} of shop "${d.shopId}" has had no answer for ${d.seconds} s: it may still arrive at Shopify.`,
    hint: (d) =>
      `Try again in ${UNANSWERED_CALL_SETTLED_AFTER_MS / 60_000} minutes, or \`atp lane ${d.shopId} retry ${d.sequence}\`, which repeats the call and gets its answer.`,
  },
  PLAN_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `Shop "${d.shopId}" has no plan ${d.plan}.`,
    hint: showsPlans,
  },
  PLAN_NOT_HELD: {
    class: 'callers-fault',
    message: (d) => `Plan ${d.plan} of shop "${d.shopId}" is ${d.state}, so there is nothing to decide.`,
    hint: showsPlans,
  },
  PRODUCT_NOT_SET_APART: {
    class: 'callers-fault',
    message: (d) => `No product${d.sku ? ` "${d.sku}"` : ''} of shop "${d.shopId}" is quarantined.`,
    hint: (d) => `\`atp lane ${d.shopId}\` lists the quarantined products.`,
  },
  DECISION_CONFLICT: {
    class: 'retry',
    message: (d) => `The decision about shop "${d.shopId}" came while an earlier one was ending.`,
    hint: 'Nothing was decided; try again.',
  },
  LANE_TAKEN_OVER: {
    class: 'not-now',
    message: (d) => `Another run has taken over the lane of shop "${d.shopId}".`,
    hint: 'Nothing to do: the other run goes on where this one stopped.',
  },
  UPLOAD_FILE_TAKEN_BACK: {
    class: 'not-now',
    message: (d) =>
      `File ${d.sequence} of shop "${d.shopId}" is ${d.state} now, so this run must not apply it any more.`,
    hint: (d) => `Nothing to do: somebody has decided about the file. \`atp lane ${d.shopId}\` shows what.`,
  },
  STEP_TIMED_OUT: {
    class: 'retry',
    message: (d) => `No try of a step about the file has ended in time (${d.timeout}).`,
    hint: 'Look at the workers: whether they live, and what their logs say last. The next run tries again by itself.',
  },
  LANE_ATTEMPT_OVERTAKEN: {
    class: 'retry',
    message: (d) => `Another attempt of this run works in the lane of shop "${d.shopId}".`,
    hint: 'Nothing to do: this attempt is repeated, and begins where the other one has stopped.',
  },
} as const satisfies Record<string, ErrorEntry>;
