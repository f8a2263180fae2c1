import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { StackStatus } from '../../src/cli/machine.ts';
import { API_PORT } from '../../src/domain/limits.ts';
import { signalProcess } from '../../src/stand-ins/process-identity.ts';
import { runningStack } from '../../src/stand-ins/stack.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { until } from '../setup/until.ts';
import { atpProcess } from './atp.ts';

test('up --detach starts a stack with tables, catalogue, schedules and worker, status shows it, and down ends it', async () => {
  const atp = await atpProcess({});
  cleanUp(async () => {
    await atp.run('down');
  });
  await takePort(API_PORT);
  expect(await atp.failure('status')).toBe('STACK_NOT_RUNNING 1');

  const up = await atp.json<StackStatus>(['up', '--detach', '--seed']);

  expect(up).toMatchObject({
    temporal: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string, namespace: 'default' },
    sftp: { host: '127.0.0.1' },
    shopify: {
      shopId: 'blue-shirts',
      locationId: expect.stringContaining('gid://shopify/Location/') as string,
    },
    consoleUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    consoleAccount: { userName: 'demo' },
    worker: { running: true },
  });
  // Another program has the console's usual port.
  expect(up.consoleUrl).not.toBe(`http://127.0.0.1:${API_PORT}`);
  await expectSignIn(up);
  // The worker takes jobs: whoever goes on at once is not told to start one.
  expect((await atp.run('job', 'run', 'import')).stdout).not.toContain('No worker is polling');
  const { shops, ...status } = await atp.json<{ shops: unknown }>(['status']);
  expect(status).toEqual(up);
  expect(shops).toMatchObject([
    { shopId: 'blue-shirts', oldestChange: { onItsWay: { cause: 'HARD_SYNC_NEEDED' } } },
  ]);
  expect(await atp.json(['migrate'])).toEqual({ applied: [], roles: [] });
  expect(await atp.json(['product', 'list'])).toHaveLength(12);
  const jobs = await atp.json<{ scheduleId: string | null }[]>(['job', 'list']);
  expect(jobs.map(({ scheduleId }) => scheduleId)).not.toContain(null);
  // A second time it is found running, and brought to the same state.
  expect(await atp.json(['up', '--detach'])).toEqual(up);

  // A person sees where the twin is controlled, and the line that connects a shop to it.
  const { stdout } = await atp.run('status');
  expect(stdout).toMatch(/│ Twin’s control +│ http:\/\/127\.0\.0\.1:\d+\/control +│/);
  const [, line = ''] = /^ {2}atp (shop add .*)$/m.exec(stdout) ?? [];
  await atp.json(['shop', 'remove', 'blue-shirts', '--yes']);
  expect(await atp.json(line.split(' '))).toMatchObject({ shopId: 'blue-shirts', warnings: [] });

  // A console that has crashed comes again at its address.
  const { console: crashed } = runningStack(atp.folder);
  signalProcess(crashed!.process, 'SIGKILL');
  await until(() =>
    expect(runningStack(atp.folder).console?.process.pid ?? crashed!.process.pid).not.toBe(
      crashed!.process.pid,
    ),
  );
  expect(runningStack(atp.folder).console?.url).toBe(up.consoleUrl);

  expect(await atp.json(['down'])).toEqual({ stopped: true });
  expect(await atp.json(['down'])).toEqual({ stopped: false });
});

/** Whoever can read the file signs in by it, and nobody else can read it. */
async function expectSignIn({ consoleUrl, consoleAccount }: StackStatus): Promise<void> {
  const { userName, passwordFile } = consoleAccount!;
  expect((await stat(passwordFile)).mode & 0o777).toBe(0o600);
  const password = (await readFile(passwordFile, 'utf8')).trim();
  const answer = await fetch(`${consoleUrl}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userName, password }),
  });
  expect(await answer.json()).toMatchObject({ name: 'demo', role: 'admin' });
}

/** Unless somebody has it already. */
async function takePort(port: number): Promise<void> {
  const server = createServer();
  const taken = once(server, 'listening').catch(() => undefined);
  server.listen(port, '127.0.0.1');
  await taken;
  cleanUp(() => void server.close());
}
