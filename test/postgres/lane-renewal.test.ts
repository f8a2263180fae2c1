/** While a file is read slowly from SFTP, nothing is written in the lane; the run must keep its lease all the same. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test, vi } from 'vitest';
import { createApplyActivities, type ApplyDeps } from '../../activities/apply-files.ts';
import { LEASE_DURATION_MS } from '../../src/domain/limits.ts';
import { checkOrigin } from '../../src/postgres/producing/shop-origin.ts';
import { until } from '../setup/until.ts';
import { asHolder, openLane } from './lane-under-test.ts';
import { SHOP } from './retailer.ts';

test('the lease of a run is renewed while the run reads a file from SFTP', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  await checkOrigin(lane.database, SHOP, () => Promise.resolve({ highest: 0, archived: new Set() }));
  const leaseLasts = async (interval: string) =>
    (
      await lane.database.query(
        `SELECT FROM lane WHERE expires_at > clock_timestamp() + interval '${interval}'`,
      )
    ).length === 1;
  const download = async () => {
    await lane.database.query(`UPDATE lane SET expires_at = clock_timestamp() + interval '30 seconds'`);
    expect(await leaseLasts('1 minute')).toBe(false);
    vi.advanceTimersByTime(LEASE_DURATION_MS / 2);
    vi.useRealTimers();
    await until(async () => expect(await leaseLasts('1 minute')).toBe(true));
    return { sizeBytes: 1, sha256: 'hash of 1' };
  };
  const activities = createApplyActivities({
    diary: () => undefined,
    database: lane.database,
    fileDrop: (work) => work({ download } as never),
    adminApi: () => expect.unreachable(),
    isAtWork: () => Promise.resolve(true),
  } satisfies ApplyDeps);
  const holder = asHolder('run A');
  await new MockActivityEnvironment().run(activities.nextFile, holder);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });

  expect(await new MockActivityEnvironment().run(activities.openFile, { ...holder, sequence: 1 })).toEqual({
    isOpen: true,
  });
});
