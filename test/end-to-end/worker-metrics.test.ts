/** A worker's metrics and health, read over HTTP while it works. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Installation, SHOP } from './installation.ts';
import { addressOf, readNames, untilPageHas, WITH_METRICS } from './metrics-page.ts';

test('a worker tells what it did, how the lane stands, and what Temporal’s SDK counts', async () => {
  const shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  const worker = await shop.startWorker({ environment: WITH_METRICS });
  await shop.importCount('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, UNKNOWN: 3 });
  await shop.hardSync();
  await shop.processUploads();

  const page = await untilPageHas(worker, {
    [`atp_files_total{shop="${SHOP}",outcome="published"}`]: 1,
    [`atp_files_total{shop="${SHOP}",outcome="applied"}`]: 1,
    [`atp_file_rows_total{shop="${SHOP}",outcome="applied"}`]: 1,
    [`atp_file_rows_total{shop="${SHOP}",outcome="unchanged"}`]: 1,
    'atp_feeds_total{outcome="partial"}': 1,
    'atp_feed_rows_total{outcome="applied"}': 1,
    'atp_feed_rows_total{outcome="refused"}': 1,
    [`atp_lane_decisions_total{shop="${SHOP}",decision="approve"}`]: 1,
    'atp_connection_up{service="Postgres",shop=""}': 1,
    'atp_connection_up{service="SFTP",shop=""}': 1,
    'atp_connection_up{service="Temporal",shop=""}': 1,
    [`atp_connection_up{service="Shopify",shop="${SHOP}"}`]: 1,
    [`atp_lane_state{shop="${SHOP}",state="idle"}`]: 1,
    [`atp_lane_state{shop="${SHOP}",state="blocked"}`]: 0,
    [`atp_lane_files_waiting{shop="${SHOP}"}`]: 0,
    [`atp_plans_held{shop="${SHOP}"}`]: 0,
    atp_feeds_left: 0,
    'atp_reading_up{reading="lanes"}': 1,
    'atp_reading_up{reading="schedules"}': 1,
  });
  expect(page.get(`atp_shopify_calls_total{shop="${SHOP}",result="OK"}`)).toBeGreaterThan(0);
  expect(page.get(`atp_shopify_points_available{shop="${SHOP}"}`)).toBeGreaterThan(0);
  expect(page.get('atp_feed_last_imported_timestamp_seconds{type="RESET_INVENTORY"}')).toBeGreaterThan(0);
  const names = await readNames(worker);
  for (const file of ['alerts.yml', 'alerts.test.yml', 'dashboard.json']) {
    const text = await readFile(join(import.meta.dirname, '../../docker/monitoring', file), 'utf8');
    const used = new Set(text.match(/\b(atp|temporal|nodejs|process)_[a-z0-9_]+/g));
    expect(used.size, file).toBeGreaterThan(3);
    expect(
      [...used].filter((name) => !names.has(name)),
      `${file} names metrics that no worker tells`,
    ).toEqual([]);
  }
  expect([...page.keys()].some((series) => series.startsWith('temporal_'))).toBe(true);
  expect(page.get('process_resident_memory_bytes')).toBeGreaterThan(0);
});

test('/livez and /readyz answer, and nothing else does', async () => {
  const shop = await Installation.open([]);
  const worker = await shop.startWorker({ environment: WITH_METRICS });
  const get = async (path: string) => {
    const answer = await fetch(`http://${addressOf(worker)}${path}`);
    return { status: answer.status, text: await answer.text() };
  };

  expect(await get('/livez')).toEqual({ status: 200, text: '{"alive":true}\n' });
  const ready = await get('/readyz');
  expect(JSON.parse(ready.text)).toEqual({
    ready: true,
    services: ['Postgres', 'SFTP', 'Temporal', 'Worker'].map((name) => {
      return { name, ok: true, code: null, message: null };
    }),
  });
  expect(ready.status).toBe(200);
  expect((await get('/')).status).toBe(404);
});
