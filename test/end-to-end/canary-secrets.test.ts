/**
 * Every credential of an installation is a canary, every service fails once, and then everything that others may read is
 * searched for them: the log at its lowest level, the pages of the worker, the histories, the files on SFTP, the tables, the
 * alerts, what commands print, and the process list.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AlertTarget } from '../../src/domain/alert-target.ts';
import { addTarget } from '../../src/postgres/alerts/targets.ts';
import { openMailServer, openReceiver, type Receiver } from '../alerts/receivers.ts';
import { runAtp } from '../cli/atp.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { tcpGate } from '../setup/tcp-gate.ts';
import { until } from '../setup/until.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { readHistoryText } from './history-text.ts';
import { Installation, SHOP, type WorkerProcess } from './installation.ts';
import { addressOf, WITH_METRICS } from './metrics-page.ts';

const canary = (name: string): string => `${name}-${randomBytes(12).toString('hex')}`;

function withPort(url: string, port: number): string {
  return Object.assign(new URL(url), { port: String(port) }).href;
}

/** What a person types, most of it twice: for people and as JSON. The targets of alerts fail, but for one. */
const COMMANDS: readonly (readonly string[])[] = [
  ...[
    ['doctor'],
    ['lane', SHOP],
    ['audit', 'log'],
    ['shop', 'list'],
    ['pipeline'],
    ['config'],
    ['alert', 'list'],
  ],
  ...[['job', 'list'], ['status'], ['feed', 'list'], ['source', 'list']],
  ...[
    ['alert', 'test', 'mail'],
    ['alert', 'test', 'slack'],
    ['alert', 'test', 'ops'],
  ],
].flatMap((args) => [args, [...args, '--json']]);

/** One target of each kind: the webhook accepts, the other two repeat what they were given, and refuse. */
async function addTargets(shop: Installation): Promise<Receiver> {
  const receiver = await openReceiver();
  const each = { sender: null, minSeverity: 'warning', remindEveryMs: 4 * 60 * 60_000 } as const;
  const add = (target: Pick<AlertTarget, 'name' | 'kind' | 'address' | 'secretRef'>) =>
    addTarget(shop.database, { ...each, ...target });
  await add({ name: 'ops', kind: 'webhook', address: receiver.url, secretRef: 'env:WEBHOOK_SECRET' });
  await add({ name: 'slack', kind: 'slack', address: null, secretRef: 'env:SLACK_URL' });
  await add({ name: 'mail', kind: 'mail', address: 'ops@example.com', secretRef: 'env:SMTP_URL' });
  return receiver;
}

/** Every target was told: one has accepted it, the others have failed. */
async function untilAllTold(shop: Installation): Promise<void> {
  await until(async () => {
    const told = await shop.database.query<{ target: string; tried: boolean }>(
      `SELECT target, bool_or(delivered_at IS NOT NULL OR last_error IS NOT NULL) AS tried
       FROM alert_message GROUP BY target ORDER BY target`,
    );
    expect(told).toEqual(['mail', 'ops', 'slack'].map((target) => ({ target, tried: true })));
  });
}

/** Everything that others may read, by where it stands. */
async function readAll(
  shop: Installation,
  worker: WorkerProcess,
  variables: Readonly<Record<string, string>>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>([['the log', worker.output]]);
  const { workflow } = shop.temporal.client;
  for await (const { workflowId, runId } of workflow.list()) {
    const history = await readHistoryText(workflow.getHandle(workflowId, runId));
    found.set(`the history of ${workflowId}`, history);
  }
  for (const entry of await readdir(shop.sftpFolder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(`${entry.name} on SFTP`, `${entry.name} ${await readFile(path, 'utf8')}`);
  }
  const tables = await shop.database.query<{ name: string }>(
    `SELECT quote_ident(relname) AS name FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`,
  );
  for (const { name } of tables) {
    const rows = await shop.database.query<{ text: string }>(
      `SELECT row_of::text AS text FROM ${name} AS row_of`,
    );
    found.set(`the table ${name}`, rows.map(({ text }) => text).join('\n'));
  }
  const folder = shop.environment['ATP_STATE_DIR'] ?? '';
  for (const args of COMMANDS) {
    const { stdout, stderr } = await runAtp({ variables, folder }, args);
    found.set(`atp ${args.join(' ')}`, `${stdout}${stderr}`);
  }
  return found;
}

test('no credential gets into what others may read, whatever fails', async () => {
  const secrets = {
    SHOP_TOKEN: `shpat_${canary('token')}`,
    APP_SECRET: canary('client-secret'),
    TEMPORAL_API_KEY: canary('api-key'),
    sftpPassword: canary('sftp-password'),
    WEBHOOK_SECRET: canary('webhook-secret'),
    slackPath: canary('slack-path'),
    smtpPassword: canary('smtp-password'),
  };
  const slack = await openReceiver();
  slack.status = 500;
  const mail = await openMailServer('another password');
  const [database, temporal, sftp, twin] = await Promise.all([
    freshDatabase(),
    freshNamespace(),
    freshSftpRoot(),
    freshTwin({ shops: [{ ...TWIN_SHOP, accessToken: secrets.SHOP_TOKEN }] }),
  ]);
  const gates = {
    postgres: await tcpGate(Number(new URL(database.url).port)),
    temporal: await tcpGate(Number(temporal.address.split(':')[1])),
    sftp: await tcpGate(sftp.settings.port),
  };
  const shop = await Installation.open(['BLUE-SHIRT'], { database, temporal, sftp, twin });
  const receiver = await addTargets(shop);
  const environment = {
    ...WITH_METRICS,
    ATP_LOG_LEVEL: 'debug',
    DATABASE_URL: withPort(database.url, gates.postgres.port),
    TEMPORAL_ADDRESS: `127.0.0.1:${gates.temporal.port}`,
    // A key alone would switch TLS on, which the server of the test does not have.
    TEMPORAL_TLS: 'false',
    TEMPORAL_API_KEY: secrets.TEMPORAL_API_KEY,
    SFTP_URL: Object.assign(new URL(withPort(shop.environment['SFTP_URL'] ?? '', gates.sftp.port)), {
      password: secrets.sftpPassword,
    }).href,
    SHOP_TOKEN: secrets.SHOP_TOKEN,
    APP_SECRET: secrets.APP_SECRET,
    WEBHOOK_SECRET: secrets.WEBHOOK_SECRET,
    SLACK_URL: slack.url.replace('path-token', secrets.slackPath),
    SMTP_URL: `smtp://alerts:${secrets.smtpPassword}@127.0.0.1:${mail.port}`,
  };
  const worker = await shop.startWorker({ environment });
  const pages: string[] = [];
  const look = async (): Promise<void> => {
    for (const path of ['metrics', 'readyz'])
      pages.push(await (await fetch(`http://${addressOf(worker)}/${path}`)).text());
  };

  await shop.importCount('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'NO-SHIRT': 1 });
  await shop.database.query(`UPDATE shop SET access_token_ref = 'env:SHOP_TOKEN'`);
  await shop.hardSync();
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });

  await shop.database.query(`UPDATE shop SET access_token_ref = 'client:8f3e0:env:APP_SECRET'`);
  await shop.importCount('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
  await shop.recentChanges();
  expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked' });

  for (const [service, gate] of [
    ['SFTP', gates.sftp],
    ['Postgres', gates.postgres],
    ['Temporal', gates.temporal],
  ] as const) {
    await gate.shut();
    await until(async () => {
      await look();
      expect(worker.output).toContain(`"msg":"${service} is lost`);
    });
    await gate.open();
    await until(async () => {
      await look();
      expect(worker.output).toContain(`"msg":"${service} is back`);
    });
  }
  await untilAllTold(shop);
  const processes = execFileSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' });
  const all = await readAll(shop, worker, { ...shop.environment, ...environment });
  all.set('what was told', JSON.stringify([...receiver.posts, ...mail.mails]));
  all.set('the worker’s pages', pages.join('\n'));
  all.set('the process list', processes);

  const [, keyLine = ''] = (await readFile(sftp.settings.privateKeyFile ?? '', 'utf8')).split('\n');
  const canaries = {
    ...secrets,
    databasePassword: new URL(database.url).password,
    sftpKey: keyLine,
  };
  for (const [name, secret] of Object.entries(canaries)) {
    expect(secret.length, name).toBeGreaterThan(10);
    const leaks = [...all].filter(([, text]) => text.includes(secret)).map(([where]) => where);
    expect(leaks, `${name} stands in`).toEqual([]);
  }
  expect(receiver.posts.length).toBeGreaterThan(1);
  expect(slack.requests).toBeGreaterThan(1);
  // The search does find what is there.
  expect([...all].filter(([, text]) => text.includes('APP_SECRET')).length).toBeGreaterThan(1);
  const histories = [...all].filter(([where]) => where.startsWith('the history of'));
  expect(histories.length).toBeGreaterThan(4);
  expect(histories.some(([, text]) => text.includes('RESET_INVENTORY__1.csv'))).toBe(true);
});
