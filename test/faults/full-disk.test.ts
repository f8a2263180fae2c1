/** The rows of docs/guides/how-soon.md of a disk that is full to its last byte: of SFTP, and of Postgres. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { jobWorkflowId } from '../../src/temporal/run-job.ts';
import { SHOP, type Installation } from '../end-to-end/installation.ts';
import { ROWS } from '../told/table.ts';
import { ToldShop, type Way } from '../told/told-shop.ts';
import { makeOwnFolder, startOwnPostgres } from './own-parts.ts';
import { mayMount, mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** Room for an empty cluster, our tables and some segments of its log. */
const DISK_OF_POSTGRES_MB = 400;

describe.skipIf(!mayMount())('a full disk', () => {
  let told: ToldShop;
  let shop: Installation;
  let ofPostgres: SmallDisk;
  let ofSftp: SmallDisk;

  beforeAll(async () => {
    const stateDir = await makeOwnFolder();
    ofPostgres = await mountSmallDisk(stateDir, DISK_OF_POSTGRES_MB, '0711');
    const postgres = await startOwnPostgres(stateDir);
    told = await ToldShop.open((installation) => installation.startImpatientWorker(), {
      database: postgres.fixture,
    });
    shop = told.installation;
    const folder = join(shop.sftpFolder, 'outgoing', SHOP);
    await mkdir(folder, { recursive: true });
    ofSftp = await mountSmallDisk(folder, 1, '0777');
    await told.change();
    await shop.hardSync();
    await shop.processUploads();
  });

  const WAYS: Readonly<Record<string, () => Way>> = {
    'the disk of SFTP is full': () => ({
      code: 'LANE_BLOCKED',
      begin: async () => {
        await ofSftp.fill();
        await told.change();
        await shop.recentChanges().catch(() => undefined);
        await shop.processUploads();
      },
      run: () => Promise.resolve(jobWorkflowId('process-uploads', SHOP)),
      mend: async () => {
        await ofSftp.empty();
        await shop.processUploads();
      },
    }),
    'the disk of Postgres is full': () => ({
      code: 'DATABASE_EXHAUSTED',
      begin: async () => {
        await told.change();
        // A new segment of the log is whole on the disk: what is small goes on for a while, as it does in life.
        await shop.database.query('SELECT pg_switch_wal()');
        await shop.database.query('CHECKPOINT');
        await ofPostgres.fill();
      },
      mend: () => ofPostgres.empty(),
    }),
  };

  test('each row of the table is measured', () => {
    expect(ROWS.ofDisks.map(({ way }) => way)).toEqual(Object.keys(WAYS));
  });

  test.each(ROWS.ofDisks)('$way', async ({ way, ...row }) => {
    const broken = WAYS[way];
    if (!broken) throw new Error(`Nothing measures "${way}".`);
    const seen = await told.measure(broken(), row);
    console.log(`${way}: ${JSON.stringify(seen)}`);
    expect(seen).toEqual(row);
  });
});
