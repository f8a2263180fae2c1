/** Everything works through a pooler that keeps a session for each connection. */
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { noPgbouncer, poolerBefore } from '../postgres/pgbouncer.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Installation } from './installation.ts';

test.skipIf(noPgbouncer !== undefined)(
  `a shop is synced through PgBouncer in session mode ${noPgbouncer ?? ''}`,
  async () => {
    const direct = await freshDatabase();
    const url = await poolerBefore(direct.url, { mode: 'session', size: 60 });
    const database = openDatabase(url);
    cleanUp(() => database.close());
    const shop = await Installation.open(['SHIRT'], { database: { database, url } });
    await shop.startWorker();
    await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { SHIRT: 7 });
    await shop.hardSync();
    await shop.processUploads();

    await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { SHIRT: 8 });
    expect(await shop.recentChanges()).toMatchObject({ rows: 1 });
    await shop.processUploads();

    expect(await shop.readShown()).toEqual({ SHIRT: 8 });
    expect(await shop.verify()).toMatchObject({ checked: 1, equal: 1 });
  },
);
