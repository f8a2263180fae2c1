/**
 * Leaves no orphans: whatever ends this process, even kill -9, also ends the processes that it has started.
 *
 * A second, tiny process, the watchdog, holds the other end of a pipe, and is told of each process that starts or ends.
 * The pipe closes when this process ends, in whatever way; then the watchdog ends the processes that are left. It is in a
 * session of its own, so that Ctrl-C in a terminal does not reach it.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Writable } from 'node:stream';
import { identify } from './process-identity.ts';
import type { EndableProcess } from './ending.ts';
import type { ProcessIdentity } from './process-identity.ts';

const PROGRAM = fileURLToPath(new URL('./watchdog-process.ts', import.meta.url));

let watchdog: ChildProcessByStdio<Writable, null, null> | null = null;

/** From now on, the process does not outlive this one. */
export function watch(process: EndableProcess): void {
  tell({ watch: process });
}

/** The process has ended, or may outlive this one. */
export function unwatch({ pid }: ProcessIdentity): void {
  tell({ unwatch: pid });
}

/** The watchdog of this process. As long as it runs, processes that this one has started may still be ending. */
export function watchdogIdentity(): ProcessIdentity | null {
  watchdog ??= startWatchdog();
  return watchdog.pid === undefined ? null : identify(watchdog.pid);
}

/** What the watchdog process reads: one JSON document a line. */
export type WatchdogOrder = { readonly watch: EndableProcess } | { readonly unwatch: number };

function tell(order: WatchdogOrder): void {
  watchdog ??= startWatchdog();
  watchdog.stdin.write(`${JSON.stringify(order)}\n`);
}

function startWatchdog(): ChildProcessByStdio<Writable, null, null> {
  const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM], {
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'] }, // For `ps`. The rest of the environment may hold secrets.
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  started.on('error', () => undefined);
  started.stdin.on('error', () => undefined);
  // It must not keep this process alive.
  started.unref();
  (started.stdin as Writable & { unref(): void }).unref();
  return started;
}
