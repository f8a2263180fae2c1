/** Services that run already: `atp up` uses them as they are, and `atp down` does not stop them. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { runningStack } from '../../src/stand-ins/stack.ts';
import { freePort } from '../../src/stand-ins/ports.ts';
import { stopStack } from '../../src/stand-ins/supervisor.ts';
import { atpProcess, type Atp } from '../cli/atp.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { askForPart } from '../setup/parts.ts';
import type { StackStatus } from '../../src/cli/machine.ts';

const READY_BUNDLE = new URL('../setup/ready-bundle.ts', import.meta.url).href;

test('`atp up` starts no service when all three run already, and `atp down` stops none', async () => {
  const { atp, database, temporal, sftp } = await everythingExists();
  const up = await atp.json<StackStatus>(['up', '--detach', '--seed']);

  expect(up.existing).toEqual(['temporal', 'database', 'sftp']);
  expect(up.temporal).toEqual({ ...temporal, uiUrl: null });
  expect(up.sftp).toMatchObject({ host: sftp.settings.host, root: sftp.settings.root });
  expect(up.worker).toEqual({ running: true });
  // Somebody's own database gets no account that nobody has asked for.
  expect((await fetch(`${up.consoleUrl}/readyz`)).status).toBe(200);
  expect(up.consoleAccount).toBeNull();
  expect(await database.database.query('SELECT FROM user_account')).toEqual([]);
  expect(runningStack(atp.folder).processes).toEqual([]);
  // Their database has our tables and the catalogue now, and their Temporal has the jobs' schedules.
  expect(await database.database.query('SELECT count(*) AS products FROM product')).toEqual([
    { products: 12 },
  ]);
  expect(await fileDrop(sftp.settings)((drop) => drop.list('incoming'))).not.toEqual([]);
  const jobs = await atp.json<{ scheduleId: string | null }[]>(['job', 'list']);
  expect(jobs.map(({ scheduleId }) => scheduleId)).not.toContain(null);
  const run = await atp.json<{ status: string }>(['job', 'run', 'import', '--wait']);
  expect(run.status).toBe('COMPLETED');

  expect(await atp.json(['down'])).toEqual({ stopped: true });
  expect(await database.database.query('SELECT count(*) AS products FROM product')).toEqual([
    { products: 12 },
  ]);
  const connection = await Connection.connect({ address: temporal.address });
  await connection.close();
});

test('no secret of an existing service gets into the state folder', async () => {
  const { atp, database } = await everythingExists();
  const { password } = new URL(database.url);
  await atp.json(['up', '--detach']);
  const [record, environment] = await Promise.all(
    ['stack.json', 'stack.env'].map((name) => readFile(join(atp.folder, name), 'utf8')),
  );
  expect(password).not.toBe('');
  expect(record).not.toContain(password);
  expect(parseEnv(environment!)).toEqual({});
  expect((await atp.run('status')).stdout).toMatch(/\(yours\)/);
  expect((await atp.run('status')).stdout).not.toContain(password);
});

test('status tells the oldest change of each shop, and shows the parts also when nobody knows it', async () => {
  const { atp, database } = await everythingExists();
  await atp.json(['up', '--detach']);
  await database.database.query(
    `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version, hard_sync_needed_since)
     VALUES ('acme', 'acme.myshopify.com', 'gid://shopify/Location/1', 'FAC_GRP', 'env:NO_TOKEN', '2026-10',
       now() - interval '3 hours')`,
  );
  expect((await atp.run('status')).stdout).toMatch(
    /^The oldest change that is not on Shopify:\n {2}acme: 3 h, nothing is sent before a Hard Sync: it has had none yet, above the limit of 45m$/m,
  );
  expect(await atp.json(['status'])).toMatchObject({
    shops: [{ shopId: 'acme', oldestChange: { onItsWay: { cause: 'HARD_SYNC_NEEDED' } } }],
  });

  await database.database.query('ALTER TABLE change_log RENAME TO change_log_of_another_release');
  const unknown = await atp.run('status');
  expect(unknown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(unknown.stdout).toMatch(/^The oldest change that is not on Shopify is not known: DATABASE_/m);
  expect(await atp.json(['status'])).toMatchObject({ existing: expect.any(Array) as unknown, shops: null });
});

test('`atp up` uses a database that .env names, and starts the other services', async () => {
  const database = await freshDatabase();
  const atp = await stackWith({});
  await writeFile(join(atp.folder, '.env'), `DATABASE_URL=${database.url}\nTEMPORAL_ADDRESS=\n`);
  const up = await atp.json<StackStatus>(['up', '--detach', '--seed']);

  expect(up.existing).toEqual(['database']);
  expect(runningStack(atp.folder).processes).toHaveLength(2);
  expect(await database.database.query('SELECT count(*) AS products FROM product')).toEqual([
    { products: 12 },
  ]);
  expect(await atp.json(['up', '--detach'])).toEqual(up);
  // Settings for another start do not change a stack that runs.
  await appendFile(join(atp.folder, '.env'), 'DATABASE_URL=\n');
  expect(await atp.failure('up', '--detach')).toBe('STACK_RUNNING 1');
});

test('settings of another service are not used for one that the stack has started', async () => {
  const database = await freshDatabase();
  const [{ address, namespace }, sftp] = await Promise.all([freshNamespace(), freshSftpRoot()]);
  const atp = await stackWith({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    // SFTP_URL is not set, so these mean nothing.
    SFTP_HOST_KEY: `SHA256:${'A'.repeat(43)}`,
    SFTP_PRIVATE_KEY_FILE: sftp.settings.privateKeyFile ?? '',
  });
  const up = await atp.json<StackStatus>(['up', '--detach', '--seed']);
  expect(up.existing).toEqual(['temporal', 'database']);
  const run = await atp.json<{ status: string }>(['job', 'run', 'import', '--wait']);
  expect(run.status).toBe('COMPLETED');
});

test('`atp up` refuses an existing service that it cannot use, by an error code', async () => {
  const closed = await freePort();
  const { url } = await freshDatabase();
  const sftp = await freshSftpRoot();
  const cases: readonly [Readonly<Record<string, string>>, string][] = [
    [{ DATABASE_URL: `postgres://atp@127.0.0.1:${closed}/atp` }, 'DATABASE_UNREACHABLE 1'],
    [{ DATABASE_URL: Object.assign(new URL(url), { password: 'wrong' }).href }, 'DATABASE_UNREACHABLE 1'],
    [
      { DATABASE_URL: Object.assign(new URL(url), { pathname: '/not_there' }).href },
      'DATABASE_UNREACHABLE 1',
    ],
    [{ DATABASE_URL: 'mysql://localhost/atp' }, 'CONFIG_INVALID 2'],
    [{ TEMPORAL_ADDRESS: `127.0.0.1:${closed}` }, 'TEMPORAL_UNREACHABLE 1'],
    [{ ...variablesOf(sftp), SFTP_URL: `sftp://atp@127.0.0.1:${closed}/` }, 'SFTP_UNREACHABLE 1'],
    [{ ...variablesOf(sftp), SFTP_HOST_KEY: `SHA256:${'A'.repeat(43)}` }, 'SFTP_HOST_KEY_MISMATCH 1'],
    [{ SFTP_URL: variablesOf(sftp).SFTP_URL }, 'CONFIG_INVALID 2'],
  ];
  for (const [environment, failure] of cases) {
    const atp = await stackWith(environment);
    expect(await atp.failure('up', '--detach')).toBe(failure);
    expect(() => runningStack(atp.folder)).toThrow(new AtpError('STACK_NOT_RUNNING'));
  }
});

test('`atp up` refuses a Temporal without the namespace or without our search attributes', async () => {
  const { address } = await freshNamespace();
  const missing = await stackWith({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'not-there' });
  expect(await missing.failure('up', '--detach')).toBe('TEMPORAL_UNREACHABLE 1');
  const bare = await stackWith({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'temporal-system' });
  expect(await bare.failure('up', '--detach')).toBe('SEARCH_ATTRIBUTES_MISSING 1');
});

async function everythingExists() {
  const [database, temporal, sftp] = await Promise.all([freshDatabase(), freshNamespace(), freshSftpRoot()]);
  const atp = await stackWith({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    ...variablesOf(sftp),
  });
  return { atp, database, temporal, sftp };
}

function variablesOf({ settings }: Awaited<ReturnType<typeof freshSftpRoot>>) {
  const { username, host, port, root, hostKey, privateKeyFile } = settings;
  return {
    SFTP_URL: `sftp://${username}@${host}:${port}${root}`,
    SFTP_HOST_KEY: hostKey,
    SFTP_PRIVATE_KEY_FILE: privateKeyFile ?? '',
  };
}

async function stackWith(environment: Readonly<Record<string, string>>): Promise<Atp> {
  // Each start would bundle the same workflows; demo.test.ts does as a person does.
  const { file: WORKFLOW_BUNDLE_FILE } = await askForPart('workflow-bundle');
  const atp = await atpProcess({
    NODE_OPTIONS: `--import=${READY_BUNDLE}`,
    WORKFLOW_BUNDLE_FILE,
    ...environment,
  });
  cleanUp(async () => {
    await stopStack(atp.folder).catch((error: unknown) => {
      if (!(error instanceof AtpError) || error.code !== 'STACK_NOT_RUNNING') throw error;
    });
  });
  return atp;
}
