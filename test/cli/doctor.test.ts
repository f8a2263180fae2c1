/** `atp doctor` on a whole installation: well first, then with each fault of its surroundings made real. */
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { Connection } from '@temporalio/client';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { readDocument } from '../docs/documents.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { noPgbouncer, poolerBefore } from '../postgres/pgbouncer.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { atpWith } from './atp.ts';
import { Patient } from './doctor-fixture.ts';

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.open();
});

test('doctor says of an installation without a fault that all is well, and what each check saw', async () => {
  const checks = await patient.checks();

  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual([
    'Temporal',
    'Namespace',
    'Search attributes',
    'Worker',
    'Workflow code',
    'Open runs',
    'Postgres',
    'Sessions of Postgres',
    'Migrations',
    'Nodes of Postgres',
    'Database user',
    'Disk of Postgres',
    'Credentials of workers',
    'Feeds',
    'Refused feeds',
    'Held feeds',
    'Unfinished feeds',
    'Refused rows',
    'Waiting feeds',
    'Untaken files',
    'Expected feeds',
    'Servers of sources',
    'Orders',
    'Clean-up',
    'Alerts',
    'Import schedule',
    'Failing jobs',
    'blue-shirts: API version',
    'blue-shirts: token',
    'blue-shirts: scopes',
    'blue-shirts: location',
    'blue-shirts: mapping',
    'blue-shirts: unmanaged stock',
    'blue-shirts: facility group',
    'blue-shirts: catalogue',
    'blue-shirts: oldest change',
    'blue-shirts: schedules',
    'blue-shirts: lane',
    'blue-shirts: pause',
    'blue-shirts: plan',
    'blue-shirts: deltas',
    'blue-shirts: live',
    'blue-shirts: quarantine',
    'blue-shirts: left items',
    'blue-shirts: archive',
    'blue-shirts: unseen sales',
    'blue-shirts: last verification',
    'SFTP',
  ]);
  expect(checks.every(({ detail }) => detail !== '')).toBe(true);
  // The guide shows the same, of a shop called acme.
  const { text: guide } = readDocument('docs/guides/connect-your-own.md');
  const shown = [...guide.matchAll(/^ {4}✔ ((?:acme: )?[^:]+): /gm)].map(([, name = '']) => name);
  expect(shown).toEqual(checks.map(({ name }) => name.replace('blue-shirts', 'acme')));
  const { stdout } = await patient.atp.run('doctor');
  expect(stdout).toMatch(/^✔ Temporal: /);
  expect(stdout).toMatch(/✔ Postgres: .*; the connection stays on this machine\./);
  expect(stdout.trimEnd()).toMatch(/All is well\.$/);
  expect(stdout).toContain('✔ Disk of Postgres: A probe of 1 MB could be written.');
  // A person reads its times to the minute.
  expect(stdout).toMatch(/✔ Clean-up: Done until \d{4}-\d\d-\d\d \d\d:\d\dZ\./);
  expect(stdout).not.toMatch(/\d\dT\d\d:/);
  // It removed what it wrote to SFTP.
  for (const folder of ['incoming', 'claimed', 'outgoing', 'archive', 'error']) {
    expect(await patient.shop.filesIn(folder)).toEqual([]);
  }
});

test('doctor without any configuration says of each part which variables it lacks', async () => {
  const bare = await atpWith({ TEMPORAL_ADDRESS: '127.0.0.1:1' });

  const { stdout, exitCode } = await bare.run('doctor');

  expect(exitCode).toBe(1);
  expect(stdout).toContain('✘ Temporal: TEMPORAL_UNREACHABLE');
  expect(stdout).toContain('✘ Worker: Not checked: it needs "Temporal".');
  expect(stdout).toMatch(/✘ Postgres: CONFIG_INVALID: .*DATABASE_URL is not set/);
  expect(stdout).toMatch(/✘ SFTP: CONFIG_INVALID: .*SFTP_URL is not set.*SFTP_HOST_KEY is not set/);
  expect(stdout).toContain('✘ Shops: Not checked: it needs "Postgres".');
});

test('doctor finds a namespace that is not there, and one without our search attributes', async () => {
  const { address } = await freshNamespace();
  const none = await patient.failing({ TEMPORAL_NAMESPACE: 'nowhere' });
  expect(none['Namespace']).toMatchObject({
    detail: expect.stringContaining('no namespace "nowhere"') as string,
    hint: expect.stringContaining(
      `\`TEMPORAL_ADDRESS=${address} TEMPORAL_NAMESPACE=nowhere atp temporal setup\``,
    ) as string,
  });

  const namespace = `bare-${Date.now()}`;
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await expect
    .poll(async () => (await patient.failing({ TEMPORAL_NAMESPACE: namespace }))['Namespace'])
    .toBeUndefined();
  const bare = await patient.failing({ TEMPORAL_NAMESPACE: namespace });
  // The schedules are in the other namespace.
  expect(Object.keys(bare)).toEqual([
    'Search attributes',
    'Worker',
    'Import schedule',
    'blue-shirts: schedules',
  ]);
  for (const name of ['ShopId', 'FacilityGroupId', 'JobName', 'LaneState', 'Outcome']) {
    expect(bare['Search attributes']?.detail).toContain(`${name} (Keyword)`);
  }
  expect(bare['Search attributes']?.detail).toContain('FileSequence (Int)');
  expect(bare['Search attributes']?.hint).toContain(
    `\`TEMPORAL_ADDRESS=${address} TEMPORAL_NAMESPACE=${namespace} atp temporal setup\``,
  );
  expect(bare['Worker']?.hint).toContain('`atp worker`');
});

test('doctor finds a database that is not migrated, and a server that is too old', async () => {
  const { pathname } = new URL(patient.shop.environment['DATABASE_URL'] ?? '');
  const maintenanceUrl = Object.assign(new URL(patient.shop.environment['DATABASE_URL'] ?? ''), {
    pathname: '/postgres',
  }).href;
  const maintenance = openDatabase(maintenanceUrl);
  const name = `doctor_${pathname.slice(1, 20)}`;
  await maintenance.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  cleanUp(async () => {
    await maintenance.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await maintenance.close();
  });
  const url = Object.assign(new URL(maintenanceUrl), { pathname: `/${name}` }).href;

  const empty = await patient.failing({ DATABASE_URL: url });
  expect(Object.keys(empty)).toEqual(['Migrations', 'Shops']);
  expect(empty['Migrations']).toMatchObject({
    detail: expect.stringContaining('0001-catalogue') as string,
    hint: expect.stringContaining('`atp migrate`') as string,
  });

  // No such old server is at hand: this database answers as one would.
  const database = openDatabase(url);
  cleanUp(() => database.close());
  await database.query('CREATE SCHEMA old');
  await database.query(
    `CREATE FUNCTION old.current_setting(name text) RETURNS text LANGUAGE sql AS
     $$ SELECT CASE name WHEN 'server_version' THEN '14.11 (Debian)' ELSE '140011' END $$`,
  );
  await database.query(`ALTER DATABASE ${name} SET search_path = old, pg_catalog, public`);
  const old = await patient.failing({ DATABASE_URL: url });
  expect(old['Postgres']).toMatchObject({
    detail: 'Version 14.11 is too old.',
    hint: expect.stringContaining('Postgres 15 or later') as string,
  });
});

test.skipIf(noPgbouncer !== undefined)(
  `doctor refuses a pooler that shares sessions of Postgres, and no other ${noPgbouncer ?? ''}`,
  async () => {
    const url = patient.shop.environment['DATABASE_URL'] ?? '';

    const shared = await patient.failing({ DATABASE_URL: await poolerBefore(url, { mode: 'transaction' }) });
    expect(shared['Sessions of Postgres']).toMatchObject({
      detail: expect.stringContaining('DATABASE_POOLED') as string,
      hint: expect.stringContaining('pool_mode = session') as string,
    });

    const own = { DATABASE_URL: await poolerBefore(url, { mode: 'session', size: 50 }) };
    expect(await patient.failing(own)).toEqual({});
  },
);

test('doctor refuses tables that are spread over several nodes', async () => {
  await patient.inDatabase(
    `CREATE SCHEMA citus;
     CREATE TABLE citus.pg_dist_partition AS SELECT 'product'::regclass AS logicalrelid`,
    'DROP SCHEMA citus CASCADE',
  );

  const failing = await patient.failing();
  expect(Object.keys(failing)).toEqual(['Nodes of Postgres']);
  expect(failing['Nodes of Postgres']).toMatchObject({
    detail: expect.stringContaining('DATABASE_DISTRIBUTED') as string,
    hint: expect.stringContaining('undistribute_table') as string,
  });
});

test('doctor tells of what lies in incoming/ and no import ever takes', async () => {
  const incoming = join(patient.shop.sftpFolder, 'incoming');
  const names = ['a\\b.csv', 'count.csv.part', 'RED\u001b[31m.csv', 'report.txt'];
  for (const name of names) await writeFile(join(incoming, name), 'x');
  await mkdir(join(incoming, 'folder.csv'));
  await symlink('/etc/passwd', join(incoming, 'link.csv'));
  onTestFinished(async () => {
    for (const name of [...names, 'folder.csv', 'link.csv'])
      await rm(join(incoming, name), { recursive: true });
  });

  const sftp = (await patient.checks()).find(({ name }) => name === 'SFTP');

  expect(sftp?.ok).toBe(true);
  expect(sftp?.hint).toContain('No import takes ');
  expect(sftp?.hint).toContain('a\\b.csv');
  expect(sftp?.hint).toContain('RED\\u{1b}[31m.csv');
  expect(sftp?.hint).toContain('and 1 more');
});

test('doctor finds an SFTP server that shows another key, and a folder that may not be written', async () => {
  const foreign = await patient.failing({ SFTP_HOST_KEY: `SHA256:${'A'.repeat(43)}` });
  expect(foreign['SFTP']?.detail).toContain('SFTP_HOST_KEY_MISMATCH');

  const away = await patient.failing({ SFTP_URL: 'sftp://nobody@127.0.0.1:1/drop' });
  expect(away['SFTP']?.detail).toContain('SFTP_UNREACHABLE');

  // Root may write everywhere, so for root a file stands where the folder should be.
  const [archive, aside] = ['archive', 'archive.aside'].map((name) =>
    join(patient.shop.sftpFolder, name),
  ) as [string, string];
  if (getuid?.() === 0) {
    await rename(archive, aside);
    await writeFile(archive, 'in the way');
  } else await chmod(archive, 0o555);
  onTestFinished(async () => {
    if (getuid?.() !== 0) return chmod(archive, 0o755);
    await rm(archive);
    await rename(aside, archive);
  });
  const closed = await patient.failing();
  expect(Object.keys(closed)).toEqual(['SFTP']);
  expect(closed['SFTP']?.detail).toMatch(/SFTP_UNREACHABLE|FILE_/);
  expect(await patient.shop.filesIn('outgoing')).toEqual([]);
  expect(await patient.shop.filesIn('incoming')).toEqual([]);
});

test('doctor finds that no worker is there once the last poll of a dead one is over', async () => {
  await patient.worker.kill();
  // A poll takes a minute at most: a minute and a half from now, as doctor sees the time, the last one is over.
  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 90_000);
  onTestFinished(() => void vi.restoreAllMocks());

  expect(Object.keys(await patient.failing())).toEqual(['Worker']);
});
