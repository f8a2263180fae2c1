/** A receiver of alerts whose answer has no end: its status is all that is read. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { post } from '../../src/alerting/post.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { answerWithoutEnd } from '../setup/endless-answer.ts';

/** What the sockets of both sides may hold of an answer that nobody reads. */
const UNREAD_BYTES_MAX = 32 * 1024 ** 2;

/** Returns its address, and how many bytes of its answer it was rid of when its connection was cut. */
async function openEndlessReceiver(status: number) {
  const cut = Promise.withResolvers<number>();
  const server = createServer((_request, response) => {
    response.writeHead(status);
    void answerWithoutEnd(response).then(cut.resolve);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`, cut: cut.promise };
}

test('an alert is accepted by the status of an answer that does not end, and the connection is cut', async () => {
  const { url, cut } = await openEndlessReceiver(200);
  await post('night', url, '{}', {});
  expect(await cut).toBeLessThan(UNREAD_BYTES_MAX);
});

test('an alert is refused by it as well', async () => {
  const { url, cut } = await openEndlessReceiver(500);
  await expect(post('night', url, '{}', {})).rejects.toMatchObject({
    code: 'ALERT_NOT_ACCEPTED',
    message: expect.stringContaining('answers HTTP 500') as string,
  });
  expect(await cut).toBeLessThan(UNREAD_BYTES_MAX);
});
