/** Runs one process of the stack: starts it, logs it to a file, waits until it answers, and stops it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AtpError } from '../domain/errors.ts';
import { endProcesses, waitForEnd, STOP_TIMEOUT_MS } from './ending.ts';
import { descendantsOf, identify } from './process-identity.ts';
import { unwatch, watch } from './watchdog.ts';
import type { EndableProcess } from './ending.ts';

export interface PartOptions {
  /** As a person reads it in an error: `Postgres`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Runs as this user; only root can ask for it. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Takes what the process prints. */
  readonly logFile: string;
  /** Makes it shut down in good order; SIGTERM when absent. */
  readonly stopSignal?: NodeJS.Signals;
}

export interface PartProcess {
  readonly name: string;
  readonly process: EndableProcess;
  /** Resolves with the reason of its end: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Waits until `probe` no longer throws. Throws STACK_PART_FAILED when the process ends first, or takes too long. */
  waitForAnswer<Result>(probe: () => Promise<Result>, timeoutMs?: number): Promise<Result>;
  /** Shuts it down in good order; kills it when that takes too long. */
  stop(): Promise<void>;
  /** Ends it as a crash does, by SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** A first start on a busy two-core machine; a healthy part needs a few seconds. */
const ANSWER_TIMEOUT_MS = 60_000;
const PROBE_INTERVAL_MS = 50;
const LOG_BYTES_MAX = 20 * 1024 * 1024;
const REASON_LENGTH_MAX = 400;

/** @throws AtpError STACK_PART_UNAVAILABLE when the program cannot be executed. */
export async function startPart(options: PartOptions): Promise<PartProcess> {
  const { name, command, logFile, stopSignal = 'SIGTERM' } = options;
  const log = openLog(logFile);
  const logStart = statSync(logFile).size;
  const child = spawn(command, [...options.args], {
    cwd: options.cwd ?? '/',
    env: options.env ?? process.env,
    stdio: ['ignore', log, log],
    detached: true, // So that Ctrl-C reaches only this process, which then stops the parts in order.
    ...options.user,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      const reason = `${command} cannot be executed (${(cause as NodeJS.ErrnoException).code})`;
      reject(new AtpError('STACK_PART_UNAVAILABLE', { part: name, reason }, { cause }));
    });
  });
  const pid = child.pid!;
  // Null when it has ended already; then there is nothing to watch.
  const identity = identify(pid);
  const part: EndableProcess = { pid, startedAt: identity?.startedAt ?? '', stopSignal };
  if (identity) watch(part);
  const gone = ended.then((reason) => {
    unwatch(part);
    return reason;
  });

  return {
    name,
    process: part,
    ended: gone,
    async waitForAnswer(probe, timeoutMs = ANSWER_TIMEOUT_MS) {
      const deadline = Date.now() + timeoutMs;
      let end: string | null = null;
      void gone.then((reason) => (end = reason));
      for (;;) {
        try {
          const result = await probe();
          if (end === null) return result;
          throw new Error('It has ended, and something else answers.');
        } catch (cause) {
          const reason = end ?? (Date.now() >= deadline ? `no answer within ${timeoutMs / 1000} s` : null);
          if (reason !== null) {
            throw new AtpError(
              'STACK_PART_FAILED',
              { part: name, reason: `${reason}${lastWords(logFile, logStart)}; its log is ${logFile}` },
              { cause },
            );
          }
        }
        await delay(PROBE_INTERVAL_MS);
      }
    },
    async stop() {
      await endProcesses([part]);
      await gone;
    },
    async kill() {
      const descendants = descendantsOf([pid]);
      child.kill('SIGKILL');
      await gone;
      // Postgres's own child processes end by themselves a moment later; before that, it cannot start again.
      await waitForEnd(descendants, STOP_TIMEOUT_MS);
    },
  };
}

/** Whether a part did not start because another process listens on its port. */
export function isPortTaken(error: unknown): boolean {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return true;
  return (
    error instanceof AtpError &&
    error.code === 'STACK_PART_FAILED' &&
    /address (already )?in use/i.test(error.message)
  );
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return openSync(path, 'a', 0o600);
}

/** The end of what the process has printed since this start, on one line. */
function lastWords(logFile: string, from: number): string {
  const text = readFileSync(logFile).subarray(from).toString('utf8').trim().replace(/\s+/g, ' ');
  return text === '' ? '' : ` (${text.slice(-REASON_LENGTH_MAX)})`;
}
