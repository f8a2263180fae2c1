/** A file that a person has decided to rewrite: what lies in its place is set aside, but not the file itself. */
import { expect, test } from 'vitest';
import { createProduceActivities } from '../../activities/produce-files.ts';
import { decide } from '../../src/postgres/lane/lane-decisions.ts';
import type { OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { SHOP } from './retailer.ts';
import { freshShop, runActivity } from './synced-shop.ts';

test('a run that comes to publish it again leaves what another run has put there, which the lane may read now', async () => {
  const { database } = await freshDatabase();
  const shop = await freshShop(() => database);
  await shop.makeFile('hard-sync');
  await database.query(
    `UPDATE upload_file SET state = 'BLOCKED', reason_code = 'FILE_DAMAGED', reason = 'It is damaged.', blocked_since = now()`,
  );
  await decide(database, {
    shopId: SHOP,
    decisionKey: 'rewrite',
    decision: { decision: 'rewrite', sequence: 1, by: 'Ann' },
  });
  const publishBy = (fileDrop: OpenFileDrop) => {
    const parts = { diary: () => undefined, database, fileDrop, wakeLane: () => Promise.resolve() };
    return runActivity(createProduceActivities(parts).publishFile, { shopId: SHOP, sequence: 1 });
  };
  // The worker dies once the file is in place, before the database knows.
  const died = publishBy((work) =>
    shop.drop((drop) =>
      work({
        ...drop,
        publish: async (localPath, target) => {
          await drop.publish(localPath, target);
          throw new Error('The worker has died.');
        },
      }),
    ),
  );
  await expect(died).rejects.toThrow('The worker has died.');

  await publishBy(shop.drop);

  expect(await shop.readStates()).toEqual(['1 hard-sync READY']);
  expect(await shop.drop((drop) => drop.list(`archive/${SHOP}/set-aside`))).toEqual([]);
});
