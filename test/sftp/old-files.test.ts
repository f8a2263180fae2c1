/** Old files: one that the server does not let us list or remove keeps the others from nothing. */
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileDrop, type FileDrop } from '../../src/sftp/file-drop.ts';
import { removeOldFiles } from '../../src/sftp/old-files.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';

const BEFORE = new Date('2026-06-01T00:00:00Z');

test('what the server refuses is counted and the rest removed; too much of it is a failure', async () => {
  const { settings, folder } = await freshSftpRoot();
  for (const path of ['archive/1.csv', 'archive/2.csv', 'archive/shut/3.csv', 'archive/open/4.csv']) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), 'idValue\n');
    await utimes(join(folder, path), new Date('2026-01-01'), new Date('2026-01-01'));
  }
  // Whoever is root may do everything: so the answers of the server are given here.
  const refuse = (drop: FileDrop): FileDrop => ({
    ...drop,
    survey: (path) => (path === 'archive/shut' ? Promise.reject(new Error('no')) : drop.survey(path)),
    remove: (path) => (path === 'archive/1.csv' ? Promise.reject(new Error('no')) : drop.remove(path)),
  });
  const remove = (refusedMax: number) =>
    fileDrop(settings)((drop) =>
      removeOldFiles(refuse(drop), ['archive'], {
        ...{ before: BEFORE, newestKept: 0, removedMax: 10, depthMax: 1, refusedMax },
        filedSince: () => Promise.resolve(new Set()),
      }),
    );

  expect(await remove(2)).toEqual({ removed: 2, refused: 2, isMore: false });
  expect(await readdir(join(folder, 'archive'))).toEqual(['1.csv', 'open', 'shut']);
  expect(await readdir(join(folder, 'archive/open'))).toEqual([]);
  await expect(remove(1)).rejects.toThrow('no');
});
