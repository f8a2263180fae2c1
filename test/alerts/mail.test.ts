/** A mail server that never comes to an end. Nobody else is told anything while a target is waited for. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { sendMail } from '../../src/alerting/mail.ts';
import type { AlertMessage } from '../../src/domain/alert-message.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { until } from '../setup/until.ts';

const MESSAGE: AlertMessage = {
  id: '0a0a0a0a-0000-4000-8000-000000000000',
  phase: 'began',
  at: '2026-11-25T21:10:00.000Z',
  groups: [],
  more: 0,
  note: null,
};

/** More often than a limit on silence would notice. */
const BETWEEN_LINES_MS = 50;
const TIMEOUT_MS = 1_000;

/** An SMTP server that answers in lines without a last one: the greeting, or what follows it. */
async function openEndlessServer(endless: 'greeting' | 'answer') {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => undefined).on('close', () => connections.delete(socket));
    let isEndless = endless === 'greeting';
    if (!isEndless) socket.write('220 mail.test\r\n');
    socket.on('data', () => (isEndless = true));
    const lines = setInterval(() => {
      if (isEndless) socket.write(endless === 'greeting' ? '220-wait\r\n' : '250-wait\r\n');
    }, BETWEEN_LINES_MS);
    socket.on('close', () => clearInterval(lines));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanUp(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

test.each(['greeting', 'answer'] as const)(
  'a mail server whose %s does not end is given up after its time, with its connection',
  async (endless) => {
    const server = await openEndlessServer(endless);
    const target = {
      name: 'night',
      to: 'night@example.test',
      from: 'atp-sync@example.test',
      smtpUrl: `smtp://alerts:canary-password@127.0.0.1:${server.port}`,
    };
    await expect(sendMail(target, MESSAGE, TIMEOUT_MS)).rejects.toMatchObject({
      code: 'ALERT_NOT_ACCEPTED',
      message: expect.stringContaining(`127.0.0.1:${server.port} does not answer within 1 s`) as string,
    });
    await until(() => expect(server.connections.size).toBe(0));
  },
);
