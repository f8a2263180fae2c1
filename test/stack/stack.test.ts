/** The embedded stack, in processes of its own: which processes run when, and above all that none is left. */
import { appendFile, lstat, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { waitForEnd } from '../../src/stand-ins/ending.ts';
import { descendantsOf, isRunning, signalProcess } from '../../src/stand-ins/process-identity.ts';
import { readLock, readStack } from '../../src/stand-ins/stack-files.ts';
import { runningStack, startStack } from '../../src/stand-ins/stack.ts';
import { stackStatus, startDetached, stopStack } from '../../src/stand-ins/supervisor.ts';
import { openFolder, PARTS_DIR } from '../setup/parts-desk.ts';
import { STATE_TIMEOUT_MS } from '../setup/state-timeout.ts';
import type { RunningStack, StackAddresses } from '../../src/stand-ins/stack.ts';
import type { StackLock, StackRecord } from '../../src/stand-ins/stack-files.ts';
import type { ProgramCommand } from '../../src/stand-ins/kept-program.ts';

const PROGRAM = fileURLToPath(new URL('./stack-program.ts', import.meta.url));

/** A worker that does nothing until it is stopped; the stack does not care what its worker does. */
const IDLE_WORKER: ProgramCommand = {
  command: process.execPath,
  args: ['-e', 'setInterval(() => undefined, 1000)'],
};

test('the stack starts, tells where its parts are, and leaves no process when it stops', async () => {
  const stateDir = await freshStateDir();
  const stack = await startHere(stateDir);
  const { processes } = runningStack(stateDir);

  await expectAnswers(stack.addresses);
  expect((await stat(join(stateDir, 'stack.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(stateDir, 'stack.env'))).mode & 0o777).toBe(0o600);
  expect(parseEnv(await readFile(join(stateDir, 'stack.env'), 'utf8'))).toMatchObject({
    DATABASE_URL: stack.addresses.databaseUrl,
    TEMPORAL_ADDRESS: stack.addresses.temporal.address,
    SFTP_HOST_KEY: stack.addresses.sftp.hostKey,
  });

  expect(await openToOthers(stateDir)).toEqual([]);

  const everything = [...processes, ...descendantsOf(processes.map(({ pid }) => pid))];
  expect(processes.every(isRunning)).toBe(true);
  await stack.stop();
  expect(everything.filter(isRunning)).toEqual([]);
  expect(readStack(stateDir)).toBeNull();
  expect(await readFile(join(stateDir, 'logs/postgres.log'), 'utf8')).toContain(
    'database system is shut down',
  );
});

/** Files of the folder that another user could read or list, by their modes. */
async function openToOthers(stateDir: string): Promise<string[]> {
  const paths = await readdir(stateDir, { recursive: true });
  const modes = await Promise.all(
    // Files of Postgres come and go; its own folder lets nobody in.
    paths
      .filter((path) => !path.startsWith('postgres/'))
      .map(async (path) => {
        const { mode } = await lstat(join(stateDir, path));
        return { path, isOpen: (mode & 0o066) !== 0 };
      }),
  );
  return modes.filter(({ isOpen }) => isOpen).map(({ path }) => path);
}

test('the stack keeps its addresses and its data over a restart', async () => {
  const stateDir = await freshStateDir();
  const first = await startHere(stateDir);
  await leaveTraces(first.addresses);
  await first.stop();

  const second = await startHere(stateDir);
  expect(second.addresses).toEqual(first.addresses);
  await expectTraces(second.addresses);
});

describe('a stack in the background', () => {
  test('is ready when the command returns, with its worker, and goes down on demand', async () => {
    const stateDir = await freshStateDir();
    const { processes, worker, lock } = await startInBackground(stateDir, IDLE_WORKER);
    expect(stackStatus(stateDir).worker).toEqual({ running: true });
    expect(Object.keys(stackStatus(stateDir))).not.toContain('processes');

    await stopStack(stateDir);
    expect([...processes, worker!, lock.supervisor].filter(isRunning)).toEqual([]);
    expect(() => stackStatus(stateDir)).toThrow(new AtpError('STACK_NOT_RUNNING'));
    await expect(stopStack(stateDir)).rejects.toMatchObject({ code: 'STACK_NOT_RUNNING' });
  });

  test('refuses a second one beside it, which harms nothing', async () => {
    const stateDir = await freshStateDir();
    const { lock, ...stack } = await startInBackground(stateDir);
    await expect(startStack({ stateDir, partsDir: PARTS_DIR })).rejects.toMatchObject({
      code: 'STACK_RUNNING',
      detail: { pid: lock.supervisor.pid },
    });
    await expect(startInBackground(stateDir)).rejects.toMatchObject({ code: 'STACK_RUNNING' });
    await expectAnswers(stack);
  });

  test('leaves no process when its supervisor is killed, and starts again with the data', async () => {
    const stateDir = await freshStateDir();
    const { processes, worker, lock, ...addresses } = await startInBackground(stateDir, IDLE_WORKER);
    await leaveTraces(addresses);
    const everything = [...processes, worker!, lock.watchdog!, ...descendantsOf([lock.supervisor.pid])];

    signalProcess(lock.supervisor, 'SIGKILL');
    // At once, while the watchdog is still at work: the start waits for it.
    const second = await startInBackground(stateDir);
    expect(everything.filter(isRunning)).toEqual([]);
    await expectTraces(second);
  });

  test('is cleared away by `atp down` when its watchdog was killed as well', async () => {
    const stateDir = await freshStateDir();
    const { processes, lock } = await startInBackground(stateDir);
    signalProcess(lock.watchdog!, 'SIGKILL');
    signalProcess(lock.supervisor, 'SIGKILL');
    await waitForEnd([lock.supervisor], STATE_TIMEOUT_MS);
    expect(processes.filter(isRunning)).toEqual(processes);

    await expect(stopStack(stateDir)).rejects.toMatchObject({ code: 'STACK_NOT_RUNNING' });
    expect(processes.filter(isRunning)).toEqual([]);
    expect(readLock(stateDir)).toBeNull();
  });

  test('ends as a whole when a part ends by itself', async () => {
    const stateDir = await freshStateDir();
    const { processes, lock } = await startInBackground(stateDir);
    signalProcess(processes[0]!, 'SIGKILL');
    expect(await waitForEnd([...processes, lock.supervisor], STATE_TIMEOUT_MS)).toBe(true);
    expect(readLock(stateDir)).toBeNull();
    expect(await readFile(join(stateDir, 'logs/supervisor.log'), 'utf8')).toContain(
      'ended by itself (SIGKILL)',
    );
  });

  test('starts its worker again when that one crashes', async () => {
    const stateDir = await freshStateDir();
    const { worker } = await startInBackground(stateDir, IDLE_WORKER);
    signalProcess(worker!, 'SIGKILL');
    await expect.poll(() => readStack(stateDir)?.worker?.pid ?? worker!.pid).not.toBe(worker!.pid);
    expect(stackStatus(stateDir).worker).toEqual({ running: true });
  });
});

test('a lock of a crashed stack is stale, even when another process has its pid now', async () => {
  const stateDir = await freshStateDir();
  const { lock } = await startInBackground(stateDir);
  await stopStack(stateDir);
  const ours: StackLock = { supervisor: { pid: process.pid, startedAt: '1' }, watchdog: null };
  await appendFile(join(stateDir, 'stack.lock'), JSON.stringify(ours));

  expect(readStack(stateDir)).toBeNull();
  expect((await startInBackground(stateDir)).lock.supervisor).not.toEqual(lock.supervisor);
});

async function freshStateDir(): Promise<string> {
  const folder = await openFolder('atp test ');
  onTestFinished(async () => {
    await stopStack(folder).catch((error: unknown) => {
      if (!(error instanceof AtpError) || error.code !== 'STACK_NOT_RUNNING') throw error;
    });
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

/** In the test's own process. */
async function startHere(stateDir: string): Promise<RunningStack> {
  const stack = await startStack({ stateDir, partsDir: PARTS_DIR });
  onTestFinished(() => stack.stop());
  return stack;
}

async function startInBackground(
  stateDir: string,
  worker?: ProgramCommand,
): Promise<StackRecord & { readonly lock: StackLock }> {
  const options = JSON.stringify({ stateDir, partsDir: PARTS_DIR, worker });
  const stack = await startDetached(stateDir, { command: process.execPath, args: [PROGRAM, options] });
  return { ...stack, lock: readLock(stateDir)! };
}

async function expectAnswers(addresses: StackAddresses): Promise<void> {
  expect(await query(addresses, 'SELECT current_database() AS name')).toEqual([{ name: 'atp' }]);
  expect((await fetch(`${addresses.temporal.uiUrl}/`)).ok).toBe(true);
  expect((await fetch(`${addresses.shopify.controlUrl}/requests`)).ok).toBe(true);
}

/** Something in each part that keeps its state. */
async function leaveTraces(addresses: StackAddresses): Promise<void> {
  await query(addresses, 'CREATE TABLE kept AS SELECT 7 AS number');
  const seeded = await fetch(`${addresses.shopify.controlUrl}/shops/${addresses.shopify.domain}/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ sku: 'KEPT', title: 'Kept', available: 7 }]),
  });
  expect(seeded.ok).toBe(true);
  await withTemporal(addresses, (client) =>
    client.workflow.start('hardSync', { taskQueue: 'nobody', workflowId: 'kept' }),
  );
}

async function expectTraces(addresses: StackAddresses): Promise<void> {
  expect(await query(addresses, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
  const { controlUrl, domain } = addresses.shopify;
  const levels = await fetch(`${controlUrl}/shops/${domain}/levels`);
  expect(await levels.json()).toMatchObject([{ sku: 'KEPT', available: 7 }]);
  const { status } = await withTemporal(addresses, (client) => client.workflow.getHandle('kept').describe());
  expect(status.name).toBe('RUNNING');
}

async function query(addresses: StackAddresses, sql: string): Promise<unknown[]> {
  const database = openDatabase(addresses.databaseUrl);
  try {
    return await database.query(sql);
  } finally {
    await database.close();
  }
}

async function withTemporal<Result>(
  { temporal }: StackAddresses,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address: temporal.address });
  try {
    return await work(new Client({ connection, namespace: temporal.namespace }));
  } finally {
    await connection.close();
  }
}
