/** The watch over a real installation, and who is told: real receivers, and a clock that the test sets. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { AlertTarget } from '../../src/domain/alert-target.ts';
import { CHECK_ANSWER_MS, MESSAGES_PER_HOUR_MAX, TABLES_AWAITED_MS } from '../../src/domain/limits.ts';
import { addTarget } from '../../src/postgres/alerts/targets.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { isWorkerPolling } from '../../src/temporal/task-queue.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { until } from '../setup/until.ts';
import { tcpProxy } from '../sftp/tcp-proxy.ts';
import { isSignedBy, openMailServer, openReceiver, type Receiver } from './receivers.ts';
import { WatchUnderTest } from './watch-under-test.ts';

const SECRET = 'canary-webhook-secret';
const HOUR_MS = 60 * 60_000;

let installation: Installation;
let receiver: Receiver;
let watch: WatchUnderTest;

beforeEach(async () => {
  installation = await Installation.open(['BLUE-SHIRT']);
  await scheduleNeededJobs(installation);
  receiver = await openReceiver();
  watch = await WatchUnderTest.over(installation, { ALERT_SECRET: SECRET });
});

function addWebhook(change: Partial<AlertTarget> = {}): Promise<AlertTarget> {
  return addTarget(installation.database, {
    name: 'ops',
    kind: 'webhook',
    address: receiver.url,
    sender: null,
    secretRef: 'env:ALERT_SECRET',
    minSeverity: 'warning',
    remindEveryMs: 4 * HOUR_MS,
    ...change,
  });
}

async function pause(reason: string): Promise<void> {
  await installation.database.query(
    `INSERT INTO lane (shop_id, paused_at, paused_by, pause_reason) VALUES ($1, now(), 'Ann', $2)
     ON CONFLICT (shop_id) DO UPDATE SET paused_at = now(), paused_by = 'Ann', pause_reason = $2`,
    [SHOP, reason],
  );
}

async function resume(): Promise<void> {
  await installation.database.query(
    'UPDATE lane SET paused_at = NULL, paused_by = NULL, pause_reason = NULL',
  );
}

/** What has come since the last call: `began LANE_PAUSED`. */
function takeTold(): string[] {
  return receiver.posts
    .splice(0)
    .flatMap(({ message: { phase, groups } }) => groups.map(({ code }) => `${phase} ${code}`));
}

test('a condition is told when it begins, again after the time of the target, and when it has ended', async () => {
  await addWebhook();
  // Nobody works here: it is seen, but told only when it is seen again.
  expect(await watch.look()).toEqual([]);
  expect(takeTold()).toEqual([]);
  await watch.look();
  expect(takeTold()).toEqual(['began WORKER_MISSING']);

  await pause('stock-take');
  await watch.look();
  const [began] = receiver.posts;
  expect(began?.message.text).toContain('The lane is paused: blue-shirts (LANE_PAUSED, warning, since ');
  expect(began?.message.text).toContain('stock-take');
  expect(began?.message.text).toContain('What to do: `atp lane blue-shirts resume` lets it go on.');
  expect(began && isSignedBy(SECRET, began)).toBe(true);
  expect(began && isSignedBy('another', began)).toBe(false);
  expect(takeTold()).toEqual(['began LANE_PAUSED']);

  await watch.look(4 * HOUR_MS - 30_000);
  expect(takeTold()).toEqual(['still WORKER_MISSING']);
  await watch.look(30_000);
  expect(takeTold()).toEqual(['still LANE_PAUSED']);
  await watch.look();
  expect(takeTold()).toEqual([]);

  await resume();
  await watch.look();
  expect(takeTold()).toEqual([]);
  await watch.look();
  const [ended] = receiver.posts;
  expect(ended?.message.text).toMatch(
    /^Ended: The lane is paused: blue-shirts, after 4 h \d+ min \(LANE_PAUSED, /,
  );
  expect(takeTold()).toEqual(['ended LANE_PAUSED']);
  expect(await watch.openCodes()).toEqual(['WORKER_MISSING']);
});

test('what is over before it is seen twice is told to nobody', async () => {
  await addWebhook();
  await watch.lookTwice();
  takeTold();
  await installation.database.query(`UPDATE shop SET api_version = '2020-01'`);
  await watch.look();
  await installation.database.query(`UPDATE shop SET api_version = '2026-10'`);
  await watch.lookTwice();
  expect(takeTold()).toEqual([]);
});

test('of two watches one looks at a time, and each condition is told once', async () => {
  await addWebhook();
  const other = await WatchUnderTest.over(installation, { ALERT_SECRET: SECRET });
  for (let round = 1; round <= 3; round += 1) {
    const now = new Date(watch.now.getTime() + round * 30_000);
    const looked = await Promise.all([watch.watch.look(now), other.watch.look(now)]);
    expect(looked.filter((checks) => checks !== null)).toHaveLength(1);
    await Promise.all([watch.watch.settle(), other.watch.settle()]);
  }
  expect(takeTold()).toEqual(['began WORKER_MISSING']);
});

test('a target that is down is tried again, and gets everything once and in order when it is up', async () => {
  await addWebhook();
  receiver.status = 503;
  await watch.lookTwice();
  await watch.look();
  expect(receiver.requests).toBe(2);
  expect(await installation.database.query('SELECT last_error AS error FROM alert_message')).toEqual([
    { error: expect.stringContaining('answers HTTP 503') as string },
  ]);

  // It is up again, but the first message still waits for its next attempt: the second one must not overtake it.
  receiver.status = 204;
  await pause('stock-take');
  await watch.look();
  expect(takeTold()).toEqual([]);
  await watch.look();
  expect(takeTold()).toEqual(['began WORKER_MISSING', 'began LANE_PAUSED']);
});

test('doctor and the list of targets say that a target takes nothing, and a message is given up after a day', async () => {
  await addWebhook();
  receiver.status = 503;
  watch.now = new Date(watch.now.getTime() - 30 * HOUR_MS);
  await watch.lookTwice();
  expect((await watch.lookTwice()).map(({ code }) => code)).toContain('ALERTS_NOT_DELIVERED');
  const { json } = await installation.atp('alert', 'list');
  expect(json?.['targets']).toMatchObject([{ name: 'ops', waiting: expect.any(Number) as number }]);
  expect(JSON.stringify(json)).not.toContain('path-token');

  for (let hours = 0; hours < 25; hours += 1) await watch.look(HOUR_MS);
  const [first] = await installation.database.query<{ givenUp: boolean }>(
    'SELECT given_up_at IS NOT NULL AS "givenUp" FROM alert_message ORDER BY number LIMIT 1',
  );
  expect(first?.givenUp).toBe(true);
});

test('a hundred shops whose token was rotated are one message, and no credential is in it', async () => {
  const token = 'shpat_canary_rotated';
  await installation.database.query(
    `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, admin_url, api_version)
     SELECT 'shop-' || lpad(n::text, 3, '0'), domain, 'gid://shopify/Location/' || n, facility_group_id,
       'env:ROTATED', admin_url, api_version FROM shop, generate_series(1, 100) AS n`,
  );
  const rotated = await WatchUnderTest.over(installation, { ALERT_SECRET: SECRET, ROTATED: token });
  await addWebhook();
  await rotated.lookTwice();
  expect(receiver.posts).toHaveLength(1);
  const [{ message } = { message: null }] = receiver.posts;
  const group = message?.groups.find(({ code }) => code === 'TOKEN_REFUSED');
  expect(group).toMatchObject({
    count: 100,
    shops: ['shop-001', 'shop-002', 'shop-003', 'shop-004', 'shop-005'],
  });
  expect(message?.text).toContain('100 shops (shop-001, shop-002, shop-003, shop-004, shop-005 and 95 more)');

  await installation.database.query(`DELETE FROM shop WHERE shop_id LIKE 'shop-%'`);
  await rotated.look();
  expect(receiver.posts).toHaveLength(2);
  const stored = await installation.database.query('SELECT detail, hint FROM condition');
  const written = await installation.database.query('SELECT message FROM alert_message');
  const password = new URL(installation.environment['DATABASE_URL'] ?? '').password;
  for (const text of [
    JSON.stringify([stored, written]),
    ...receiver.posts.map(({ body }) => body),
    ...rotated.log,
  ]) {
    for (const secret of [token, SECRET, password]) expect(text).not.toContain(secret);
  }
});

test('Slack gets a text, a mail arrives by SMTP, and neither tells the credential by which it came', async () => {
  const password = 'canary-smtp-password';
  const { port, mails, recipients } = await openMailServer(password);
  const folder = await mkdtemp(join(tmpdir(), 'atp-alerts-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const smtpFile = join(folder, 'smtp');
  await writeFile(smtpFile, `smtp://alerts:${password}@127.0.0.1:${port}\n`);
  const both = await WatchUnderTest.over(installation, { SLACK_URL: receiver.url });
  await addWebhook({ name: 'slack', kind: 'slack', address: null, secretRef: 'env:SLACK_URL' });
  await addWebhook({
    ...{ name: 'mail', kind: 'mail', address: 'ops@example.com', sender: 'atp@example.com' },
    secretRef: `file:${smtpFile}`,
  });
  await pause('a <!channel> & more');
  await both.look();

  expect(receiver.posts).toHaveLength(1);
  const { text } = JSON.parse(receiver.posts[0]?.body ?? '') as { text: string };
  expect(Object.keys(JSON.parse(receiver.posts[0]?.body ?? '') as object)).toEqual(['text']);
  expect(text).toContain('a &lt;!channel&gt; &amp; more');
  expect(recipients).toEqual(['ops@example.com']);
  const [mail = ''] = mails;
  expect(mail).toContain('Subject: atp-sync: The lane is paused: blue-shirts');
  expect(mail).toContain('atp lane blue-shirts resume');
  expect(mail + text).not.toContain(password);

  await writeFile(smtpFile, `smtp://alerts:canary-wrong-password@127.0.0.1:${port}\n`);
  const refused = await installation.atp('alert', 'test', 'mail');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('ALERT_NOT_ACCEPTED');
  expect(refused.stderr + refused.stdout).not.toContain('canary');
});

test('a target gets so many messages an hour, and then hears how much it has missed', async () => {
  await addWebhook();
  await watch.lookTwice();
  takeTold();
  await installation.database.query(
    `INSERT INTO alert_message (id, target, phase, message, made_at, next_try_at, delivered_at)
     SELECT gen_random_uuid(), 'ops', 'began', '{}', $1, $1, $1 FROM generate_series(1, $2)`,
    [watch.now, MESSAGES_PER_HOUR_MAX - 2],
  );
  await pause('stock-take');
  await watch.look();
  expect(receiver.posts[0]?.message.note).toContain(
    `This is message ${MESSAGES_PER_HOUR_MAX} within an hour`,
  );
  expect(takeTold()).toEqual(['began LANE_PAUSED']);

  const refuse = `INSERT INTO refused_feed (file_name, sent_at, code, message) VALUES ('count.csv', now(), 'X', 'x')`;
  await installation.database.query(refuse);
  await watch.look();
  await installation.database.query('UPDATE refused_feed SET ended_at = now()');
  await resume();
  await watch.lookTwice();
  expect(takeTold()).toEqual([]);

  await watch.look(HOUR_MS);
  const [{ message } = { message: null }] = receiver.posts;
  expect(message?.note).toContain('1 condition that began and ended meanwhile was not told');
  expect(takeTold()).toEqual(['ended LANE_PAUSED']);
});

test('a target of critical conditions hears of no warning', async () => {
  await addWebhook({ minSeverity: 'critical' });
  await pause('stock-take');
  await watch.lookTwice();
  expect(takeTold()).toEqual(['began WORKER_MISSING']);
});

test('while the database is away the watch tells it once from memory, and once that it is back', async () => {
  await addWebhook();
  const url = new URL(installation.environment['DATABASE_URL'] ?? '');
  const proxy = await tcpProxy({ host: url.hostname, port: Number(url.port) });
  Object.assign(url, { hostname: '127.0.0.1', port: String(proxy.port) });
  const database = openDatabase(url.href);
  cleanUp(() => database.close());
  const behind = await WatchUnderTest.over(
    installation,
    { ALERT_SECRET: SECRET },
    { database: () => Promise.resolve(database) },
  );
  await behind.lookTwice();
  expect(takeTold()).toEqual(['began WORKER_MISSING']);

  proxy.breakAfter(0, 'reset');
  await behind.look();
  expect(takeTold()).toEqual([]);
  await behind.look();
  await behind.look();
  expect(takeTold()).toEqual(['began DATABASE_AWAY']);

  proxy.mend();
  await behind.look();
  expect(takeTold()).toEqual(['ended DATABASE_AWAY']);
  await behind.look();
  expect(takeTold()).toEqual([]);
});

test.each([
  [
    'are gone',
    ['ALTER SCHEMA public RENAME TO gone', 'CREATE SCHEMA public'],
    ['DROP SCHEMA public', 'ALTER SCHEMA gone RENAME TO public'],
  ],
  [
    'are there and empty',
    [
      'CREATE TABLE kept AS SELECT * FROM alert_target',
      'CREATE TABLE kept_told AS SELECT * FROM condition_told',
      'DELETE FROM alert_target',
      'DELETE FROM watch',
    ],
    [
      'INSERT INTO alert_target SELECT * FROM kept',
      'INSERT INTO condition_told SELECT * FROM kept_told',
      'INSERT INTO watch DEFAULT VALUES',
    ],
  ],
])(
  'tables that %s, are told from memory after minutes, not at once, and so is their end',
  async (_, lose, restore) => {
    const run = async (statements: readonly string[]) => {
      for (const statement of statements) await installation.database.query(statement);
    };
    const lookWithoutTables = (afterMs: number) => {
      watch.now = new Date(watch.now.getTime() + afterMs);
      return watch.watch.look(watch.now);
    };
    await addWebhook();
    await watch.lookTwice();
    expect(takeTold()).toEqual(['began WORKER_MISSING']);

    await run(lose);
    await lookWithoutTables(30_000);
    await lookWithoutTables(TABLES_AWAITED_MS - 1);
    expect(takeTold()).toEqual([]);
    await lookWithoutTables(1);
    await lookWithoutTables(30_000);
    const [told] = receiver.posts;
    expect(told?.message.text).toContain('`atp migrate` makes them');
    expect(takeTold()).toEqual(['began DATABASE_NOT_MIGRATED']);

    await run(restore);
    await watch.look();
    expect(takeTold()).toEqual(['ended DATABASE_NOT_MIGRATED']);
    await watch.look();
    expect(takeTold()).toEqual([]);
  },
);

test('messages are delivered by a run when a worker is there', async () => {
  await addWebhook();
  await installation.startWorker({ environment: { ALERT_SECRET: SECRET } });
  // The server lists it some moments later; without one the watch would deliver by itself.
  await until(async () => expect(await isWorkerPolling(installation.temporal)).toBe(true));
  await pause('stock-take');
  // At the database's time: the run goes by that clock, and a later message would not be due for it yet.
  expect((await watch.look(0)).map(({ code }) => code)).toEqual(['LANE_PAUSED']);
  await installation.until(() => Promise.resolve(receiver.posts.length > 0));
  expect(takeTold()).toEqual(['began LANE_PAUSED']);
  const run = installation.temporal.client.workflow.getHandle('deliverAlerts');
  expect(await run.result()).toEqual({ delivered: 1, failed: 0 });
});

test('a check that hangs is told as such, and the others are told meanwhile', async () => {
  const hanging = await WatchUnderTest.over(
    installation,
    { ALERT_SECRET: SECRET },
    { adminApi: () => new Promise(() => undefined) },
  );
  await addWebhook();
  await pause('stock-take');
  await hanging.look();
  expect(takeTold()).toEqual(['began LANE_PAUSED']);
  const hangs = `SELECT check_name AS name, detail FROM condition WHERE code = 'CHECK_FAILED'`;
  expect(await installation.database.query(hangs)).toEqual([
    { name: 'blue-shirts: token', detail: `There was no answer in ${CHECK_ANSWER_MS / 1000} s.` },
  ]);
});
