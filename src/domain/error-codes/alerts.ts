/** Targets of alerts. */
import type { ErrorEntry } from './error-entry.ts';

export const ALERT_ERRORS = {
  ALERT_TARGET_UNKNOWN: {
    class: 'callers-fault',
    message: (d) => `No target of alerts is called "${d.name}".`,
    hint: '`atp alert list` shows them.',
  },
  ALERT_TARGET_EXISTS: {
    class: 'callers-fault',
    message: (d) => `A target of alerts is called "${d.name}" already.`,
    hint: 'Give the new one another name, or `atp alert remove <name>` first.',
  },
  ALERT_SECRET_MISSING: {
    class: 'not-now',
    message: (d) => `The secret of the target "${d.name}" cannot be read from ${d.reference}.`,
    hint: 'Put it there, for the worker as well as for this command, as one line of visible characters. A worker reads its variables when it starts; a file counts at once.',
  },
  ALERT_NOT_ACCEPTED: {
    class: 'not-now',
    message: (d) => `The target "${d.name}" has not accepted the message: ${d.reason}.`,
    hint: 'Mend the address, the secret or the receiver, then `atp alert test <name>`. Messages that wait are tried again by themselves, for a day.',
  },
} as const satisfies Record<string, ErrorEntry>;
