/**
 * A feed has at most so many bytes, also when it is packed: it is given up where it passes them. To unpack as many takes
 * its time.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openFeedText } from '../../src/csv/feed-text.ts';
import { FEED_SIZE_MAX_BYTES } from '../../src/domain/limits.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';

test('a small archive of more bytes is refused where it passes them, in little memory', async () => {
  const localPath = join(await scratchFolder(), 'feed.csv.gz');
  const member = gzipSync(Buffer.alloc(64 * 1024 ** 2, 'a'));
  const members = Array<Buffer>(FEED_SIZE_MAX_BYTES / (64 * 1024 ** 2) + 1).fill(member);
  await writeFile(localPath, Buffer.concat(members));

  const before = process.memoryUsage.rss();
  let length = 0;
  const error = await expectCodedError(async () => {
    const { blocks } = await openFeedText(localPath, 'feed.csv.gz', null);
    for await (const block of blocks) length += block.length;
  });

  expect(error).toMatchObject({
    code: 'FEED_UNREADABLE',
    message: expect.stringContaining(`it has more than ${FEED_SIZE_MAX_BYTES} bytes`) as string,
  });
  expect(length).toBeGreaterThan(FEED_SIZE_MAX_BYTES - 1024 ** 2);
  expect(length).toBeLessThanOrEqual(FEED_SIZE_MAX_BYTES);
  expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 1024 ** 2);
});
