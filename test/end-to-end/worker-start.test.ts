/** `atp worker` from its start to its end, as a person starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { listPollingWorkers } from '../../src/temporal/task-queue.ts';
import { noPgbouncer, poolerBefore } from '../postgres/pgbouncer.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { tcpGate } from '../setup/tcp-gate.ts';
import { until } from '../setup/until.ts';
import { Installation } from './installation.ts';

const PROJECT = join(import.meta.dirname, '../..');
let shop: Installation;

beforeEach(async () => {
  shop = await Installation.open([]);
});

interface Started {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** In a group of its own, so that whatever it leaves behind ends with the test. */
function start(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Started {
  const child = spawn(command, args, {
    cwd: PROJECT,
    env: { ...process.env, ...shop.environment, npm_command: undefined, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => {
      output += text.toString();
    });
  cleanUp(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // All of the group have ended.
    }
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => output, ended };
}

function startWorker(environment: Readonly<Record<string, string>> = {}, ...args: string[]): Started {
  return start(process.execPath, [join(PROJECT, 'bin/atp.mjs'), 'worker', ...args], environment);
}

async function untilPolling(started: Started): Promise<void> {
  await until(() => {
    if (!started.output().includes('The worker is polling')) throw new Error(started.output());
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a worker that was started by npx ends when npx is killed', async () => {
  const npx = start('npx', ['atp', 'worker'], {});
  await untilPolling(npx);
  const [identity = ''] = await until(async () => {
    const workers = await listPollingWorkers(shop.temporal);
    expect(workers).toHaveLength(1);
    return workers;
  });
  const worker = Number.parseInt(identity, 10);
  expect(isAlive(worker)).toBe(true);

  npx.child.kill('SIGTERM');
  await until(() => expect(isAlive(worker)).toBe(false));
  expect(npx.output()).toContain('The worker has ended');
});

test('a wrong password of the database is told at once, with what to do, and no work is taken', async () => {
  const wrong = Object.assign(new URL(shop.environment['DATABASE_URL'] ?? ''), { password: 'wrong-hunter2' });
  const worker = startWorker({ DATABASE_URL: wrong.href });

  expect(await worker.ended).toBe(1);
  expect(worker.output()).toMatch(/^DATABASE_UNREACHABLE: .*password authentication failed/m);
  expect(worker.output()).toContain('Check DATABASE_URL');
  expect(worker.output()).not.toContain('polling');
  expect(worker.output()).not.toContain('hunter2');
});

test('all that is wrong is told, not only the first', async () => {
  const nobody = await tcpGate(1);
  await nobody.shut();
  const worker = startWorker({
    DATABASE_URL: `postgres://atp:x@127.0.0.1:${nobody.port}/atp`,
    SFTP_URL: `sftp://atp@127.0.0.1:${nobody.port}/`,
    TEMPORAL_ADDRESS: `127.0.0.1:${nobody.port}`,
  });

  expect(await worker.ended).toBe(1);
  for (const code of ['DATABASE_UNREACHABLE', 'SFTP_UNREACHABLE', 'TEMPORAL_UNREACHABLE'])
    expect(worker.output()).toContain(`"code":"${code}"`);
});

test('a database without the tables of this release is told before any work is taken', async () => {
  await shop.database.query(`DELETE FROM atp_migration WHERE name LIKE '0020%'`);
  const worker = startWorker();

  expect(await worker.ended).toBe(1);
  expect(worker.output()).toContain('DATABASE_NOT_MIGRATED');
  expect(worker.output()).toContain('`atp migrate`');
});

test.skipIf(noPgbouncer !== undefined)(
  `through a pooler that shares sessions no work is taken, even with --wait ${noPgbouncer ?? ''}`,
  async () => {
    const url = await poolerBefore(shop.environment['DATABASE_URL'] ?? '', { mode: 'transaction' });
    const worker = startWorker({ DATABASE_URL: url }, '--wait');

    expect(await worker.ended).toBe(2);
    expect(worker.output()).toContain('DATABASE_POOLED');
    expect(worker.output()).toContain('pool_mode = session');
    expect(worker.output()).not.toContain('polling');
  },
);

test('a database whose tables are spread over nodes is told before any work is taken', async () => {
  await shop.database.query('CREATE SCHEMA citus');
  await shop.database.query(
    `CREATE TABLE citus.pg_dist_partition AS SELECT 'product'::regclass AS logicalrelid`,
  );
  const worker = startWorker();

  expect(await worker.ended).toBe(1);
  expect(worker.output()).toContain('DATABASE_DISTRIBUTED');
});

test('with --wait it waits for a database that takes no writes, and works when it does', async () => {
  const name = new URL(shop.environment['DATABASE_URL'] ?? '').pathname.slice(1);
  await shop.database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  const worker = startWorker({}, '--wait');
  await until(() => expect(worker.output()).toContain('Postgres: DATABASE_READ_ONLY'));

  // Over a connection of before, which is not concerned.
  await shop.database.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
  await until(() => expect(worker.output()).toContain('Postgres can be used now'));
  await untilPolling(worker);
});

test('with --wait it waits for SFTP with a line when it is away and one when it is there, and then works', async () => {
  const url = new URL(shop.environment['SFTP_URL'] ?? '');
  const gate = await tcpGate(Number(url.port));
  await gate.shut();
  url.port = String(gate.port);
  const worker = startWorker({ SFTP_URL: url.href }, '--wait');
  await until(() => expect(worker.output()).toContain('SFTP: SFTP_UNREACHABLE'));

  await gate.open();
  await untilPolling(worker);
  expect(worker.output().match(/SFTP_UNREACHABLE: /g)).toHaveLength(1);
  expect(worker.output().match(/SFTP can be used now/g)).toHaveLength(1);

  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});

test('a worker that waits for its services ends at once when it is told to', async () => {
  const nobody = await tcpGate(1);
  await nobody.shut();
  const worker = startWorker({ SFTP_URL: `sftp://atp@127.0.0.1:${nobody.port}/` }, '--wait');
  await until(() => expect(worker.output()).toContain('SFTP: SFTP_UNREACHABLE'));

  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});

test('an address for metrics that somebody asked for, and that is taken, is refused with a code', async () => {
  const taken = await tcpGate(1);
  const worker = startWorker({ ATP_METRICS_ADDRESS: `127.0.0.1:${taken.port}` });

  expect(await worker.ended).toBe(1);
  expect(worker.output()).toContain('METRICS_ADDRESS_UNUSABLE');
});
