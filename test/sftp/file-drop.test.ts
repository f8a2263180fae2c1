import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { FILED_NAMES_MAX } from '../../src/domain/limits.ts';
import { fileDrop, type OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { publishFile } from '../../src/sftp/publishing.ts';
import { moveFile } from '../../src/sftp/moving.ts';
import { withConnection, type SftpConnection } from '../../src/sftp/sftp-connection.ts';
import { scratchFolder } from './scratch-folder.ts';
import { freshSftpRoot, sftpServers, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { expectCodedError } from './coded-error.ts';

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

  async function writeLocalFile(content: string | Buffer): Promise<string> {
    const path = join(local, `file-${randomBytes(4).toString('hex')}`);
    await writeFile(path, content);
    return path;
  }

  async function publish(content: string | Buffer, folder = 'outgoing/blue-shirts'): Promise<void> {
    const localPath = await writeLocalFile(content);
    await drop((files) => files.publish(localPath, { folder, name: NAME, sha256: sha256(content) }));
  }

  async function put(path: string, content: string | Buffer): Promise<void> {
    await mkdir(join(root.folder, path, '..'), { recursive: true });
    await writeFile(join(root.folder, path), content);
  }

  const read = (path: string) => readFile(join(root.folder, path), 'utf8');
  const namesIn = async (folder: string) => (await readdir(join(root.folder, folder))).toSorted();

  test('a published file lies beside its checksum in sha256sum format, and nothing else is left', async () => {
    await publish('a,b\n1,2\n');

    expect(await namesIn('outgoing/blue-shirts')).toEqual([NAME, `${NAME}.sha256`]);
    expect(await read(`outgoing/blue-shirts/${NAME}`)).toBe('a,b\n1,2\n');
    expect(await read(`outgoing/blue-shirts/${NAME}.sha256`)).toBe(`${sha256('a,b\n1,2\n')}  ${NAME}\n`);
  });

  test.each([
    ['the equal file', 'a,b\n1,2\n', true],
    ['another one of the same size', 'a,b\n1,3\n', false],
    ['another one', 'a,b\n', false],
    ['none', null, false],
  ] as const)('it tells whether the name is held by the equal file: %s', async (_, content, isHeld) => {
    if (content !== null) await put(`outgoing/blue-shirts/${NAME}`, content);
    const target = { folder: 'outgoing/blue-shirts', name: NAME, sha256: sha256('a,b\n1,2\n') };
    const localPath = await writeLocalFile('a,b\n1,2\n');

    expect(await drop((files) => files.holds(localPath, target))).toBe(isHeld);
  });

  test('a folder under the name is not the equal file', async () => {
    await put(`outgoing/blue-shirts/${NAME}/inside.csv`, 'foreign');
    const target = { folder: 'outgoing/blue-shirts', name: NAME, sha256: sha256('') };

    expect(await drop(async (files) => files.holds(await writeLocalFile(''), target))).toBe(false);
  });

  describe('setting aside what lies in a file’s place', () => {
    const target = { folder: 'outgoing/blue-shirts', name: NAME };
    const ASIDE = 'archive/blue-shirts/set-aside';
    const setAside = () => drop((files) => files.setAside(target, ASIDE));

    test('moves a foreign file to a name that is free, once', async () => {
      await put(`${ASIDE}/${NAME}`, 'of last week');
      await put(`${target.folder}/${NAME}`, 'foreign');

      await setAside();
      await setAside();

      expect(await namesIn(target.folder)).toEqual([]);
      expect(await namesIn(ASIDE)).toEqual([NAME, `${NAME}.2`]);
      expect(await read(`${ASIDE}/${NAME}`)).toBe('of last week');
      expect(await read(`${ASIDE}/${NAME}.2`)).toBe('foreign');
    });

    test('moves a folder out of the way as well', async () => {
      await put(`${target.folder}/${NAME}/inside.csv`, 'foreign');

      await setAside();

      expect(await read(`${ASIDE}/${NAME}/inside.csv`)).toBe('foreign');
    });

    test('fails when every name is taken, and replaces nothing', async () => {
      await put(`${target.folder}/${NAME}`, 'foreign');
      await put(`${ASIDE}/${NAME}`, 'of 1');
      for (let number = 2; number <= FILED_NAMES_MAX; number += 1) {
        await put(`${ASIDE}/${NAME}.${number}`, `of ${number}`);
      }

      expect((await expectCodedError(setAside)).code).toBe('FILE_NAME_TAKEN');

      expect(await read(`${target.folder}/${NAME}`)).toBe('foreign');
    });
  });

  test('a file of many requests is published and downloaded byte for byte', async () => {
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

  test('publishing the same file again repairs its checksum file', async () => {
    await publish('same');
    await put(`outgoing/blue-shirts/${NAME}.sha256`, 'something else');
    await publish('same');
    expect(await read(`outgoing/blue-shirts/${NAME}.sha256`)).toBe(`${sha256('same')}  ${NAME}\n`);
  });

  test('a foreign file under the name is never overwritten', async () => {
    await put(`outgoing/blue-shirts/${NAME}`, 'evil');
    const error = await expectCodedError(() => publish('ours'));
    expect(error).toMatchObject({ code: 'FILE_NAME_TAKEN', detail: { found: sha256('evil') } });
    expect(await namesIn('outgoing/blue-shirts')).toEqual([NAME]);
    expect(await read(`outgoing/blue-shirts/${NAME}`)).toBe('evil');
  });

  test('a foreign file of another size is not read, however large it is', async () => {
    const path = `outgoing/blue-shirts/${NAME}`;
    await put(path, 'foreign');
    await truncate(join(root.folder, path), 2 ** 42);

    const error = await expectCodedError(() => publish('ours'));

    expect(error.message).toContain(`(${2 ** 42} bytes, expected 4)`);
  });

  test('a move onto a file of another size reads neither', async () => {
    await put('incoming/a.csv', 'one');
    await put('archive/a.csv', 'foreign');
    await truncate(join(root.folder, 'archive/a.csv'), 2 ** 42);

    const error = await expectCodedError(() =>
      drop((files) => files.move('incoming/a.csv', 'archive/a.csv')),
    );

    expect(error.message).toContain(`(${2 ** 42} bytes, expected 3)`);
  });

  test('an attempt that succeeds removes the parts of attempts that died, and leaves foreign files', async () => {
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

  test('an attempt that loses its part to a quicker one publishes the checksum all the same', async () => {
    const localPath = await writeLocalFile('content');
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

  test('a rename whose reply is lost counts as done when the names show it', async () => {
    const localPath = await writeLocalFile('content');
    await withConnection(root.settings, async (connection) => {
      await publishFile(loseRenameReplies(connection), {
        localPath,
        path: `${root.settings.root}/outgoing/${NAME}`,
        name: NAME,
        sha256: sha256('content'),
        withChecksumFile: true,
        partId: '0198b3a2-0000-7000-8000-000000000001',
      });
      await moveFile(loseRenameReplies(connection), {
        from: `${root.settings.root}/outgoing/${NAME}`,
        to: `${root.settings.root}/archive/${NAME}`,
        name: `outgoing/${NAME}`,
        newName: `archive/${NAME}`,
      });
    });
    expect(await namesIn('outgoing')).toEqual([`${NAME}.sha256`]);
    expect(await read(`archive/${NAME}`)).toBe('content');
  });

  test('a file of which the server did not keep all bytes is not published', async () => {
    const localPath = await writeLocalFile('content');
    const error = await expectCodedError(() =>
      withConnection(root.settings, (connection) =>
        publishFile(
          {
            ...connection,
            upload: async (_, path) => connection.upload(await writeLocalFile('conten'), path),
          },
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

  test('a listing has the plain files by name, hidden and part files too, but no folder and no link', async () => {
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

  test('a folder that does not exist is listed as empty', async () => {
    expect(await drop((files) => files.list('nowhere/at-all'))).toEqual([]);
    expect(await drop((files) => files.folders('nowhere'))).toEqual([]);
    expect(await drop((files) => files.find('nowhere/x.csv'))).toBeNull();
  });

  test.each(['../secret', 'incoming/../../secret', '/etc/passwd', 'incoming//x', 'incoming/.', 'a\nb', ''])(
    'the path %j is refused for a download and for a move',
    async (path) => {
      const error = await expectCodedError(() => drop((files) => files.download(path, join(local, 'x'))));
      expect(error.code).toBe('INPUT_INVALID');
      expect((await expectCodedError(() => drop((files) => files.move('incoming/a.csv', path)))).code).toBe(
        'INPUT_INVALID',
      );
    },
  );

  test('a missing file cannot be downloaded, and a link counts as missing', async () => {
    await symlink('/etc/passwd', join(root.folder, 'incoming/link.csv'));
    for (const name of ['link.csv', 'missing.csv']) {
      const error = await expectCodedError(() =>
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

  test('a move onto an equal file leaves one of them; onto another content it is refused, and both stay', async () => {
    await put('incoming/a.csv', 'one');
    await put('archive/a.csv', 'one');
    await drop((files) => files.move('incoming/a.csv', 'archive/a.csv'));
    expect(await namesIn('incoming')).toEqual([]);

    await put('incoming/a.csv', 'two');
    const error = await expectCodedError(() =>
      drop((files) => files.move('incoming/a.csv', 'archive/a.csv')),
    );
    expect(error.code).toBe('FILE_NAME_TAKEN');
    expect([await read('incoming/a.csv'), await read('archive/a.csv')]).toEqual(['two', 'one']);
  });

  test('a move of a file that is nowhere fails', async () => {
    const error = await expectCodedError(() =>
      drop((files) => files.move('incoming/a.csv', 'archive/a.csv')),
    );
    expect(error).toMatchObject({ code: 'FILE_MISSING', detail: { name: 'incoming/a.csv' } });
  });

  test('a removed file is gone, and may be removed again', async () => {
    await put('incoming/a.csv', 'one');
    await drop((files) => files.remove('incoming/a.csv'));
    await drop((files) => files.remove('incoming/a.csv'));
    expect(await namesIn('incoming')).toEqual([]);
  });
});

/** A connection that does every rename and loses the reply to it. */
function loseRenameReplies(connection: SftpConnection): SftpConnection {
  return {
    ...connection,
    rename: async (from, to) => {
      await connection.rename(from, to);
      throw connection.failure('the reply was lost');
    },
  };
}
