/** Where a run can be looked at. */
import type { Application } from './application.ts';

export interface RunLink {
  readonly workflowId: string;
  readonly runId: string;
  /** Its page in Temporal's UI; null: nobody has said where that is. */
  readonly uiUrl: string | null;
}

/** Null where the key of whoever made something, `<workflow id> <run id>`, is that of no run. */
export async function linkOfRun(app: Application, key: string | null): Promise<RunLink | null> {
  const [, workflowId, runId] = /^(\S+) ([0-9a-f]{8}-[0-9a-f-]{27})$/.exec(key ?? '') ?? [];
  if (workflowId === undefined || runId === undefined) return null;
  const ui = await app.temporalUiUrl();
  const namespace = encodeURIComponent(await app.temporalNamespace());
  const path = `namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
  return { workflowId, runId, uiUrl: ui && `${ui}/${path}` };
}
