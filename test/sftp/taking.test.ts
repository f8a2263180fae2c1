/** Taking a file: a rename to a name of ours, whose reply may be lost. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { takeFile } from '../../src/sftp/moving.ts';
import { withConnection } from '../../src/sftp/sftp-connection.ts';
import { freshSftpRoot, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { expectCodedError } from './coded-error.ts';

let root: FreshSftpRoot;

beforeEach(async () => {
  root = await freshSftpRoot();
});

const SALE = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,-1\n';
const SENT = 'incoming/MDM_INV_VARIANCE__till.csv';
const CLAIMED = 'claimed/a/MDM_INV_VARIANCE__till.csv';
const write = (path: string, text: string) => writeFile(join(root.folder, path), text);
const read = (path: string) => readFile(join(root.folder, path), 'utf8').catch(() => null);

test('the next sale of the same bytes, which comes while the reply of the rename is lost, stays for the next run', async () => {
  await write(SENT, SALE);
  await withConnection(root.settings, async (connection) => {
    await takeFile(
      {
        ...connection,
        rename: async (from, to) => {
          await connection.rename(from, to);
          await write(SENT, SALE);
          throw connection.failure('the reply was lost');
        },
      },
      {
        from: `${root.settings.root}/${SENT}`,
        to: `${root.settings.root}/${CLAIMED}`,
        name: SENT,
        newName: CLAIMED,
      },
    );
  });
  expect([await read(SENT), await read(CLAIMED)]).toEqual([SALE, SALE]);
});

test('a second attempt leaves what came meanwhile, and one for a file that is nowhere fails', async () => {
  const take = () => fileDrop(root.settings)((drop) => drop.take(SENT, CLAIMED));
  expect((await expectCodedError(take)).code).toBe('FILE_MISSING');
  await write(SENT, SALE);
  await take();
  await write(SENT, SALE);
  await take();
  expect([await read(SENT), await read(CLAIMED)]).toEqual([SALE, SALE]);
});
