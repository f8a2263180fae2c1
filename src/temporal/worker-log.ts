/** Where the SDK's and our own events go; `details` hold ids such as `workflowId` and `activityType`. */
export type WorkerLog = (
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error',
  message: string,
  details: Readonly<Record<string, unknown>>,
) => void;
