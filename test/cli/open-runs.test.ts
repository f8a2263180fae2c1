/** Runs that are open: what they do now, those on which nobody works, and how a person ends them. */
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { JOB_WAIT_MAX_MS } from '../../src/domain/limits.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import type { WorkerProcess } from '../end-to-end/worker-process.ts';
import { atpWith, type Atp } from './atp.ts';

/** Three chunks, the last of them short. */
const SKUS = Array.from({ length: 600 }, (_, index) => `SHIRT-${index + 1}`);

let shop: Installation;
let atp: Atp;
let worker: WorkerProcess;

beforeAll(async () => {
  shop = await Installation.open(SKUS);
  atp = await atpWith(shop.environment);
  worker = await shop.startWorker();
});

interface Shown {
  readonly status: string;
  readonly outcome: string | null;
  readonly workflowId: string;
  readonly summary: string;
  readonly retrying: { readonly attempt: number; readonly code: string } | null;
  readonly progress: { readonly rows: number; readonly done: number } | null;
}

async function pipeline(...args: string[]): Promise<readonly Shown[]> {
  return (await atp.json<{ jobs: readonly Shown[] }>(['pipeline', ...args])).jobs;
}

/** Every call of this operation fails at Shopify until the test is over. */
async function failAtShopify(operation: string): Promise<void> {
  await shop.twin.control('POST', '/faults', { operation, kind: 'http-500-before', times: 1_000 });
  onTestFinished(async () => {
    await shop.twin.control('DELETE', '/faults');
  });
}

async function openRunsCheck(): Promise<{ ok: boolean; detail: string; hint: string | null } | undefined> {
  const { stdout } = await atp.run('doctor', '--json');
  const { checks } = JSON.parse(stdout) as {
    checks: readonly { name: string; ok: boolean; detail: string; hint: string | null }[];
  };
  return checks.find(({ name }) => name === 'Open runs');
}

test('a run whose step is tried again says which attempt it is, why, and when the next one begins', async () => {
  await failAtShopify('ReadOnlineAtp');
  const told: string[] = [];
  const waiting = runJob(
    shop.temporal,
    { job: 'verify', shopId: SHOP },
    { wait: true, onProgress: (text) => void told.push(text) },
  ).catch((error: unknown) => error);

  await shop.until(async () =>
    (await pipeline('running', '--job', 'verify')).some(({ retrying }) => (retrying?.attempt ?? 0) > 2),
  );
  const [run] = await pipeline('running', '--job', 'verify');
  expect(run?.retrying).toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  expect(run?.summary).toMatch(/^Verify is running; attempt \d+: SHOPIFY_UNREACHABLE: .+(, next in \d+ s)?$/);

  await shop.until(() =>
    Promise.resolve(
      told.some((text) => /^Verify · blue-shirts: running; attempt \d+: SHOPIFY_UNREACHABLE: /.test(text)),
    ),
  );
  expect(await atp.json(['job', 'cancel', 'verify', '--reason', 'seen enough'])).toMatchObject({
    runs: [{ workflowId: `verifyShop/${SHOP}`, ended: 'CANCELED' }],
  });
  expect(await waiting).toMatchObject({ code: 'JOB_FAILED' });
});

test('a file that is applied tells how many of its rows are done', async () => {
  await shop.count(
    'RESET_INVENTORY__1.csv',
    'BROADWAY',
    Object.fromEntries(SKUS.map((sku, index) => [sku, index + 1])),
  );
  const hold = await shop.hold('SetOnlineAtp');
  const made = shop.hardSync();
  await shop.waitForArrival(hold);
  await made;

  const progress = async () => (await pipeline('running', '--job', 'process-uploads'))[0]?.progress;
  // The call that is held may be that of a whole chunk, or of the short one.
  await shop.until(async () => [350, 500].includes((await progress())?.done ?? 0));
  expect(await progress()).toMatchObject({ rows: 600 });
  const [run] = await pipeline('running', '--job', 'process-uploads');
  expect(run?.summary).toMatch(/is running; (350|500) of 600 rows/);

  expect((await atp.run('lane', SHOP)).stdout).toMatch(
    /^ {2}The run processUploads\/blue-shirts; (350|500) of 600 rows/m,
  );

  await shop.release(hold);
  expect(await shop.run({ job: 'process-uploads', shopId: SHOP })).toMatchObject({ laneState: 'idle' });
});

test('process-uploads that comes after the wake-up’s run tells of the file that was applied', async () => {
  await shop.until(async () => (await pipeline('running', '--job', 'process-uploads')).length === 0);
  const shown = await atp.json<{ result: { files: unknown[] }; lastApplied: unknown }>([
    ...['job', 'run', 'process-uploads', '--wait'],
  ]);
  expect(shown).toMatchObject({
    result: { files: [] },
    lastApplied: { sequence: 1, rows: 600, applied: 600 },
  });
  const { stdout } = await atp.run('job', 'run', 'process-uploads', '--wait');
  expect(stdout).toMatch(/^No file waits\. The last one, file 1, was applied at \S+Z: 600 rows applied\.\n$/);
});

test('the lane tells what its run tries again, and since when', async () => {
  await shop.until(async () => (await pipeline('running', '--job', 'process-uploads')).length === 0);
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'SHIRT-1': 77 });
  await failAtShopify('ReadOnlineAtp');
  const before = new Date();
  await shop.recentChanges();
  const lane = () => atp.json<{ run: { triesSince: string | null; words: string } | null }>(['lane', SHOP]);
  await shop.until(async () => (await lane()).run?.words.includes('; attempt 3: ') ?? false);

  const { run } = await lane();
  expect(Date.parse(run?.triesSince ?? '')).toBeGreaterThan(before.getTime());
  expect((await atp.run('lane', SHOP)).stdout).toMatch(
    /^ {2}The run processUploads\/blue-shirts tries a step since [\d-]+ [\d:]+Z; attempt \d+: SHOPIFY_UNREACHABLE: .+/m,
  );
  await shop.twin.control('DELETE', '/faults');
  expect(await shop.run({ job: 'process-uploads', shopId: SHOP })).toMatchObject({ laneState: 'idle' });
  expect(await lane()).toMatchObject({ state: 'idle', run: null });
});

test('the pipeline leaves out runs that found nothing to do, and finds those that need attention', async () => {
  const idle = (runs: readonly Shown[]) => runs.filter(({ outcome }) => outcome === 'NOTHING_TO_DO');
  await shop.until(async () => idle(await pipeline('--all')).length > 0);
  expect(idle(await pipeline())).toEqual([]);
  expect((await pipeline('--limit', '50')).map(({ outcome }) => outcome)).toContain('DONE');

  await shop.setLocationActive(false);
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'SHIRT-1': 900 });
  await shop.recentChanges();
  await shop.processUploads();
  await shop.until(async () =>
    (await pipeline('needs-attention')).some(({ outcome }) => outcome === 'BLOCKED'),
  );
  for (const { outcome, status } of await pipeline('needs-attention')) {
    expect(['NEEDS_ATTENTION', 'HELD', 'BLOCKED', 'FAILED', null]).toContain(outcome);
    if (outcome === null) expect(['TERMINATED', 'TIMED_OUT', 'FAILED']).toContain(status);
  }
  const { stdout } = await atp.run('pipeline', 'needs-attention');
  expect(stdout).toMatch(/│ process-uploads +│ blue-shirts +│ blocked +│/);
  await shop.setLocationActive(true);
});

test('a run on a task queue that nobody polls is named by all who look, and ended by force', async () => {
  const zombie = await shop.temporal.client.workflow.start('hardSync', {
    workflowId: `hardSync/${SHOP}`,
    taskQueue: 'atp-snyc',
    args: [{ shopId: SHOP }],
  });
  const named = /on the task queue "atp-snyc", which nobody polls/;

  for (const wait of [[], ['--wait']]) {
    const { stderr, exitCode } = await atp.run('job', 'run', 'hard-sync', ...wait);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^JOB_RUNNING: Hard Sync is running already, since \d{4}-/);
    expect(stderr).toMatch(named);
    expect(stderr).toContain(`\`atp job cancel hard-sync --shop ${SHOP} --reason <text> --force\``);
  }
  await shop.until(async () => (await openRunsCheck())?.ok === false);
  const check = await openRunsCheck();
  expect(check?.detail).toMatch(/^hardSync\/blue-shirts does not get on; nobody works on it: /);
  expect(check?.detail).toMatch(named);
  expect(check?.hint).toContain('`atp job cancel hard-sync');
  const [run] = await pipeline('running', '--job', 'hard-sync');
  expect(run?.summary).toMatch(named);

  const cancel = ['job', 'cancel', 'hard-sync', '--reason', 'wrong queue'];
  expect(await atp.failure(...cancel)).toBe('JOB_NOT_CANCELED 1');
  expect((await zombie.describe()).status.name).toBe('RUNNING');
  expect(await atp.json([...cancel, '--force', '--by', 'Ann'])).toMatchObject({
    runs: [{ workflowId: `hardSync/${SHOP}`, ended: 'TERMINATED' }],
  });
  const [act] = await shop.database.query<{ actor: string; outcome: string; input: object }>(
    `SELECT actor, outcome, input FROM audit_log WHERE act = 'job.cancel' ORDER BY id DESC LIMIT 1`,
  );
  expect(act).toMatchObject({ actor: 'Ann', outcome: 'DONE', input: { reason: 'wrong queue', force: true } });
  expect((await atp.run('job', 'run', 'hard-sync', '--wait')).exitCode).toBe(0);
  await shop.until(async () => (await openRunsCheck())?.ok === true);
});

test('Process uploads that sits on a task queue that nobody polls is not waited for', async () => {
  await shop.until(async () => (await pipeline('running', '--job', 'process-uploads')).length === 0);
  await shop.temporal.client.workflow.start('processUploads', {
    workflowId: `processUploads/${SHOP}`,
    taskQueue: 'atp-snyc',
    args: [{ shopId: SHOP }],
  });
  expect(await atp.failure('job', 'run', 'process-uploads', '--wait')).toBe('JOB_RUNNING 1');
  await atp.json(['job', 'cancel', 'process-uploads', '--reason', 'wrong queue', '--force']);
  expect((await atp.run('job', 'run', 'process-uploads', '--wait')).stderr).toBe('');
});

test('a command waits six hours in all, also behind the run of somebody else', async () => {
  const hold = await shop.hold('ReadOnlineAtp');
  await atp.json(['job', 'run', 'verify']);
  await shop.waitForArrival(hold);
  const next = await shop.hold('ReadOnlineAtp');
  const told: string[] = [];
  const waiting = runJob(
    shop.temporal,
    { job: 'verify', shopId: SHOP },
    { wait: true, onProgress: (text) => void told.push(text) },
  ).catch((error: unknown) => error);
  await shop.until(() => Promise.resolve(told.some((text) => text.includes('waiting for the run'))));

  const monotonic = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + JOB_WAIT_MAX_MS - 60_000);
  onTestFinished(() => void vi.restoreAllMocks());
  await shop.release(hold);
  await shop.waitForArrival(next);
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + JOB_WAIT_MAX_MS);
  expect(await waiting).toMatchObject({ code: 'JOB_STILL_RUNNING' });

  await shop.release(next);
  await shop.verify();
});

test('a job of which no run is under way cannot be cancelled', async () => {
  expect(await atp.failure('job', 'cancel', 'verify', '--reason', 'none')).toBe('JOB_NOT_RUNNING 1');
  expect(await atp.failure('job', 'cancel', 'verify')).toBe('INPUT_INVALID 2');
});

test('a run whose worker stands still is asked to end, and ended by force when it does not', async () => {
  const hold = await shop.hold('ReadOnlineAtp');
  await atp.json(['job', 'run', 'verify']);
  await shop.waitForArrival(hold);
  worker.signal('SIGSTOP');
  onTestFinished(() => worker.signal('SIGCONT'));

  expect(await atp.json(['job', 'cancel', 'verify', '--reason', 'frozen', '--force'])).toMatchObject({
    runs: [{ workflowId: `verifyShop/${SHOP}`, ended: 'TERMINATED' }],
  });
  await shop.release(hold);
});
