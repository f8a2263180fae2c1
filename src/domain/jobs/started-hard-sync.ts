/** The Hard Sync that a shop needs after a restore or a failover, and that was started by itself. */
export interface StartedHardSync {
  /** ISO 8601: when it was started by itself last. */
  readonly startedAt: string;
  /** How it was noticed that the database was restored, or that another server has taken over. */
  readonly reason: string;
}

/** A whole sentence. */
export function startedInWords({ startedAt, reason }: StartedHardSync): string {
  return `The Hard Sync that the shop needs was started by itself at ${startedAt}: ${reason}.`;
}
