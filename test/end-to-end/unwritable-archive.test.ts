/** Moving files to the archive is best effort: the lane goes on without it, and says what was left undone. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobWorkflowId } from '../../src/temporal/run-job.ts';
import { Installation, SHOP } from './installation.ts';

interface DoctorCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

async function diagnoseArchive(shop: Installation): Promise<DoctorCheck | undefined> {
  const checks = (await shop.atp('doctor')).json?.['checks'] as readonly DoctorCheck[];
  return checks.find(({ name }) => name === `${SHOP}: archive`);
}

test('an archive that cannot be written delays no file, ends no run, and is told; later runs move what was left', async () => {
  const shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
  await shop.hardSync();
  await shop.processUploads();
  const archive = join(shop.sftpFolder, 'archive', SHOP);
  await rename(archive, `${archive}-away`);
  await writeFile(archive, 'a file in the place of the folder');

  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 6 });
  await shop.recentChanges();
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 6);
  const run = shop.temporal.client.workflow.getHandle(jobWorkflowId('process-uploads', SHOP));
  const { runId } = await run.describe();

  // The next file comes while the run still tries to archive the one before it.
  await shop.count('RESET_INVENTORY__3.csv', 'BROADWAY', { 'BLUE-SHIRT': 5 });
  await shop.recentChanges();
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 5);
  expect(await shop.temporal.client.workflow.getHandle(run.workflowId).result()).toMatchObject({
    laneState: 'idle',
  });
  const { events = [] } = await shop.temporal.client.workflow.getHandle(run.workflowId, runId).fetchHistory();
  const archivings = (events ?? []).filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'archiveFiles',
  );
  expect(archivings).toHaveLength(1);

  expect(await diagnoseArchive(shop)).toMatchObject({ ok: true });
  await shop.database.query(`UPDATE upload_file SET closed_at = closed_at - interval '2 hours'`);
  expect(await diagnoseArchive(shop)).toMatchObject({
    ok: false,
    detail: expect.stringMatching(
      /^2 files cannot be moved .* the oldest is file 2, since .*SFTP server/,
    ) as string,
  });

  await rm(archive);
  await rename(`${archive}-away`, archive);
  await shop.processUploads();
  expect(await diagnoseArchive(shop)).toMatchObject({ ok: true });
  expect(await shop.filesIn(`outgoing/${SHOP}`)).toEqual([]);
  expect((await shop.filesIn(`archive/${SHOP}`)).filter((name) => name.endsWith('.csv'))).toHaveLength(3);
});
