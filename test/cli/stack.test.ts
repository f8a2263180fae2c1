import { expect, test } from 'vitest';
import { cleanUp } from '../setup/clean-up.ts';
import { atpProcess } from './atp.ts';

test('up --detach starts a stack with tables, catalogue, schedules and worker, status shows it, and down ends it', async () => {
  const atp = await atpProcess({});
  cleanUp(async () => {
    await atp.run('down');
  });
  expect(await atp.failure('status')).toBe('STACK_NOT_RUNNING 1');

  const up = await atp.json(['up', '--detach', '--seed']);

  expect(up).toMatchObject({
    temporal: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string, namespace: 'default' },
    sftp: { host: '127.0.0.1' },
    shopify: {
      shopId: 'blue-shirts',
      locationId: expect.stringContaining('gid://shopify/Location/') as string,
    },
    consoleUrl: null,
    worker: { running: true },
  });
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

  expect(await atp.json(['down'])).toEqual({ stopped: true });
  expect(await atp.json(['down'])).toEqual({ stopped: false });
});
