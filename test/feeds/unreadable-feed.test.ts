/** A feed that the server does not open for us (mode 000), on OpenSSH with an ordinary user: it holds back its own source only. */
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createImportActivities, type FeedRef } from '../../activities/import-inventory.ts';
import type { ImportedFile } from '../../src/domain/jobs/import.ts';
import { findLongWaitingFeeds } from '../../src/postgres/feeds/waiting-feeds.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { openSourceDrops } from '../../src/sftp/source-drop.ts';
import { opensshServer } from '../../src/stand-ins/programs.ts';
import { opensshWith } from '../sftp/openssh.ts';
import { Warehouse } from './warehouse.ts';

const idOf = (option: '-u' | '-g') => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));

test.skipIf(opensshServer() === null)(
  'a feed of mode 000 holds back its own source only, until it can be read',
  async () => {
    // Root may open every file, so somebody else logs in: the one whom every Unix has, and whose account is not locked.
    const user = process.getuid?.() === 0 ? { name: 'nobody', uid: idOf('-u'), gid: idOf('-g') } : null;
    const { settings, folder } = await opensshWith(user === null ? {} : { username: user.name });
    const give = async (path: string) => {
      if (user !== null) await chown(path, user.uid, user.gid);
    };
    await give(folder);
    const put = async (path: string, units: number, mode = 0o644) => {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await give(join(folder, 'incoming'));
      await give(join(folder, dirname(path)));
      await writeFile(join(folder, path), `facilityId,idValue,availableQty\nBROADWAY,SHIRT,${units}\n`);
      const written = new Date(Date.now() - 3_600_000);
      await utimes(join(folder, path), written, written);
      await give(join(folder, path));
      await chmod(join(folder, path), mode);
      return path;
    };
    const warehouse = await Warehouse.open();
    const activities = createImportActivities({
      database: warehouse.database,
      sourceDrop: openSourceDrops({ environment: process.env }),
      fileDrop: fileDrop(settings),
      diary: () => undefined,
    });
    const list = (): Promise<FeedRef[]> => new MockActivityEnvironment().run(activities.listFeeds, {});
    const take = (path: string): Promise<ImportedFile> =>
      new MockActivityEnvironment({ activityId: path }).run(activities.importFeed, { path });

    const shut = await put('incoming/REC_INV_COUNT/1.csv', 1, 0);
    await put('incoming/REC_INV_COUNT/2.csv', 2);
    const elsewhere = await put('incoming/RESET_INVENTORY/3.csv', 30);

    const feeds = await list();
    expect(feeds.map(({ path, waits }) => [path, waits?.code, waits?.behind])).toEqual([
      [elsewhere, undefined, undefined],
      [shut, 'FEED_NOT_READABLE', 1],
    ]);
    expect(await take(elsewhere)).toMatchObject({ applied: 1 });
    expect((await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh).toBe(30);
    expect(await findLongWaitingFeeds(warehouse.database, 0)).toMatchObject({
      path: shut,
      waitsFor: 'FEED_NOT_READABLE',
    });

    await chmod(join(folder, shut), 0o600);
    expect((await list()).map(({ path, waits }) => [path, waits])).toEqual([
      [shut, undefined],
      ['incoming/REC_INV_COUNT/2.csv', undefined],
    ]);
  },
);
