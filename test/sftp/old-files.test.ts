/** Old files: one that the server does not let us list or remove keeps the others from nothing. */
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileDrop, type FileDrop } from '../../src/sftp/file-drop.ts';
import { removeOldFiles } from '../../src/sftp/old-files.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { expectCodedError } from './coded-error.ts';
import { tcpProxy } from './tcp-proxy.ts';

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

test('a connection that is lost on the way is no refusal: the step fails, so that it is tried again', async () => {
  const { settings, folder } = await freshSftpRoot();
  const proxy = await tcpProxy(settings);
  const names = ['1.csv', '2.csv', '3.csv'];
  await mkdir(join(folder, 'archive'));
  for (const name of names) {
    await writeFile(join(folder, 'archive', name), 'idValue\n');
    await utimes(join(folder, 'archive', name), new Date('2026-01-01'), new Date('2026-01-01'));
  }
  const remove = (filedSince: () => Promise<ReadonlySet<string>>) =>
    fileDrop({ ...settings, host: '127.0.0.1', port: proxy.port })((drop) =>
      removeOldFiles(drop, ['archive'], {
        ...{ before: BEFORE, newestKept: 0, removedMax: 10, depthMax: 1, refusedMax: 100, filedSince },
      }),
    );

  const error = await expectCodedError(() =>
    remove(() => {
      proxy.breakAfter(0, 'reset');
      return Promise.resolve(new Set());
    }),
  );
  expect(error).toMatchObject({ code: 'SFTP_UNREACHABLE', class: 'retry' });
  expect(await readdir(join(folder, 'archive'))).toEqual(names);

  proxy.mend();
  expect(await remove(() => Promise.resolve(new Set()))).toEqual({ removed: 3, refused: 0, isMore: false });
});
