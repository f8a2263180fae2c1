/** Whether everything that the jobs need is there, and what to do where it is not. */
import { feedsLeftInWords } from '../../domain/feeds-left.ts';
import { optional, yesOrNo } from '../../domain/input-fields.ts';
import { LEFT_ALONE_NAMED, REFUSED_VALUE_LENGTH_MAX } from '../../domain/limits.ts';
import { showText } from '../../domain/shown-text.ts';
import { counted } from '../../domain/words.ts';
import { listShops, type Shop } from '../../postgres/master-data/shops.ts';
import { inspectFeedsLeft } from '../../postgres/feeds/feeds-left.ts';
import { listSources } from '../../postgres/feeds/sources.ts';
import { findOrdersWithoutShop } from '../../postgres/feeds/orders-without-shop.ts';
import type { Application } from '../application.ts';
import { defineOperation } from '../operation.ts';
import { lookAtSchedules } from '../schedule-look.ts';
import { check, faulty, fine, notChecked, type Check, type Finding } from './check.ts';
import { inspectCleanUp } from './clean-up-check.ts';
import { checkAlerts } from './alert-check.ts';
import { checkDatabase, inspectDisk, inspectNodes, inspectSessions } from './database-checks.ts';
import { inspectDatabaseUser } from './database-user-check.ts';
import { checkFeeds } from './feed-checks.ts';
import { checkFileDrop } from './file-drop-check.ts';
import { inspectLedger } from './ledger-check.ts';
import { inspectFailingJobs } from './failing-jobs-check.ts';
import { judgeImportSchedule } from './schedule-check.ts';
import { checkShops } from './shop-checks.ts';
import { checkTemporal } from './temporal-checks.ts';
import { inspectWorkerReports } from './worker-report-check.ts';

export const runDoctor = defineOperation({
  name: 'installation.check',
  role: 'viewer',
  description: 'check everything that the jobs need, and say what mends it',
  fields: {
    ledger: optional(yesOrNo('also add up the whole ledger, and look whether it can be edited')),
  },
  run: async ({ app }, { ledger = false }) => {
    const checks = await runChecks(app, { withDear: true, isThorough: true });
    return { checks: ledger ? [...checks, await check('Ledger', () => inspectLedger(app))] : checks };
  },
});

/** Which checks one look takes in. */
export interface Scope {
  /** Also those that ask Shopify and SFTP, or read the whole catalogue. */
  readonly withDear: boolean;
  /** Waits for a worker that may just be starting, and tries on SFTP what the jobs do there. */
  readonly isThorough: boolean;
}

/** Runs the checks, those of different services at the same time. It never throws. */
export async function runChecks(app: Application, { withDear, isThorough }: Scope): Promise<Check[]> {
  const checks = await Promise.all([
    checkTemporal(app, isThorough),
    checkDatabaseAndShops(app, withDear),
    withDear ? checkFiles(app, isThorough) : [],
  ]);
  return checks.flat();
}

async function checkDatabaseAndShops(app: Application, withDear: boolean): Promise<Check[]> {
  const [server, migrations] = await checkDatabase(app);
  // Known before anything is written: it is told of an empty database, too.
  const sessions =
    withDear && server.ok ? [await check('Sessions of Postgres', () => inspectSessions(app), 'dear')] : [];
  if (!migrations.ok)
    return [server, ...sessions, migrations, notChecked('Shops', server.ok ? migrations : server)];
  const nodes = await check('Nodes of Postgres', () => inspectNodes(app));
  const user = await check('Database user', () => inspectDatabaseUser(app));
  const disk = withDear ? [await check('Disk of Postgres', () => inspectDisk(app), 'dear')] : [];
  const credentials = await check('Credentials of workers', () => inspectWorkerReports(app));
  const feeds = await check('Feeds', () => inspectFeeds(app));
  const orders = await check('Orders', () => inspectOrders(app));
  const ofInstallation = [
    ...[server, ...sessions, migrations, nodes, user, ...disk, credentials, feeds],
    ...(await checkFeeds(app)),
    ...[orders, await check('Clean-up', () => inspectCleanUp(app)), await checkAlerts(app)],
  ];
  let shops: readonly Shop[] = [];
  const listed = await check('Shops', async () => {
    shops = await listShops(await app.database());
    return fine('There is none yet.', 'The first one: `atp shop add`.');
  });
  if (shops.length === 0) return [...ofInstallation, listed];
  const schedules = lookAtSchedules(
    app,
    shops.map(({ shopId }) => shopId),
  );
  const imports = await check('Import schedule', async () => judgeImportSchedule(await schedules));
  const failing = await check('Failing jobs', async () => inspectFailingJobs(app, await schedules));
  return [...ofInstallation, imports, failing, ...(await checkShops(app, shops, { withDear, schedules }))];
}

/** An import goes on without the feeds that it cannot move. */
async function inspectFeeds(app: Application): Promise<Finding> {
  const left = await inspectFeedsLeft(await app.database());
  if (left === null) return fine('Every feed that is done with was moved to archive/ or error/.');
  return faulty(
    feedsLeftInWords(left),
    'Look at archive/ and error/ on the SFTP server: permissions, free space, whether they are folders. Then `atp job run import` moves the feeds; it does not import them again.',
    { code: 'FEED_NOT_MOVED', since: left.since },
  );
}

async function inspectOrders(app: Application): Promise<Finding> {
  const found = await findOrdersWithoutShop(await app.database());
  if (found === null) return fine('Every external order names its shop.');
  const { rows, feeds, fileName, importedAt } = found;
  return faulty(
    `${counted(rows, 'order row')} with an externalOrderId and no shopId in ${counted(feeds, 'feed')}, the last ${fileName} at ${importedAt.toISOString()}. Where they are sales of a shop, their units are counted twice: as an order, and kept back from the shop as an unseen sale.`,
    'Send the rows again with shopId. For orders of none of the shops, leave externalOrderId empty.',
    { code: 'ORDERS_WITHOUT_SHOP' },
  );
}

async function checkFiles(app: Application, isThorough: boolean): Promise<Check[]> {
  const sftp = await check(
    'SFTP',
    async () => {
      // The database has a check of its own; without it nobody knows which folders are sources.
      const sources = await app
        .database()
        .then(listSources)
        .catch(() => null);
      const { waiting, leftAlone } = await checkFileDrop(await app.fileDrop(), {
        isThorough,
        sources: sources?.map(({ source }) => source) ?? null,
      });
      const can = isThorough ? 'Files can be written, read, moved and removed' : 'It can be read';
      return fine(
        `${can}; ${counted(waiting, 'file')} in incoming/.`,
        leftAlone.length === 0 ? null : leftAloneInWords(leftAlone),
      );
    },
    'dear',
  );
  return [sftp];
}

/** A sender may put more there than feeds on purpose, so it is no fault; but nobody else tells of it. */
function leftAloneInWords(names: readonly string[]): string {
  const named = names.slice(0, LEFT_ALONE_NAMED).map((name) => showText(name, REFUSED_VALUE_LENGTH_MAX));
  const more = names.length - named.length;
  const list = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `No import takes ${list} from incoming/: a feed is a plain file named .csv, neither hidden nor a .part, without "\\" and control characters in its name. Rename what is meant to be one.`;
}
