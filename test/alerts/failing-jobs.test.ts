/** A job that is scheduled and fails each time is told: what its runs were to find, no other check knows. */
import { beforeAll, expect, test } from 'vitest';
import { scheduleJob, scheduleId } from '../../src/temporal/schedules.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { until } from '../setup/until.ts';

let shop: Installation;
/** A reference to the token of the shop. */
let reference: string;

beforeAll(async () => {
  shop = await Installation.open(['BLUE-SHIRT']);
  await shop.startWorker();
  await scheduleNeededJobs(shop);
  const [found] = await shop.database.query<{ reference: string }>(
    'SELECT access_token_ref AS reference FROM shop',
  );
  reference = found?.reference ?? '';
  const startAt = new Date(Date.now() + 24 * 60 * 60_000);
  await scheduleJob(
    shop.temporal,
    { job: 'verify', shopId: SHOP },
    { intervals: [{ every: '1 hour' }], startAt },
  );
});

interface Told {
  readonly code: string | null;
  readonly detail: string;
}

async function failingJobs(): Promise<string | null> {
  const { json } = await shop.atp('doctor');
  const checks = (json?.['checks'] ?? []) as readonly Told[];
  return checks.find(({ code }) => code === 'JOB_FAILS')?.detail ?? null;
}

/** Has a run started by the schedule, and waits until it has ended so. */
async function runVerify(status: 'Failed' | 'Completed', runs: number): Promise<void> {
  await shop.temporal.client.schedule.getHandle(scheduleId('verify', SHOP)).trigger();
  const query = `WorkflowType = 'verifyShop' AND ExecutionStatus = '${status}'`;
  // Temporal's list is some seconds old.
  await until(async () => {
    expect((await shop.temporal.client.workflow.count(query)).count).toBe(runs);
  });
}

test('a job whose runs by schedule fail is told with the reason, until one ends well', async () => {
  await runVerify('Completed', 1);
  await shop.database.query(`UPDATE shop SET access_token_ref = 'env:NOT_SET_ANYWHERE'`);
  await runVerify('Failed', 1);
  // It is one, and of some seconds: the next one may be well.
  expect(await failingJobs()).toBeNull();
  await runVerify('Failed', 2);
  expect(await failingJobs()).toMatch(
    new RegExp(`^verify of ${SHOP}: 2 runs in a row failed, the last at \\S+: [A-Z_]+: .*NOT_SET_ANYWHERE`),
  );

  await shop.database.query(`UPDATE shop SET access_token_ref = $1`, [reference]);
  await runVerify('Completed', 2);
  expect(await failingJobs()).toBeNull();
});

test('one that nobody wants to run by itself any more is not told', async () => {
  await shop.database.query(`UPDATE shop SET access_token_ref = 'env:NOT_SET_ANYWHERE'`);
  await runVerify('Failed', 3);
  await runVerify('Failed', 4);
  expect(await failingJobs()).not.toBeNull();
  await shop.temporal.client.schedule.getHandle(scheduleId('verify', SHOP)).delete();
  await until(async () => expect(await failingJobs()).toBeNull());
});
