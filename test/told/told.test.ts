/** How soon each way to stop the sync is seen, and that its end is told: the table of docs/guides/how-soon.md. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { setServer } from '../../src/postgres/feeds/source-servers.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { findShop } from '../../src/postgres/master-data/shops.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { jobWorkflowId } from '../../src/temporal/run-job.ts';
import { pauseJob, resumeJob } from '../../src/temporal/schedule-control.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { SHOP, type Installation } from '../end-to-end/installation.ts';
import { freshSftpRoot, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { tcpGate, type TcpGate } from '../setup/tcp-gate.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { ROWS } from './table.ts';
import { ToldShop, type Way } from './told-shop.ts';

const LANE = jobWorkflowId('process-uploads', SHOP);
const IMPORT = jobWorkflowId('import', null);

let told: ToldShop;
let shop: Installation;
/** An SFTP server beside that of all sources, behind a gate of its own. */
let ofSource: FreshSftpRoot;
let gateOfSource: TcpGate;

beforeAll(async () => {
  ofSource = await freshSftpRoot('rclone');
  gateOfSource = await tcpGate(ofSource.settings.port);
  told = await ToldShop.open((installation) => installation.startImpatientWorker());
  shop = told.installation;
});

/** In the order of the table: the first Hard Sync is the plan that is held. */
const WAYS: Readonly<Record<string, () => Way>> = {
  'a plan is held': () => ({
    code: 'PLAN_HELD',
    begin: async () => {
      await told.change();
      await shop.run({ job: 'hard-sync', shopId: SHOP });
    },
    run: () => Promise.resolve(jobWorkflowId('hard-sync', SHOP)),
    mend: async () => {
      await shop.decide({ decision: 'approve', plan: 1, reason: 'looked at' });
      await shop.processUploads();
    },
  }),
  'a schedule is deleted': () => ({
    code: 'SCHEDULE_NOT_RUNNING',
    begin: async () => {
      await told.change();
      await shop.temporal.client.schedule.getHandle(`recent-changes/${SHOP}`).delete();
    },
    mend: () => scheduleNeededJobs(shop),
  }),
  'a schedule is paused': () => ({
    code: 'SCHEDULE_NOT_RUNNING',
    begin: async () => {
      await told.change();
      await pauseJob(shop.temporal, 'recent-changes', SHOP, 'stock-take');
    },
    mend: () => resumeJob(shop.temporal, 'recent-changes', SHOP),
  }),
  'a schedule drops its runs': () => ({
    code: 'SCHEDULE_NOT_RUNNING',
    begin: async () => {
      const schedule = shop.temporal.client.schedule.getHandle(`hard-sync/${SHOP}`);
      await schedule.trigger('ALLOW_ALL');
      await shop.until(async () => {
        const { recentActions, runningActions } = (await schedule.describe()).info;
        return recentActions.length > 0 && runningActions.length === 0;
      });
      await shop.processUploads();
      await told.change();
    },
    // Its next run is to come after a day.
    grow: {
      words: '1 h',
      pass: () => {
        const now = Date.now;
        vi.spyOn(Date, 'now').mockImplementation(() => now() + 27 * 60 * 60_000);
        return Promise.resolve();
      },
    },
    mend: () => Promise.resolve(void vi.restoreAllMocks()),
  }),
  'a run is on a task queue that nobody polls': () => ({
    code: 'RUN_STANDS_STILL',
    begin: async () => {
      await told.change();
      await shop.temporal.client.workflow.start('uploadRecentChanges', {
        workflowId: jobWorkflowId('recent-changes', SHOP),
        taskQueue: 'atp-snyc',
        args: [{ shopId: SHOP }],
      });
    },
    mend: () =>
      shop.temporal.client.workflow
        .getHandle(jobWorkflowId('recent-changes', SHOP))
        .terminate()
        .then(() => undefined),
  }),
  'Postgres is away': () => ({
    code: 'DATABASE_AWAY',
    begin: () => told.gates.postgres.shut(),
    mend: () => told.gates.postgres.open(),
    hasNoFigure: true,
    isToldFromMemory: true,
  }),
  'SFTP is away': () => ({
    code: 'SFTP_AWAY',
    begin: async () => {
      await told.change();
      await told.gates.sftp.shut();
    },
    run: async () => {
      await shop.run({ job: 'import' }).catch(() => undefined);
      return IMPORT;
    },
    mend: () => told.gates.sftp.open(),
  }),
  'SFTP takes no file': () => ({
    code: 'LANE_BLOCKED',
    begin: async () => {
      const folder = join(shop.sftpFolder, 'outgoing', SHOP);
      await rename(folder, `${folder}-away`);
      await writeFile(folder, 'a file in the place of the folder');
      await told.change();
      await shop.recentChanges().catch(() => undefined);
      await shop.processUploads();
    },
    run: () => Promise.resolve(LANE),
    mend: async () => {
      const folder = join(shop.sftpFolder, 'outgoing', SHOP);
      await rm(folder);
      await rename(`${folder}-away`, folder);
      await shop.processUploads();
    },
  }),
  'Shopify is away': () => ({
    code: 'SHOPIFY_AWAY',
    begin: async () => {
      await told.fileBehindPause();
      await told.gates.shopify.shut();
      await told.resume();
      await shop.processUploads();
    },
    run: () => Promise.resolve(LANE),
    mend: async () => {
      await told.gates.shopify.open();
      await shop.processUploads();
    },
  }),
  'the token is revoked': () => {
    const write = async (change: (token: string) => string) => {
      const { accessTokenRef } = await findShop(shop.database, SHOP);
      const file = accessTokenRef.replace('file:', '');
      await writeFile(file, change(await readFile(file, 'utf8')));
    };
    return {
      code: 'TOKEN_REFUSED',
      begin: async () => {
        await told.fileBehindPause();
        await write((token) => `${token}_revoked`);
        await told.resume();
        await shop.processUploads();
      },
      run: () => Promise.resolve(LANE),
      mend: async () => {
        await write((token) => token.replace('_revoked', ''));
        await shop.processUploads();
      },
    };
  },
  'the location is switched off': () => ({
    code: 'LOCATION_UNUSABLE',
    begin: async () => {
      await told.fileBehindPause();
      await shop.setLocationActive(false);
      await told.resume();
      await shop.processUploads();
    },
    run: () => Promise.resolve(LANE),
    mend: async () => {
      await shop.setLocationActive(true);
      await shop.processUploads();
    },
  }),
  'a file blocks the lane': () => {
    let sequence = 0;
    return {
      code: 'LANE_BLOCKED',
      begin: async () => {
        await told.fileBehindPause();
        const folder = join(shop.sftpFolder, 'outgoing', SHOP);
        for (const name of await readdir(folder)) await rm(join(folder, name));
        await told.resume();
        const { blockedBy } = await shop.processUploads();
        ({ sequence } = blockedBy as { sequence: number });
      },
      run: () => Promise.resolve(LANE),
      mend: async () => {
        await shop.decide({ decision: 'rewrite', sequence, reason: 'it was deleted' });
        await shop.processUploads();
      },
    };
  },
  'the lane is paused': () => ({
    code: 'LANE_PAUSED',
    begin: () => told.fileBehindPause(),
    run: async () => {
      await shop.processUploads();
      return LANE;
    },
    mend: async () => {
      await told.resume();
      await shop.processUploads();
    },
  }),
  'nobody works on the lane': () => {
    // The name of a file has its time, so that is set back before the file is read.
    const shift = (interval: string) =>
      shop.database.query(
        `UPDATE upload_file SET created_at = created_at + $1::interval, ready_at = ready_at + $1::interval,
           closed_at = closed_at + $1::interval`,
        [interval],
      );
    return {
      code: 'LANE_STANDS_STILL',
      // The run that the file has woken has ended, and nothing wakes the lane again.
      begin: async () => {
        await told.fileBehindPause();
        await shop.processUploads();
        await told.resume();
      },
      grow: { words: '15 min', pass: async () => void (await shift('-16 minutes')) },
      mend: async () => {
        await shift('16 minutes');
        await shop.processUploads();
      },
    };
  },
  'a feed failed': () => ({
    code: 'FEED_REFUSED',
    begin: async () =>
      void (await shop.importFeed('RESET_INVENTORY__headless.csv', ['no,such,columns', '1,2,3'])),
    run: () => Promise.resolve(IMPORT),
    mend: async () => {
      await shop.importCount('RESET_INVENTORY__headless.csv', 'BROADWAY', { 'RED-SHIRT': 5 });
    },
  }),
  'a feed is held': () => ({
    code: 'FEED_HELD',
    begin: async () =>
      void (await shop.importCount('RESET_INVENTORY__jump.csv', 'BROADWAY', { 'RED-SHIRT': 250_000 })),
    run: () => Promise.resolve(IMPORT),
    mend: async () => {
      const [held] = await shop.database.query<{ number: string }>(
        `SELECT import_id::text AS number FROM feed_import WHERE state = 'held'`,
      );
      await shop.atp('import', 'reject', held?.number ?? 'none', '--reason', 'a slip of the till');
    },
  }),
  'a feed is missing': () => ({
    code: 'FEED_MISSING',
    begin: async () => {
      await shop.database.query(
        `INSERT INTO expected_feed (feed_type, every) VALUES ('MDM_INV_VARIANCE', interval '1 day')`,
      );
    },
    grow: {
      words: '1.1 of its interval',
      pass: async () => {
        await shop.database.query(`UPDATE expected_feed SET expected_since = now() - interval '27 hours'`);
      },
    },
    run: async () => {
      await shop.run({ job: 'import' });
      return IMPORT;
    },
    mend: async () => {
      await shop.importLocally('MDM_INV_VARIANCE__1.csv', [
        'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId',
        'RED-SHIRT,SKU,-1,BROADWAY,,',
      ]);
    },
  }),
  'the SFTP server of a source is away': () => ({
    code: 'SOURCE_SERVER_AWAY',
    begin: async () => {
      const { username, privateKeyFile, hostKey, root } = ofSource.settings;
      await addSource(shop.database, 'store', {});
      await setServer(shop.database, 'store', {
        ...{ host: '127.0.0.1', port: gateOfSource.port, username, privateKeyFile, hostKey },
        ...{ password: null, folder: `${root}/incoming` },
      });
      await shop.run({ job: 'import' });
      expect(await told.finds('SOURCE_SERVER_AWAY')).toBe(false);
      await gateOfSource.shut();
      await shop.run({ job: 'import' });
    },
    run: () => Promise.resolve(IMPORT),
    mend: async () => {
      await gateOfSource.open();
      await shop.run({ job: 'import' });
    },
  }),
  'the mapping is lost': () => {
    const rename = async (sku: string, newSku: string) => {
      await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/items`, [{ sku, newSku }]);
      await createMapShop({ database: shop.database, adminApi: openAdminApi })(SHOP);
    };
    return {
      code: 'MAPPING_FAULTY',
      begin: () => rename('RED-SHIRT', 'CRIMSON'),
      mend: () => rename('CRIMSON', 'RED-SHIRT'),
    };
  },
  'the archive cannot be written': () => {
    const archive = () => join(shop.sftpFolder, 'archive', SHOP);
    return {
      code: 'ARCHIVE_LATE',
      begin: async () => {
        await rename(archive(), `${archive()}-away`);
        await writeFile(archive(), 'a file in the place of the folder');
        await told.change();
        await shop.recentChanges();
        await shop.processUploads();
      },
      grow: {
        words: '1 h',
        pass: async () => {
          await shop.database.query(`UPDATE upload_file SET closed_at = closed_at - interval '2 hours'`);
        },
      },
      run: () => Promise.resolve(LANE),
      mend: async () => {
        await rm(archive());
        await rename(`${archive()}-away`, archive());
        await shop.processUploads();
      },
    };
  },
};

test('each row of the table is measured', () => {
  expect(ROWS.here.map(({ way }) => way)).toEqual(Object.keys(WAYS));
});

test.each(ROWS.here)('$way', async ({ way, ...row }) => {
  const broken = WAYS[way];
  if (!broken) throw new Error(`Nothing measures "${way}".`);
  const seen = await told.measure(broken(), row);
  console.log(`${way}: ${JSON.stringify(seen)}`);
  expect(seen).toEqual(row);
});
