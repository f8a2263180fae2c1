import type { WorkflowHandle } from '@temporalio/client';

/** The history of a run as one text, with its payloads as they were sent: what a person can read of it. */
export async function readHistoryText(handle: WorkflowHandle): Promise<string> {
  // A history turns itself into JSON, with payloads in base64, before the replacer sees anything of it.
  return JSON.stringify(await handle.fetchHistory(), (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  );
}
