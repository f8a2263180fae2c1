import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { FILED_NAMES_MAX } from '../../src/domain/limits.ts';
import { fileDrop, type OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { publishFile } from '../../src/sftp/publishing.ts';
import { moveFile } from '../../src/sftp/moving.ts';
import { withConnection, type SftpConnection } from '../../src/sftp/sftp-connection.ts';
import { scratchFolder } from './scratch-folder.ts';
import { freshSftpRoot, sftpServers, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { codedError } from './coded.ts';

const NAME = '000000000001-hard-sync-20261124T101500Z.csv';

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

describe.each(await sftpServers())('the file drop on the %s server', (server) => {
  let root: FreshSftpRoot;
  let drop: OpenFileDrop;
  let local: string;

  beforeEach(async () => {
    root = await freshSftpRoot(server);
    drop = fileDrop(root.settings);
    local = await scratchFolder();
  });

  async function localFile(content: string | Buffer): Promise<string> {
    const path = join(local, `file-${randomBytes(4).toString('hex')}`);
    await writeFile(path, content);
    return path;
  }

  async function publish(content: string | Buffer, folder = 'outgoing/blue-shirts'): Promise<void> {
    const localPath = await localFile(content);
    await drop((files) => files.publish(localPath, { folder, name: NAME, sha256: sha256(content) }));
  }

  async function put(path: string, content: string | Buffer): Promise<void> {
    await mkdir(join(root.folder, path, '..'), { recursive: true });
    await writeFile(join(root.folder, path), content);
  }

  const read = (path: string) => readFile(join(root.folder, path), 'utf8');
  const namesIn = async (folder: string) => (await readdir(join(root.folder, folder))).toSorted();

  test('a published file is there with its checksum in sha256sum format, and nothing else', async () => {
    await publish('a,b\n1,2\n');

    expect(await namesIn('outgoing/blue-shirts')).toEqual([NAME, `${NAME}.sha256`]);
    expect(await read(`outgoing/blue-shirts/${NAME}`)).toBe('a,b\n1,2\n');
    expect(await read(`outgoing/blue-shirts/${NAME}.sha256`)).toBe(`${sha256('a,b\n1,2\n')}  ${NAME}\n`);
  });

  describe('setting aside', () => {
    const target = { folder: 'outgoing/blue-shirts', name: NAME, sha256: sha256('ours') };
    const ASIDE = 'archive/blue-shirts/set-aside';
    const setAside = () => drop((files) => files.setAside(target, ASIDE));

    test('keeps what lies in a file’s place under a name that is free, and does it once', async () => {
      await put(`${ASIDE}/${NAME}`, 'of last week');
      await put(`${target.folder}/${NAME}`, 'foreign');

      await setAside();
      await setAside();

      expect(await namesIn(target.folder)).toEqual([]);
      expect(await namesIn(ASIDE)).toEqual([NAME, `${NAME}.2`]);
      expect(await read(`${ASIDE}/${NAME}`)).toBe('of last week');
      expect(await read(`${ASIDE}/${NAME}.2`)).toBe('foreign');
    });

    test('leaves the file alone that belongs there', async () => {
      await put(`${target.folder}/${NAME}`, 'ours');

      await setAside();

      expect(await read(`${target.folder}/${NAME}`)).toBe('ours');
    });

    test('takes a folder out of the way as well', async () => {
      await put(`${target.folder}/${NAME}/inside.csv`, 'foreign');

      await setAside();

      expect(await read(`${ASIDE}/${NAME}/inside.csv`)).toBe('foreign');
    });

    test('replaces nothing when every name is taken', async () => {
      await put(`${target.folder}/${NAME}`, 'foreign');
      await put(`${ASIDE}/${NAME}`, 'of 1');
      for (let number = 2; number <= FILED_NAMES_MAX; number += 1) {
        await put(`${ASIDE}/${NAME}.${number}`, `of ${number}`);
      }

      expect((await codedError(setAside)).code).toBe('FILE_NAME_TAKEN');

      expect(await read(`${target.folder}/${NAME}`)).toBe('foreign');
    });
  });

  test('a file of many requests arrives byte for byte and comes back so', async () => {
    const content = randomBytes(5 * 1024 * 1024 + 17);
    await publish(content);

    const back = join(local, 'back');
    const got = await drop((files) => files.download(`outgoing/blue-shirts/${NAME}`, back));

    expect(got).toEqual({ sizeBytes: content.length, sha256: sha256(content) });
    expect((await readFile(back)).equals(content)).toBe(true);
  });

  test('an empty file is published and downloaded, too', async () => {
    await publish('');
    const got = await drop((files) => files.download(`outgoing/blue-shirts/${NAME}`, join(local, 'back')));
    expect(got).toEqual({ sizeBytes: 0, sha256: sha256('') });
  });

  test('publishing the equal file again is done at once; the checksum that was lost is there again', async () => {
    await publish('same');
    await put(`outgoing/blue-shirts/${NAME}.sha256`, 'something else');
    await publish('same');
    expect(await read(`outgoing/blue-shirts/${NAME}.sha256`)).toBe(`${sha256('same')}  ${NAME}\n`);
  });

  test('another content under the name is never overwritten', async () => {
    await put(`outgoing/blue-shirts/${NAME}`, 'foreign');
    const error = await codedError(() => publish('ours'));
    expect(error).toMatchObject({ code: 'FILE_NAME_TAKEN', detail: { found: sha256('foreign') } });
    expect(await namesIn('outgoing/blue-shirts')).toEqual([NAME]);
    expect(await read(`outgoing/blue-shirts/${NAME}`)).toBe('foreign');
  });

  test('parts of attempts that died are removed by the attempt that succeeds; foreign files stay', async () => {
    const part = `${NAME}.part-0198b3a2-0000-7000-8000-000000000000`;
    await put(`outgoing/blue-shirts/${part}`, 'half');
    await put(`outgoing/blue-shirts/${NAME}.part-notes`, 'a person’s');
    await publish('whole');
    expect(await namesIn('outgoing/blue-shirts')).toEqual([NAME, `${NAME}.part-notes`, `${NAME}.sha256`]);
  });

  test('attempts that publish the same file at once all succeed', async () => {
    for (let round = 1; round <= 10; round += 1) {
      const content = randomBytes(300_000);
      const folder = `outgoing/${round}/of/blue-shirts`;
      await Promise.all([publish(content, folder), publish(content, folder), publish(content, folder)]);
      expect(await namesIn(folder)).toEqual([NAME, `${NAME}.sha256`]);
    }
  });

  test('one that loses its part to another that succeeds, publishes the checksum all the same', async () => {
    const localPath = await localFile('content');
    const folder = `${root.settings.root}/outgoing`;
    const publication = {
      localPath,
      path: `${folder}/${NAME}`,
      name: NAME,
      sha256: sha256('content'),
      withChecksumFile: true,
    };
    // Both must find a wrong checksum, so that the slow one removes the quick one's right checksum.
    await put(`outgoing/${NAME}.sha256`, 'of another content');
    const quickEnds = Promise.withResolvers<void>();
    const partIsWritten = Promise.withResolvers<void>();
    const publishQuickly = () =>
      withConnection(root.settings, (connection) =>
        publishFile(
          {
            ...connection,
            list: async (path) => {
              quickEnds.resolve();
              await partIsWritten.promise;
              return connection.list(path);
            },
          },
          { ...publication, partId: '0198b3a2-0000-7000-8000-000000000003' },
        ),
      );

    let quick: Promise<void> | null = null;
    let uploads = 0;
    await withConnection(root.settings, (connection) =>
      publishFile(
        {
          ...connection,
          remove: async (path) => {
            if (path.endsWith('.sha256')) {
              quick ??= publishQuickly();
              await quickEnds.promise;
            }
            await connection.remove(path);
          },
          upload: async (from, path) => {
            await connection.upload(from, path);
            uploads += 1;
            partIsWritten.resolve();
            await quick;
          },
        },
        { ...publication, partId: '0198b3a2-0000-7000-8000-000000000004' },
      ),
    );

    expect(uploads).toBeGreaterThan(1);
    expect(await namesIn('outgoing')).toEqual([NAME, `${NAME}.sha256`]);
    expect(await read(`outgoing/${NAME}.sha256`)).toBe(`${sha256('content')}  ${NAME}\n`);
  });

  test('when the reply to the rename is lost, the names tell that it was done', async () => {
    const localPath = await localFile('content');
    await withConnection(root.settings, async (connection) => {
      await publishFile(losingRenames(connection), {
        localPath,
        path: `${root.settings.root}/outgoing/${NAME}`,
        name: NAME,
        sha256: sha256('content'),
        withChecksumFile: true,
        partId: '0198b3a2-0000-7000-8000-000000000001',
      });
      await moveFile(losingRenames(connection), {
        from: `${root.settings.root}/outgoing/${NAME}`,
        to: `${root.settings.root}/archive/${NAME}`,
        name: `outgoing/${NAME}`,
        newName: `archive/${NAME}`,
      });
    });
    expect(await namesIn('outgoing')).toEqual([`${NAME}.sha256`]);
    expect(await read(`archive/${NAME}`)).toBe('content');
  });

  test('bytes that the server did not keep are not published', async () => {
    const localPath = await localFile('content');
    const error = await codedError(() =>
      withConnection(root.settings, (connection) =>
        publishFile(
          { ...connection, upload: async (_, path) => connection.upload(await localFile('conten'), path) },
          {
            localPath,
            path: `${root.settings.root}/outgoing/${NAME}`,
            name: NAME,
            sha256: sha256('content'),
            withChecksumFile: false,
            partId: '0198b3a2-0000-7000-8000-000000000002',
          },
        ),
      ),
    );
    expect(error.code).toBe('SFTP_UNREACHABLE');
    expect(await namesIn('outgoing')).toEqual([]);
  });

  test('a listing holds the plain files by name, hidden and part files too, but no folder and no link', async () => {
    for (const name of ['b.csv', 'a.csv', 'B.csv', '.hidden.csv', 'c.csv.part'])
      await put(`incoming/${name}`, name);
    await mkdir(join(root.folder, 'incoming/RESET_INVENTORY'));
    await symlink('/etc/passwd', join(root.folder, 'incoming/link.csv'));
    await symlink('/etc', join(root.folder, 'incoming/linked'));

    const [files, folders] = await drop(async (it) => [
      await it.list('incoming'),
      await it.folders('incoming'),
    ]);

    expect(files.map(({ name }) => name)).toEqual(['.hidden.csv', 'B.csv', 'a.csv', 'b.csv', 'c.csv.part']);
    expect(files[1]).toMatchObject({ sizeBytes: 5 });
    expect(Math.abs(Date.now() - (files[1]?.modifiedAt.getTime() ?? 0))).toBeLessThan(60_000);
    expect(folders).toEqual(['RESET_INVENTORY']);
  });

  test('a folder that is not there is empty', async () => {
    expect(await drop((files) => files.list('nowhere/at-all'))).toEqual([]);
    expect(await drop((files) => files.folders('nowhere'))).toEqual([]);
    expect(await drop((files) => files.find('nowhere/x.csv'))).toBeNull();
  });

  test.each(['../secret', 'incoming/../../secret', '/etc/passwd', 'incoming//x', 'incoming/.', 'a\nb', ''])(
    'the path %j is refused before anything is asked',
    async (path) => {
      const error = await codedError(() => drop((files) => files.download(path, join(local, 'x'))));
      expect(error.code).toBe('INPUT_INVALID');
      expect((await codedError(() => drop((files) => files.move('incoming/a.csv', path)))).code).toBe(
        'INPUT_INVALID',
      );
    },
  );

  test('what is not there cannot be downloaded, and a link is as good as nothing', async () => {
    await symlink('/etc/passwd', join(root.folder, 'incoming/link.csv'));
    for (const name of ['link.csv', 'missing.csv']) {
      const error = await codedError(() =>
        drop((files) => files.download(`incoming/${name}`, join(local, 'x'))),
      );
      expect(error).toMatchObject({ code: 'FILE_MISSING', detail: { name: `incoming/${name}` } });
    }
  });

  test('a move makes the folders it needs, and may be repeated', async () => {
    await put('incoming/a.csv', 'one');
    const move = () => drop((files) => files.move('incoming/a.csv', 'archive/blue-shirts/superseded/a.csv'));
    await move();
    await move();
    expect(await read('archive/blue-shirts/superseded/a.csv')).toBe('one');
    expect(await namesIn('incoming')).toEqual([]);
  });

  test('a move onto the equal file leaves one of them; onto another content it is refused and both stay', async () => {
    await put('incoming/a.csv', 'one');
    await put('archive/a.csv', 'one');
    await drop((files) => files.move('incoming/a.csv', 'archive/a.csv'));
    expect(await namesIn('incoming')).toEqual([]);

    await put('incoming/a.csv', 'two');
    const error = await codedError(() => drop((files) => files.move('incoming/a.csv', 'archive/a.csv')));
    expect(error.code).toBe('FILE_NAME_TAKEN');
    expect([await read('incoming/a.csv'), await read('archive/a.csv')]).toEqual(['two', 'one']);
  });

  test('a move of what is nowhere is told', async () => {
    const error = await codedError(() => drop((files) => files.move('incoming/a.csv', 'archive/a.csv')));
    expect(error).toMatchObject({ code: 'FILE_MISSING', detail: { name: 'incoming/a.csv' } });
  });

  test('what is removed is gone, and may be removed again', async () => {
    await put('incoming/a.csv', 'one');
    await drop((files) => files.remove('incoming/a.csv'));
    await drop((files) => files.remove('incoming/a.csv'));
    expect(await namesIn('incoming')).toEqual([]);
  });
});

/** Every rename is done, and nobody hears of it. */
function losingRenames(connection: SftpConnection): SftpConnection {
  return {
    ...connection,
    rename: async (from, to) => {
      await connection.rename(from, to);
      throw connection.failure('the reply was lost');
    },
  };
}
