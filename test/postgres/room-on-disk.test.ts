/** Doctor lets the server write to its disk. A disk that is really full is test/faults/full-disk.test.ts. */
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { requireRoomOnDisk } from '../../src/postgres/room-on-disk.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

test('the server writes a file, which is none in memory, and says when it must not', async () => {
  const { database, url } = await freshDatabase();
  await requireRoomOnDisk(database);

  const name = new URL(url).pathname.slice(1);
  await database.query(`ALTER DATABASE ${name} SET temp_file_limit = '800kB'`);
  // The limit counts for connections that are opened from now on.
  const limited = openDatabase(url);
  cleanUp(() => limited.close());
  await expect(requireRoomOnDisk(limited)).rejects.toMatchObject({ code: 'DATABASE_EXHAUSTED' });
});
