/** A call leaves before its deadline or not at all, wherever it is kept waiting. */
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { SEND_WITHIN_MS, SENDABLE_FOR_MS, SHOPIFY_ANSWER_BYTES_MAX } from '../../src/domain/limits.ts';
import { sendDeadline, type SendDeadline } from '../../src/domain/send-deadline.ts';
import type { AdminApi } from '../../src/shopify/admin-api.ts';
import {
  AnswerTooLongError,
  NotSentInTimeError,
  readClocks,
  sendRequest,
} from '../../src/shopify/send-request.ts';
import { answerWithoutEnd } from '../setup/endless-answer.ts';
import { apiOf, callOf, expectFailure, serve } from './admin-fixture.ts';
import { ChunkBench } from './chunk-bench.ts';
import { SHOP, shirts, startTwinWith, type TwinClient } from './twin-fixture.ts';

/** The deadline of a call that began so long ago that this is left of its time. */
function deadlineIn(ms: number): SendDeadline {
  const { monotonicMs, wallMs } = readClocks();
  const agoMs = SEND_WITHIN_MS - ms;
  return sendDeadline({ monotonicMs: monotonicMs - agoMs, wallMs: wallMs - agoMs });
}

function requestOf(body: string, deadline: SendDeadline | null) {
  const left = { last: false };
  const onLeaving = () => {
    left.last = true;
  };
  return { left, request: { method: 'POST', headers: {}, body, signal: null, deadline, onLeaving } };
}

/** More than the two kernels hold for a connection. */
const BODY_BYTES = 64 * 1024 ** 2;

async function listen(server: Server, close: () => void): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that takes connections and never says a word. Returns its address and what it has received. */
async function startSilentServer(): Promise<{ address: string; received: () => string }> {
  const sockets: Socket[] = [];
  let received = '';
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.on('data', (data) => (received += data.toString('latin1')));
  });
  const address = await listen(server, () => sockets.forEach((socket) => socket.destroy()));
  return { address, received: () => received };
}

describe('a call whose deadline has passed', () => {
  test('before its connection is there sends nothing of itself, its header included', async () => {
    const { address, received } = await startSilentServer();
    const { left, request } = requestOf('{"call":1}', deadlineIn(0));

    await expect(sendRequest(`http://${address}/`, request)).rejects.toBeInstanceOf(NotSentInTimeError);

    expect(received()).toBe('');
    expect(left.last).toBe(false);
  });

  test('while its connection is being made secure is given up by the timer, and nothing of it was sent', async () => {
    const { address, received } = await startSilentServer();
    const { left, request } = requestOf('{"call":1}', deadlineIn(300));

    await expect(sendRequest(`https://${address}/`, request)).rejects.toBeInstanceOf(NotSentInTimeError);

    // Only the greeting of TLS, which no server answered.
    expect(received()).not.toContain('POST');
    expect(left.last).toBe(false);
  });

  test('while the network takes its bytes slowly is never complete, so no server executes it', async () => {
    let received = 0;
    const server = createTcpServer((socket) => {
      // Reads nothing until the client has given up: what the kernels do not hold stays with the client.
      socket.on('error', () => undefined).pause();
      socket.on('data', (data) => (received += data.length)).pause();
      void gaveUp.promise.then(() => socket.resume());
      socket.on('close', () => closed.resolve());
    });
    const [gaveUp, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const address = await listen(server, () => undefined);
    const { left, request } = requestOf('x'.repeat(BODY_BYTES), deadlineIn(300));

    await expect(sendRequest(`http://${address}/`, request)).rejects.toBeInstanceOf(NotSentInTimeError);

    gaveUp.resolve();
    await closed.promise;
    expect(left.last).toBe(false);
    expect(received).toBeLessThan(BODY_BYTES);
  });

  test('has its own code, and Shopify has got no request', async () => {
    const { twin, call } = await startWithCall();

    const error = await expectFailure(apiOf(twin).setOnlineAtp(call, deadlineIn(0)));

    expect(error).toMatchObject({ code: 'CALL_NOT_SENT_IN_TIME', class: 'retry' });
    expect(await twin.requests('SetOnlineAtp')).toEqual([]);
  });

  test('while it waited for the shop’s quota is throttled, and Shopify has got no request', async () => {
    const { twin, call } = await startWithCall();
    const api = apiOf(twin);
    await twin.control('PATCH', `/shops/${SHOP.domain}/economy`, {
      restoreRate: 0.1,
      currentlyAvailable: 2,
    });
    await api.readLocation();

    const error = await expectFailure(api.setOnlineAtp(call, deadlineIn(200)));

    expect(error).toMatchObject({ code: 'SHOPIFY_THROTTLED' });
    expect(await twin.requests('SetOnlineAtp')).toEqual([]);
  });
});

async function startWithCall(): Promise<{ twin: TwinClient; call: string }> {
  const { twin, ids } = await startTwinWith(shirts(1));
  return { twin, call: callOf([{ inventoryItemId: ids[0] ?? '', quantity: 4, changeFromQuantity: 10 }]) };
}

const GZIP_BOMB_BYTES = 256 * 1024 ** 2;

/** So many zero bytes, packed: a thousandth of them. */
async function packZeros(bytes: number): Promise<Buffer> {
  const zeros = Buffer.alloc(1024 ** 2);
  const parts = function* () {
    for (let made = 0; made < bytes; made += zeros.length) yield zeros;
  };
  return buffer(Readable.from(parts()).pipe(createGzip()));
}

describe('an answer', () => {
  test('that is packed is unpacked', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"data":1}'));
    });
    const answer = await sendRequest(url, requestOf('{}', null).request);
    expect(await answer.json()).toEqual({ data: 1 });
  });

  test('that does not end is given up at its limit, and its connection is cut', async () => {
    const cut = Promise.withResolvers<number>();
    const url = await serve((_request, response) => {
      response.writeHead(200);
      void answerWithoutEnd(response).then(cut.resolve);
    });
    await expect(sendRequest(url, requestOf('{}', null).request)).rejects.toThrow(AnswerTooLongError);
    // What was sent more lies in the buffers of the two sockets.
    expect(await cut.promise).toBeLessThan(SHOPIFY_ANSWER_BYTES_MAX * 2);
  });

  test('that is small and unpacks to more than the limit is given up, and takes no memory for the rest', async () => {
    const packed = await packZeros(GZIP_BOMB_BYTES);
    expect(packed.length).toBeLessThan(SHOPIFY_ANSWER_BYTES_MAX);
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    const before = process.memoryUsage.rss();
    await expect(sendRequest(url, requestOf('{}', null).request)).rejects.toThrow(AnswerTooLongError);
    expect(process.memoryUsage.rss() - before).toBeLessThan(GZIP_BOMB_BYTES / 4);
  });
});

/**
 * Lets a worker stand still after it has stored its call, and another one take over.
 *
 * @param setBackBy by how much the database's clock was set back in between
 */
async function repeatAfter(setBackBy: string) {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 5 });
  const paused = await bench.startAttempt();
  const stored = Promise.withResolvers<void>();
  const api: AdminApi = {
    ...paused.api,
    setOnlineAtp: () => {
      stored.resolve();
      return new Promise(() => undefined);
    },
  };
  void applyWindows({ ...paused, api }, [{ sequence: 1, window: 0 }], ROWS_PER_CALL);
  await stored.promise;
  const [call] = await bench.database.query<{ until: Date }>(
    'UPDATE shopify_call SET sending_until = sending_until + $1::interval RETURNING sending_until AS until',
    [setBackBy],
  );

  const takenOverAt = Date.now();
  await bench.apply(1);

  const [sent] = await bench.twin.requests('SetOnlineAtp');
  expect(await bench.readShown()).toEqual({ A: 5 });
  const sendableUntil = call?.until.getTime() ?? Infinity;
  return { takenOverAt, sendableUntil, sentAt: Date.parse(sent?.at ?? '') };
}

describe('a stored call without an answer', () => {
  test('is repeated when the attempt that stored it cannot send it any more, also by a clock that was set back', async () => {
    // Both wait for as long.
    const [asStored, setBack] = await Promise.all([repeatAfter('0'), repeatAfter('1 hour')]);
    expect(asStored.sentAt).toBeGreaterThanOrEqual(asStored.sendableUntil);
    expect(setBack.sentAt).toBeGreaterThanOrEqual(setBack.takenOverAt + SENDABLE_FOR_MS);
  });

  test('is in doubt after a refusal only when an earlier sending may have been executed', async () => {
    const bench = await ChunkBench.open({ A: 1, B: 1 });
    await bench.addFile(1, { A: 5 });
    await bench.armFault('http-429');
    await Promise.all([bench.apply(1), bench.runWhileNextWriteWaits(() => bench.sell('A', 1))]);
    await bench.addFile(2, { B: 5 });
    await bench.armFault('http-500-before');
    await expect(bench.apply(2)).rejects.toMatchObject({ class: 'retry' });
    await bench.sell('B', 1);
    await bench.apply(2);

    const calls = await bench.database.query(
      'SELECT sequence, generation, state, repeated FROM shopify_call ORDER BY sequence, generation',
    );
    expect(calls).toEqual([
      { sequence: 1, generation: 0, state: 'REFUSED', repeated: false },
      { sequence: 1, generation: 1, state: 'APPLIED', repeated: false },
      // Then 5 units may have been sold of a 5 that was applied, so the row stays at 0.
      { sequence: 2, generation: 0, state: 'REFUSED', repeated: true },
    ]);
  });
});
