/**
 * The process that runs the embedded stack: `atp up` itself, or with `--detach` one in the background. Other commands find
 * it by the lock in the state folder, and stop it by a signal.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { AtpError } from '../domain/errors.ts';
import { waitForEnd, STOP_TIMEOUT_MS } from './ending.ts';
import { isRunning, signalProcess } from './process-identity.ts';
import { clearLeftovers, readLock, readStack } from './stack-files.ts';
import { runningStack, startStack } from './stack.ts';
import { startStackConsole, startStackWorker } from './stack-programs.ts';
import type { Readable } from 'node:stream';
import type { ErrorCode, ErrorDetail } from '../domain/errors.ts';
import type { StackRecord } from './stack-files.ts';
import type { StackAddresses, StackOptions } from './stack.ts';
import type { KeptProgram, ProgramCommand } from './kept-program.ts';

export interface SuperviseOptions extends StackOptions {
  /** Absent: the stack has no worker. */
  readonly worker?: ProgramCommand;
  /** Absent: the stack has no console. */
  readonly console?: ProgramCommand;
  /** Runs when the parts answer, before our own programs start: migrates, seeds. */
  readonly prepare?: (addresses: StackAddresses) => Promise<void>;
  /** Runs when our own programs have started: waits until the worker takes jobs. */
  readonly untilWorking?: (signal: AbortSignal) => Promise<void>;
  readonly onReady?: (stack: StackRecord) => void;
  /** When it is aborted, everything stops in good order. */
  readonly signal: AbortSignal;
}

/** First the worker drains, then the parts go down. */
const DOWN_TIMEOUT_MS = 3 * STOP_TIMEOUT_MS;
/** Enough for the downloads of a first start, even when a part must be built. */
const UP_TIMEOUT_MS = 30 * 60_000;
/** The channel on which a supervisor in the background says that it is ready, or why not. */
const REPORT_FD = 3;

/**
 * Runs the stack until `signal` is aborted.
 *
 * @throws AtpError as startStack does; STACK_PART_FAILED when a part ends by itself. Then no part is left running.
 */
export async function supervise(options: SuperviseOptions): Promise<void> {
  const { signal } = options;
  const stack = await startStack(options);
  const programs: Promise<KeptProgram>[] = [];
  try {
    if (signal.aborted) return;
    await options.prepare?.(stack.addresses);
    if (signal.aborted) return;
    if (options.console) programs.push(startStackConsole(stack, options.console));
    if (options.worker) programs.push(startStackWorker(stack, options.worker));
    const working = Promise.all(programs)
      .then(() => options.untilWorking?.(signal))
      .then(() => null);
    const early = await Promise.race([working, untilAborted(signal), stack.broken]);
    if (early) throw early;
    if (signal.aborted) return;
    options.onReady?.(runningStack(stack.stateDir));
    const failure = await Promise.race([untilAborted(signal), stack.broken]);
    if (failure) throw failure;
  } finally {
    await Promise.allSettled(programs.map(async (program) => (await program).stop()));
    await stack.stop();
  }
}

/** Aborted by the signals that end a program. A second one changes nothing: the stack is stopping already. */
export function endSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ending.abort());
  return ending.signal;
}

/**
 * Starts a supervisor in the background, and returns when the stack is ready.
 *
 * @param program runs `reportingToStarter`; its arguments hold no secret
 * @throws AtpError the failure that the supervisor reports
 */
export async function startDetached(
  stateDir: string,
  program: { readonly command: string; readonly args: readonly string[] },
): Promise<StackRecord> {
  mkdirSync(join(stateDir, 'logs'), { recursive: true });
  const logFile = join(stateDir, 'logs/supervisor.log');
  const log = openSync(logFile, 'a', 0o600);
  const supervisor = spawn(program.command, [...program.args], {
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  const failureOf = (reason: string): AtpError =>
    new AtpError('STACK_PART_FAILED', {
      part: 'the supervisor',
      reason: `${reason}; its log is ${logFile}`,
    });
  const channel = supervisor.stdio[REPORT_FD] as Readable;
  const waiting = new AbortController();
  const report = await Promise.race([
    once(createInterface({ input: channel }), 'line', waiting).then(
      ([line]) => JSON.parse(String(line)) as Report,
    ),
    // "close" comes after the last line; "exit" may come before it.
    once(supervisor, 'close', waiting).then(() => failureOf('it ended')),
    delay(UP_TIMEOUT_MS, null, waiting).then(() => failureOf(`it was not ready within ${UP_TIMEOUT_MS} ms`)),
  ]).finally(() => waiting.abort());
  // This process must be able to end while the supervisor goes on.
  channel.destroy();
  supervisor.unref();
  if (report instanceof AtpError) {
    supervisor.kill();
    throw report;
  }
  if ('code' in report) throw new AtpError(report.code, report.detail);
  if ('error' in report) throw failureOf(report.error);
  return runningStack(stateDir);
}

type Report =
  | { readonly ready: true }
  | { readonly code: ErrorCode; readonly detail: ErrorDetail }
  | { readonly error: string };

/** The other end of `startDetached`: runs the stack, and reports to the process that started it. */
export async function reportingToStarter(options: Omit<SuperviseOptions, 'onReady'>): Promise<void> {
  let isReported = false;
  const report = (text: Report): void => {
    // Only once: afterwards, the descriptor may belong to another file.
    if (isReported) return;
    isReported = true;
    try {
      // Synchronously, because the process may be about to end by an error.
      writeSync(REPORT_FD, `${JSON.stringify(text)}\n`);
      closeSync(REPORT_FD);
    } catch {
      // The starter may have ended meanwhile; the stack runs all the same.
    }
  };
  try {
    await supervise({ ...options, onReady: () => report({ ready: true }) });
  } catch (error) {
    report(
      error instanceof AtpError
        ? { code: error.code, detail: error.detail }
        : { error: error instanceof Error ? error.message : String(error) },
    );
    throw error;
  }
}

/**
 * Stops the stack of the folder, whichever process runs it, and ends what a crashed one may have left.
 *
 * @throws AtpError STACK_NOT_RUNNING, STACK_NOT_STOPPED
 */
export async function stopStack(stateDir: string): Promise<void> {
  const lock = readLock(stateDir);
  if (lock === null) throw new AtpError('STACK_NOT_RUNNING');
  const wasRunning = isRunning(lock.supervisor);
  signalProcess(lock.supervisor, 'SIGTERM');
  if (!(await waitForEnd([lock.supervisor], DOWN_TIMEOUT_MS))) {
    signalProcess(lock.supervisor, 'SIGKILL'); // Its watchdog ends the parts.
    if (!(await waitForEnd([lock.supervisor], STOP_TIMEOUT_MS))) {
      const waitedSeconds = DOWN_TIMEOUT_MS / 1000;
      throw new AtpError('STACK_NOT_STOPPED', { pid: lock.supervisor.pid, waitedSeconds });
    }
  }
  await clearLeftovers(stateDir, lock);
  if (!wasRunning) throw new AtpError('STACK_NOT_RUNNING');
}

export interface StackStatus extends StackAddresses {
  /** Null: the console does not run. */
  readonly consoleUrl: string | null;
  readonly worker: { readonly running: boolean };
}

/** @throws AtpError STACK_NOT_RUNNING */
export function stackStatus(stateDir: string): StackStatus {
  const stack = readStack(stateDir);
  if (stack === null) throw new AtpError('STACK_NOT_RUNNING');
  const { processes: _, worker, console, ...addresses } = stack;
  return {
    ...addresses,
    consoleUrl: console && isRunning(console.process) ? console.url : null,
    worker: { running: worker !== null && isRunning(worker) },
  };
}

function untilAborted(signal: AbortSignal): Promise<null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}
