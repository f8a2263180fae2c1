/** A feed has at most so many bytes. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withFeed } from '../../src/csv/feed-csv.ts';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import { FEED_SIZE_MAX_BYTES } from '../../src/domain/limits.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';

test('a feed of more bytes is refused before it is read', async () => {
  const localPath = join(await scratchFolder(), 'feed.csv');
  const file = await open(localPath, 'w');
  await file.truncate(FEED_SIZE_MAX_BYTES + 1); // It takes no room on the disk.
  await file.close();

  const feed = { localPath, fileName: 'feed.csv', type: 'RESET_INVENTORY', settings: NO_SETTINGS } as const;
  expect(await expectCodedError(() => withFeed(feed, () => Promise.resolve()))).toMatchObject({
    code: 'FEED_UNREADABLE',
    message: expect.stringContaining(`it has more than ${FEED_SIZE_MAX_BYTES} bytes`) as string,
  });
});
