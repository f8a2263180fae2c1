import { mkdtemp, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { SCRATCH_KEPT_HOURS } from '../../src/domain/limits.ts';
import { removeLeftScratchFolders, withScratchFolder } from '../../src/sftp/scratch-folder.ts';

test('a scratch folder of a killed process is removed after a day; one at use and a foreign one stay', async () => {
  await withScratchFolder(async (atUse) => {
    const left = await mkdtemp(atUse.slice(0, -6));
    await writeFile(join(left, 'read-back'), 'half');
    const foreign = await mkdtemp(join(tmpdir(), 'atp-sync-test-'));
    const now = new Date();
    const longAgo = new Date(now.getTime() - SCRATCH_KEPT_HOURS * 3_600_000 - 1000);
    await utimes(left, longAgo, longAgo);
    await utimes(foreign, longAgo, longAgo);

    expect(dirname(left)).toBe(dirname(atUse));
    expect(await removeLeftScratchFolders(now)).toBeGreaterThanOrEqual(1);

    expect([left, atUse, foreign].map((folder) => existsSync(folder))).toEqual([false, true, true]);
  });
});
