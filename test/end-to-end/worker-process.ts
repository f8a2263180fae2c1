import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { STATE_TIMEOUT_MS } from '../setup/state-timeout.ts';
import { until } from '../setup/until.ts';

const run = promisify(execFile);

/** A worker as a process of its own, which can be stopped and killed. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #output = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.#output += text.toString();
      });
    }
  }

  async untilReady(): Promise<void> {
    const signal = AbortSignal.timeout(STATE_TIMEOUT_MS);
    while (!this.#output.includes('polling')) {
      if (this.#child.exitCode !== null) throw new Error(`The worker has ended:\n${this.#output}`);
      const streams = [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null);
      await Promise.race([
        ...streams.map((stream) => once(stream, 'data', { signal })),
        once(this.#child, 'exit', { signal }),
      ]);
    }
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when SIGKILL has ended it, whoever sent it; throws when it goes on living. */
  async untilKilled(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      await once(this.#child, 'exit', { signal: AbortSignal.timeout(STATE_TIMEOUT_MS) });
    if (this.#child.signalCode !== 'SIGKILL')
      throw new Error(`The worker has ended by itself:\n${this.#output}`);
  }

  /** Resolves when a SIGSTOP that it was sent, or sends itself, has taken effect: a SIGCONT before that would be lost. */
  async untilStopped(): Promise<void> {
    await until(async () => {
      const { stdout } = await run('ps', ['-o', 'state=', '-p', String(this.#child.pid)]);
      if (!stdout.startsWith('T')) throw new Error(`The worker does not stand still:\n${this.#output}`);
    });
  }

  /** SIGSTOP stops it in the middle of its work; SIGCONT lets it go on as if nothing had happened. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.#child.kill(signal)) throw new Error(`The worker has ended:\n${this.#output}`);
  }

  /** Lets it go on, if it stands still, and ends it as an operator does: it finishes what it does, and leaves. */
  async endOrderly(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit', { signal: AbortSignal.timeout(STATE_TIMEOUT_MS) });
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGTERM');
    await exit;
  }

  /** Kills it by SIGKILL, so that it cannot clean up. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
