/** What a worker needs before it takes work: a worker without it would take tasks and fail them. */
import { setTimeout as delay } from 'node:timers/promises';
import { SERVICES_AWAITED_FOR_MS, SERVICES_LOOK_INTERVAL_MS } from '../domain/limits.ts';
import { describeError } from '../operations/described-error.ts';
import type { WorkerLog } from '../temporal/worker-log.ts';
import type { ServiceCheck } from './service-checks.ts';

export interface AwaitOptions {
  /** Whether services that cannot be used yet are waited for, SERVICES_AWAITED_FOR_MS at most. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
  readonly log: WorkerLog;
}

/**
 * Looks at all services, and logs each that cannot be used with its code and hint: once, and again when the reason is
 * another one. What only a person can mend in the worker's own configuration is not waited for.
 *
 * @returns false: the signal came first
 * @throws the error of a service that cannot be used; of several, one with the highest exit code
 */
export async function awaitServices(
  look: () => Promise<readonly ServiceCheck[]>,
  { wait, signal, log }: AwaitOptions,
): Promise<boolean> {
  const end = performance.now() + SERVICES_AWAITED_FOR_MS;
  const told = new Map<string, string>();
  while (!signal.aborted) {
    const checks = await look();
    const faults = checks.flatMap(({ name, error }) => (error === undefined ? [] : [{ name, error }]));
    for (const { name, error } of faults) {
      const { code, message, hint } = describeError(error);
      if (told.get(name) !== code)
        log('error', `${name}: ${code}: ${message}`, { service: name, code, hint });
      told.set(name, code);
    }
    for (const { name } of checks.filter(({ error }) => error === undefined)) {
      if (told.delete(name)) log('info', `${name} can be used now`, { service: name });
    }
    const [worst] = faults.toSorted((one, other) => exitCodeOf(other.error) - exitCodeOf(one.error));
    if (!worst) return true;
    const isHopeless = exitCodeOf(worst.error) === 2;
    if (!wait || isHopeless || performance.now() > end) throw worst.error;
    await delay(SERVICES_LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

function exitCodeOf(error: unknown): number {
  return describeError(error).exitCode;
}
