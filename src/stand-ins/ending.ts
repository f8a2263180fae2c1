/** Ends processes of the stack: first by their stop signal, then by SIGKILL. Every wait has a time limit. */
import { setTimeout as delay } from 'node:timers/promises';
import { descendantsOf, isRunning, signalProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** A process, and the signal that makes it shut down in good order. */
export interface EndableProcess extends ProcessIdentity {
  readonly stopSignal: NodeJS.Signals;
}

/** Postgres writes a checkpoint; a worker drains, for up to 20 seconds. */
export const STOP_TIMEOUT_MS = 30_000;

const POLL_INTERVAL_MS = 25;

/**
 * Ends the processes and everything that they have started (the sessions of an SFTP server would outlive it). Each gets
 * its stop signal; what still runs after `timeoutMs` is killed.
 */
export async function endProcesses(
  roots: readonly EndableProcess[],
  timeoutMs = STOP_TIMEOUT_MS,
): Promise<void> {
  const running = roots.filter(isRunning);
  const descendants = descendantsOf(running.map(({ pid }) => pid));
  for (const root of running) signalProcess(root, root.stopSignal);
  await waitForEnd(running, timeoutMs);
  for (const process of [...running, ...descendants]) signalProcess(process, 'SIGKILL');
  await waitForEnd([...running, ...descendants], timeoutMs);
}

/** Resolves with true as soon as all of them have ended, with false when the time is over. */
export async function waitForEnd(processes: readonly ProcessIdentity[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (processes.some(isRunning)) {
    if (Date.now() >= deadline) return false;
    await delay(POLL_INTERVAL_MS);
  }
  return true;
}
