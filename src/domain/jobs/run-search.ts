/** What a person looks for among runs, beyond what Temporal can be asked for. */

/** What a run is looked for by. */
interface SearchedRun {
  readonly jobName: string;
  readonly shopId: string | null;
  readonly summary: string;
  readonly workflowId: string;
  readonly runId: string | null;
  readonly startedBy: string | null;
}

export interface RunSearch {
  /** Who started it: a person, `schedule` (which Temporal is asked for), or `itself`: nobody did. Absent: all. */
  readonly by?: string | undefined;
  /** Part of its job, shop, outcome in words, ids or starter, in any case. */
  readonly search?: string | undefined;
}

export function isRunFound(run: SearchedRun, { by, search = '' }: RunSearch): boolean {
  const isBy =
    by === undefined ||
    by === 'schedule' ||
    (by === 'itself' ? run.startedBy === null : run.startedBy === by);
  const text = [run.jobName, run.shopId, run.summary, run.workflowId, run.runId, run.startedBy].join(' ');
  return isBy && text.toLowerCase().includes(search.trim().toLowerCase());
}
