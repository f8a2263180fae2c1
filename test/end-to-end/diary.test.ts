/** The log of one night: what a person reads the next morning, line by line. */
import { expect, test } from 'vitest';
import { readDocument } from '../docs/documents.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { tcpGate } from '../setup/tcp-gate.ts';
import { until } from '../setup/until.ts';
import { Installation, SHOP, type WorkerProcess } from './installation.ts';

interface Line {
  readonly time: string;
  readonly level: string;
  readonly msg: string;
  readonly event?: string;
  readonly workflowId?: string;
  readonly code?: string;
}

function readLog(worker: WorkerProcess): readonly Line[] {
  return (
    worker.output
      .split('\n')
      // The last one is the result on stdout, which the process writes after its log.
      .filter((line) => line !== '' && line !== 'The worker has stopped.')
      .map((line) => JSON.parse(line) as Line)
  );
}

/** `info FILE_CLOSED …`: the shape of an entry, without its time and without what differs from night to night. */
function shapeOf({ level, event, msg, workflowId }: Line): string {
  const words = msg.replace(/after \d+ s/, 'after N s').replace(/ at 127\.0\.0\.1:\d+/, '');
  return `${level} ${event} ${workflowId?.replace(/[/].*/, '') ?? '-'}: ${words}`;
}

test('the log of a night with refused rows, sales, a closed location and an SFTP server that was away', async () => {
  const sftp = await freshSftpRoot();
  const gate = await tcpGate(sftp.settings.port);
  const shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT'], {
    sftp: { ...sftp, settings: { ...sftp.settings, port: gate.port } },
  });
  const worker = await shop.startWorker();
  const untilTold = (event: string) => until(() => expect(worker.output).toContain(`"event":"${event}"`));

  await shop.importCount('RESET_INVENTORY__1.csv', 'BROADWAY', {
    ...{ 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 },
    'NO-SHIRT': 1,
  });
  await shop.hardSync();
  await shop.processUploads();
  await shop.sellOnShopify('BLUE-SHIRT', 1);
  await shop.importCount('RESET_INVENTORY__2.csv', 'BROADWAY', { 'RED-SHIRT': 5 });
  await shop.recentChanges();
  await shop.processUploads();

  await shop.setLocationActive(false);
  await shop.importCount('RESET_INVENTORY__3.csv', 'BROADWAY', { 'RED-SHIRT': 6 });
  await shop.recentChanges();
  await shop.processUploads();
  await shop.processUploads();
  await shop.setLocationActive(true);
  await shop.processUploads();

  await gate.shut();
  await shop.sendFeed('NO_SUCH_TYPE__4.csv', ['a,b', '1,2']);
  const imported = shop.run({ job: 'import' });
  await untilTold('CONNECTION_LOST');
  await gate.open();
  await imported;
  await untilTold('FEED_REFUSED');
  const { domain } = TWIN_SHOP;
  await shop.twin.control('PATCH', `/shops/${domain}/levels`, [{ sku: 'RED-SHIRT', available: 60 }]);
  await shop.verify();
  await worker.endOrderly();

  const lines = readLog(worker);
  expect(lines.filter(({ event }) => event !== undefined).map(shapeOf)).toEqual([
    'error FEED_ROWS_REFUSED importInventory: Feed RESET_INVENTORY__1.csv: 1 row refused, 2 applied',
    `error PLAN_HELD hardSync: Plan 1 of ${SHOP} is held until a person decides: it is the shop’s first Hard Sync, with 2 rows`,
    `info LANE_DECIDED decideLane: Ann has decided about plan 1 of ${SHOP}: approve`,
    `info FILE_PUBLISHED decideLane: File 1 of ${SHOP} is published, with 2 rows`,
    `info FILE_CLOSED processUploads: File 1 of ${SHOP} is APPLIED: 2 applied, 0 unchanged, 0 quarantined, 0 owed`,
    'info FEED_IMPORTED importInventory: Feed RESET_INVENTORY__2.csv is imported, 1 row',
    `info FILE_PUBLISHED uploadRecentChanges: File 2 of ${SHOP} is published, with 1 row`,
    `info FILE_CLOSED processUploads: File 2 of ${SHOP} is APPLIED: 1 applied, 0 unchanged, 0 quarantined, 0 owed`,
    'info FEED_IMPORTED importInventory: Feed RESET_INVENTORY__3.csv is imported, 1 row',
    `info FILE_PUBLISHED uploadRecentChanges: File 3 of ${SHOP} is published, with 1 row`,
    `error FILE_BLOCKED processUploads: File 3 of ${SHOP} blocks its lane: LOCATION_UNUSABLE: Shopify location ${TWIN_SHOP.locations[0].id} of ${domain} cannot be used: it is deactivated.`,
    `info FILE_GOES_ON processUploads: File 3 of ${SHOP} goes on: LOCATION_UNUSABLE is mended`,
    `info FILE_CLOSED processUploads: File 3 of ${SHOP} is APPLIED: 1 applied, 0 unchanged, 0 quarantined, 0 owed`,
    'error CONNECTION_LOST importInventory: SFTP is lost: SFTP_UNREACHABLE: The SFTP server cannot be used: it refuses the connection.',
    'info CONNECTION_BACK importInventory: SFTP is back after N s',
    expect.stringMatching(
      /^error FEED_REFUSED importInventory: Feed NO_SUCH_TYPE__4\.csv is refused as a whole: FEED_TYPE_/,
    ),
    `warn DIFFERENCES_FOUND verifyShop: 2 of 2 products of ${SHOP} differ from Shopify`,
  ]);
  const told = lines.filter(({ event }) => event !== undefined).map(inGuide);
  expect(nightOfGuide().map(sameEachNight)).toEqual(told.map(sameEachNight));
});

/** As the command in the guide writes a line. */
function inGuide({ time, level, msg }: Line): string {
  return `${time.slice(11, 19)} ${level} ${msg}`;
}

/** docs/guides/metrics.md shows what this night has told. */
function nightOfGuide(): readonly string[] {
  const [, after = ''] = readDocument('docs/guides/metrics.md').text.split('\n### The log of one night\n');
  return [...after.matchAll(/^ {4}(\d\d:\d\d:\d\d .+)$/gm)].map(([, line = '']) => line);
}

function sameEachNight(line: string): string {
  return line
    .replace(/^\S+ /, '')
    .replace(/after \d+ s/, 'after N s')
    .replace(/127\.0\.0\.1:\d+/, 'its address');
}

test('every line is JSON with a time, a level in words and a message, and none has the bytes of a token', async () => {
  const shop = await Installation.open(['BLUE-SHIRT']);
  const worker = await shop.startWorker({ environment: { ATP_LOG_LEVEL: 'debug' } });
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
  await shop.database.query(`UPDATE shop SET access_token_ref = 'env:NO_SUCH_TOKEN'`);
  await shop.hardSync();
  expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked' });
  await worker.endOrderly();

  const lines = readLog(worker);
  for (const { time, level, msg } of lines) {
    expect(Date.parse(time)).toBeGreaterThan(0);
    expect(['debug', 'info', 'warn', 'error']).toContain(level);
    expect(msg).not.toBe('');
  }
  expect(lines.some(({ msg, level }) => msg === 'Activity failed' && level === 'debug')).toBe(true);
  expect(worker.output).not.toMatch(/taskToken|[A-Za-z0-9+/]{60,}/);
});
