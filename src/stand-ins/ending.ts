/** How processes of the stack are ended: asked first, then made to, never waited for without an end. */
import { setTimeout as delay } from 'node:timers/promises';
import { descendantsOf, isRunning, signalProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** A process, and the signal by which it goes down in good order. */
export interface EndableProcess extends ProcessIdentity {
  readonly stopSignal: NodeJS.Signals;
}

/** Postgres writes a checkpoint; a worker drains, for up to 20 seconds. */
export const STOP_TIMEOUT_MS = 30_000;

const POLL_INTERVAL_MS = 25;

/**
 * Ends the processes and all that they have started (the sessions of an SFTP server outlive it otherwise): the stop
 * signal to each, and what still runs after `timeoutMs` is killed.
 */
export async function endProcesses(
  roots: readonly EndableProcess[],
  timeoutMs = STOP_TIMEOUT_MS,
): Promise<void> {
  const running = roots.filter(isRunning);
  const descendants = descendantsOf(running.map(({ pid }) => pid));
  for (const root of running) signalProcess(root, root.stopSignal);
  await haveEnded(running, timeoutMs);
  for (const process of [...running, ...descendants]) signalProcess(process, 'SIGKILL');
  await haveEnded([...running, ...descendants], timeoutMs);
}

/** True when all of them have ended within the time. */
export async function haveEnded(processes: readonly ProcessIdentity[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (processes.some(isRunning)) {
    if (Date.now() >= deadline) return false;
    await delay(POLL_INTERVAL_MS);
  }
  return true;
}
