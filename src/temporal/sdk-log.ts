/**
 * What Temporal's SDK logs, made fit for a person. It tells each failed try of a step and each repeated request as a
 * warning. The diary tells what came of them once, so these are for whoever asks for `debug`.
 */
import type { WorkerLog } from './worker-log.ts';

type Level = Parameters<WorkerLog>[0];

/** Tries of steps, and requests that are repeated. The words are those of @temporalio/worker and of its core. */
const REPETITIONS = /^(Activity failed|gRPC call \w+ retried|Workflow completed|Workflow started)/;

/** Bytes, and names of the SDK's own parts: they tell a person nothing. */
const NOISE: readonly string[] = ['taskToken', 'sdkComponent', 'targets', 'target', 'subsystem'];

/** The level and the details that the log gets. */
export function ofSdk(
  level: Level,
  message: string,
  details: Readonly<Record<string, unknown>>,
): { readonly level: Level; readonly details: Readonly<Record<string, unknown>> } {
  const kept = Object.entries(details).filter(([name]) => !NOISE.includes(name));
  const isLowered = REPETITIONS.test(message) && level !== 'error';
  return { level: isLowered ? 'debug' : level, details: Object.fromEntries(kept) };
}
