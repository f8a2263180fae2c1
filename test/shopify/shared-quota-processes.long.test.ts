/**
 * Two processes of the operating system that call one shop, by their own clocks. shared-quota.test.ts has the figures, on turned time in one
 * process. Here nothing is compared with a time, but with two processes that work beside them and leave nothing. The machine must have the time to use the
 * points of both shops up: where it has not, nobody is throttled, and nothing can be seen.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callsInFlight } from '../../src/domain/throttle.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { until } from '../setup/until.ts';
import { connection, ENVIRONMENT } from './admin-fixture.ts';
import { SHOP, shirts, startTwinWith } from './twin-fixture.ts';
import type { CallerSays, CallerTask } from './caller-process.ts';

const PROGRAM = join(import.meta.dirname, 'caller-process.ts');
const LEAVES_NOTHING = new URL('leaves-nothing.ts', import.meta.url).href;
/** A plan in the middle: few enough points that a busy machine uses them up. */
const RATE = 400;
/** Calls of each process, at least. */
const CALLS = 300;
/** Of the calls of the control, at least: so many that half of them is no luck. */
const THROTTLED = 20;

class Caller {
  answered = 0;
  readonly #process: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();

  constructor(execArgv: string[]) {
    this.#process = fork(PROGRAM, { execArgv });
    cleanUp(() => this.#end());
    this.#process.on('message', (said: CallerSays) => {
      if (said === 'ready') this.#ready.resolve();
      else this.answered += 1;
    });
    this.#process.once('exit', () => this.#ready.reject(new Error('The caller ended before it was ready.')));
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  begin(task: CallerTask): void {
    this.#process.send(task);
  }

  async #end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await exited;
  }
}

/** Two callers of a stand-in of their own. */
async function startPair(execArgv: string[] = []) {
  const economy = {
    maximumAvailable: 20 * RATE,
    restoreRate: RATE,
    latencyMs: { from: 250, to: 350, seed: 7 },
  };
  const { twin, ids } = await startTwinWith(shirts(3), { shops: [{ ...SHOP, economy }] });
  const callers = [new Caller(execArgv), new Caller(execArgv)] as const;
  await Promise.all(callers.map(({ ready }) => ready));
  const endpoint = `${twin.url}/shops/${SHOP.domain}/admin/api/2026-10/graphql.json`;
  return {
    answered: () => callers.map(({ answered }) => answered),
    /** Both, with an empty bucket. */
    async begin() {
      await twin.control('PATCH', `/shops/${SHOP.domain}/economy`, { currentlyAvailable: 0 });
      for (const caller of callers) {
        caller.begin({
          shop: connection(endpoint),
          environment: ENVIRONMENT,
          itemIds: ids,
          callsAtOnce: callsInFlight(RATE),
        });
      }
    },
    /** Calls that Shopify has answered with THROTTLED, and all. */
    async calls() {
      const requests = await twin.requests();
      return {
        all: requests.length,
        throttled: requests.filter(({ errors }) => errors.includes('THROTTLED')).length,
      };
    },
  };
}

test('two processes that leave in the bucket what the other takes are throttled less than half as often, and both go on', async () => {
  const [leaving, control] = await Promise.all([startPair(), startPair([`--import=${LEAVES_NOTHING}`])]);
  await Promise.all([leaving.begin(), control.begin()]);

  const [ours, theirs] = await until(async () => {
    expect(Math.min(...leaving.answered(), ...control.answered())).toBeGreaterThanOrEqual(CALLS);
    const seen = await Promise.all([leaving.calls(), control.calls()]);
    expect(seen[1].throttled).toBeGreaterThanOrEqual(THROTTLED);
    return seen;
  });

  expect(ours.throttled / ours.all).toBeLessThan(theirs.throttled / theirs.all / 2);
  // They do so with the same points, and neither by keeping the other one waiting.
  expect(ours.all).toBeGreaterThan(theirs.all * 0.7);
  const answered = leaving.answered();
  expect(Math.min(...answered)).toBeGreaterThan(Math.max(...answered) / 4);
});
