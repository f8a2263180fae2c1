import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { STACK_WORKER } from '../../src/main/stack.ts';
import { cpuSecondsOf } from './cpu-seconds.ts';

/** The kernel itself keeps the peak (VmHWM), so no peak between two looks is lost. */
const LOOK_INTERVAL_MS = 250;

/** A worker process that can be killed and started again, and whose memory is measured. */
export class WorkerUnderTest {
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  #peakMemoryBytes = 0;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** The most resident memory that any of its processes has had; 0 where the system does not tell (no /proc). */
  get peakMemoryBytes(): number {
    return this.#peakMemoryBytes;
  }

  /** What it has had of the processors since it was started. */
  get cpuSeconds(): number {
    return cpuSecondsOf(this.#child?.pid ?? 0);
  }

  async start(): Promise<void> {
    const child = spawn(STACK_WORKER.command, STACK_WORKER.args, {
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    const watch = setInterval(() => this.#look(child), LOOK_INTERVAL_MS);
    child.once('exit', () => clearInterval(watch));
    for await (const text of child.stderr as AsyncIterable<Buffer>) {
      if (text.toString().includes('polling')) break;
    }
    child.stderr.resume();
  }

  /** What was held until now does not count, where the system can do that. */
  forgetPeak(): void {
    try {
      writeFileSync(`/proc/${this.#child?.pid}/clear_refs`, '5');
      this.#peakMemoryBytes = 0;
    } catch {
      // This system has no /proc.
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.#look(child);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  #look({ pid }: ChildProcess): void {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const kilobytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
      this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, kilobytes * 1024);
    } catch {
      // The process has ended, or this system has no /proc.
    }
  }
}
