/** The watch as it runs: in a worker, and as `atp watch`, by its own clock. */
import { once } from 'node:events';
import { beforeEach, expect, test } from 'vitest';
import { atpProcess } from '../cli/atp.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { openReceiver, type Receiver } from './receivers.ts';

const SECRET = { ALERT_SECRET: 'canary-webhook-secret' };

let installation: Installation;
let receiver: Receiver;

beforeEach(async () => {
  installation = await Installation.open(['BLUE-SHIRT']);
  receiver = await openReceiver();
  const add = ['alert', 'add', 'ops', '--webhook', receiver.url, '--secret', 'env:ALERT_SECRET'];
  const { exitCode, json } = await installation.atp(...add);
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ name: 'ops', kind: 'webhook', address: new URL(receiver.url).host });
  await installation.atp('lane', SHOP, 'pause', '--reason', 'stock-take');
});

async function waitForCodes(): Promise<readonly string[]> {
  await installation.until(() => Promise.resolve(receiver.posts.length > 0));
  return receiver.posts.flatMap(({ message }) => message.groups.map(({ code }) => code));
}

test('a worker tells by itself', async () => {
  const worker = await installation.startWorker({ environment: SECRET });
  expect(await waitForCodes()).toEqual(['LANE_PAUSED']);
  expect(worker.output).not.toContain(SECRET.ALERT_SECRET);
});

test('`atp watch` tells without a worker, and ends when it is told to', async () => {
  const atp = await atpProcess({ ...installation.environment, ...SECRET });
  const watch = atp.start('watch');
  expect(await waitForCodes()).toEqual(['LANE_PAUSED']);
  await installation.until(() =>
    Promise.resolve(receiver.posts.some(({ message }) => message.text.includes('No worker polls'))),
  );
  watch.kill('SIGTERM');
  const [exitCode] = (await once(watch, 'exit')) as [number | null];
  expect(exitCode).toBe(0);
});

test('a target is refused that is half named, not encrypted, or a secret itself', async () => {
  const atp = (...args: string[]) => installation.atp('alert', 'add', 'other', ...args);
  const refused = [
    await atp('--webhook', 'https://example.com'),
    await atp('--webhook', 'http://example.com/x', '--secret', 'env:ALERT_SECRET'),
    await atp('--slack', 'https://hooks.slack.com/services/canary'),
    await atp('--mail', 'ops@example.com', '--smtp', 'smtp://user:canary@example.com'),
    await atp('--slack', 'env:SLACK', '--mail', 'ops@example.com', '--smtp', 'env:SMTP'),
  ];
  for (const { exitCode, stderr } of refused) {
    expect(exitCode).toBe(2);
    expect(stderr).toContain('INPUT_INVALID');
    expect(stderr).not.toContain('canary');
  }
  expect((await installation.atp('audit', 'log')).stdout).not.toContain('canary');
  const twice = await installation.atp('alert', 'add', 'ops', '--slack', 'env:SLACK');
  expect(twice.stderr).toContain('ALERT_TARGET_EXISTS');
  expect((await installation.atp('alert', 'remove', 'ops')).exitCode).toBe(0);
  expect((await installation.atp('alert', 'test', 'ops')).stderr).toContain('ALERT_TARGET_UNKNOWN');
});
