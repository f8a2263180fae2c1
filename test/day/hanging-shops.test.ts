/** Shops that do not answer, more of them than one look has time for. */
import { expect, test } from 'vitest';
import { ROUND_LEASE_MS } from '../../src/domain/limits.ts';
import { addTarget } from '../../src/postgres/alerts/targets.ts';
import { openReceiver } from '../alerts/receivers.ts';
import { WatchUnderTest } from '../alerts/watch-under-test.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { Installation } from '../end-to-end/installation.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { tcpProxy } from '../sftp/tcp-proxy.ts';

const SHOPS = 160;

test(`of ${SHOPS} shops whose Shopify swallows every call the look tells within its time, and says what it did not get to`, async () => {
  const twin = await freshTwin();
  const adminUrl = new URL(twin.shop.adminUrl);
  const proxy = await tcpProxy({ host: adminUrl.hostname, port: Number(adminUrl.port) });
  adminUrl.host = `127.0.0.1:${proxy.port}`;
  const installation = await Installation.open(['BLUE-SHIRT'], {
    twin: { ...twin, shop: { ...twin.shop, adminUrl: adminUrl.href } },
  });
  await scheduleNeededJobs(installation);
  const { database } = installation;
  await database.query(
    `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, admin_url, api_version)
     SELECT 'shop-' || lpad(n::text, 3, '0'), domain, 'gid://shopify/Location/' || n, facility_group_id,
       access_token_ref, admin_url, api_version FROM shop, generate_series(2, $1) AS n`,
    [SHOPS],
  );
  const receiver = await openReceiver();
  await addTarget(database, {
    ...{ name: 'ops', kind: 'webhook', address: receiver.url, sender: null, secretRef: 'env:ALERT_SECRET' },
    ...{ minSeverity: 'warning', remindEveryMs: 4 * 60 * 60_000 },
  });
  const watch = await WatchUnderTest.over(installation, { ALERT_SECRET: 'canary-webhook-secret' });

  proxy.breakAfter(0, 'hole');
  const startedAt = performance.now();
  await watch.lookTwice();
  expect((performance.now() - startedAt) / 2).toBeLessThan(ROUND_LEASE_MS);
  expect(watch.log).toEqual([]);
  const groups = receiver.posts.flatMap(({ message }) => message.groups);
  expect(groups.filter(({ code }) => code === 'SHOPIFY_AWAY')).toMatchObject([{ severity: 'critical' }]);
  expect(groups.find(({ code }) => code === 'SHOPIFY_AWAY')?.count).toBeGreaterThanOrEqual(50);
  const [time] = await database.query<{ detail: string }>(
    `SELECT detail FROM condition WHERE part = 'Time of the look' AND began_at IS NOT NULL`,
  );
  expect(time?.detail).toMatch(/^\d+ checks got no turn in 60 s, because others took so long/);
});
