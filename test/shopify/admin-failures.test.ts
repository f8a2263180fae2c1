import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startShopifyTwin } from '../../src/stand-ins/shopify-twin/index.ts';
import { FAILING_KINDS } from '../../src/stand-ins/shopify-twin/faults.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { SHOPIFY_ANSWER_BYTES_MAX, SHOPIFY_PAUSE_MAX_MS } from '../../src/domain/limits.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { failureOf, wasNotExecuted, type FailedCall } from '../../src/shopify/call-failure.ts';
import {
  serve,
  apiOf,
  callOf,
  connection,
  ENVIRONMENT,
  inTime,
  readEveryPage,
  expectFailure,
} from './admin-fixture.ts';
import { SHOP, shirts, startTwin, startTwinWith } from './twin-fixture.ts';

/** Returns a function that ends the time limit of the client's next call: no such limit passes by itself. */
function controlTimeoutOfNextCall(): () => void {
  const limit = new AbortController();
  vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(limit.signal);
  onTestFinished(() => void vi.restoreAllMocks());
  return () => limit.abort(new DOMException('The time is up.', 'TimeoutError'));
}

describe('a call that goes wrong', () => {
  const CODES: Readonly<Record<(typeof FAILING_KINDS)[number], readonly [ErrorCode, wasExecuted: boolean]>> =
    {
      'http-500-before': ['SHOPIFY_UNREACHABLE', false],
      'http-500-after': ['SHOPIFY_UNREACHABLE', true],
      'timeout-after': ['SHOPIFY_UNREACHABLE', true],
      'drop-after': ['SHOPIFY_UNREACHABLE', true],
      'http-429': ['SHOPIFY_THROTTLED', false],
      'truncated-body-after': ['SHOPIFY_UNREACHABLE', true],
      throttled: ['SHOPIFY_THROTTLED', false],
    };

  test.each(FAILING_KINDS)(
    'by %s has its code, and its repeat succeeds and is applied once',
    async (kind) => {
      const { twin, ids } = await startTwinWith(shirts(1));
      await twin.control('POST', '/faults', { operation: 'SetOnlineAtp', kind });
      const api = apiOf(twin);
      const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 4, changeFromQuantity: 10 }]);
      const [code, wasExecuted] = CODES[kind];
      const endTime = kind === 'timeout-after' ? controlTimeoutOfNextCall() : null;

      const failed = expectFailure(api.setOnlineAtp(call, inTime()));
      if (endTime) {
        await expect.poll(() => twin.available()).toEqual([4]);
        endTime();
      }
      expect(await failed).toMatchObject({ code, class: 'retry' });
      expect(await twin.available()).toEqual([wasExecuted ? 4 : 10]);

      expect(await api.setOnlineAtp(call, inTime())).toEqual({ outcome: 'APPLIED' });
      expect(await twin.available()).toEqual([4]);
      const requests = await twin.requests('SetOnlineAtp');
      expect(requests.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
      expect(requests).toHaveLength(2); // the client itself repeats nothing
    },
  );

  test('because nobody listens is SHOPIFY_UNREACHABLE', async () => {
    const twin = await startShopifyTwin({ shops: [SHOP] });
    await twin.close();
    const gone = openAdminApi(connection(twin.endpointOf(SHOP.domain)), { environment: ENVIRONMENT });
    expect(await expectFailure(gone.readLocation())).toMatchObject({
      code: 'SHOPIFY_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test.each<[number, ErrorCode]>([
    [301, 'SHOPIFY_REQUEST_REFUSED'],
    [307, 'SHOPIFY_REQUEST_REFUSED'],
    [400, 'SHOPIFY_REQUEST_REFUSED'],
    [401, 'SHOPIFY_ACCESS_DENIED'],
    [402, 'SHOPIFY_REQUEST_REFUSED'],
    [403, 'SHOPIFY_ACCESS_DENIED'],
    [404, 'SHOPIFY_REQUEST_REFUSED'],
    [408, 'SHOPIFY_UNREACHABLE'],
    [423, 'SHOPIFY_REQUEST_REFUSED'],
    [430, 'SHOPIFY_REQUEST_REFUSED'],
    [429, 'SHOPIFY_THROTTLED'],
    [502, 'SHOPIFY_UNREACHABLE'],
    [503, 'SHOPIFY_UNREACHABLE'],
    [504, 'SHOPIFY_UNREACHABLE'],
    [530, 'SHOPIFY_UNREACHABLE'],
  ])('with HTTP %i is %s, and is neither repeated nor redirected', async (status, code) => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(status, { location: '/elsewhere', 'content-type': 'application/json' });
      response.end('{"errors":"no"}');
    });
    const error = await expectFailure(
      openAdminApi(connection(url), { environment: ENVIRONMENT }).readLocation(),
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(SHOP.domain) });
    expect(requests).toBe(1); // neither repeated nor redirected
  });

  test.each<[string, ErrorCode, string, string]>([
    ['a page', 'SHOPIFY_UNREACHABLE', 'text/html', '<html>Oops</html>'],
    ['text that is no JSON', 'SHOPIFY_UNREACHABLE', 'application/json', '{"data":'],
    ['neither data nor errors', 'SHOPIFY_UNREACHABLE', 'application/json', '{}'],
    ['null', 'SHOPIFY_UNREACHABLE', 'application/json', 'null'],
    ['data of another shape', 'SHOPIFY_RESPONSE_UNEXPECTED', 'application/json', '{"data":{"location":{}}}'],
    ['errors as a text', 'SHOPIFY_REQUEST_REFUSED', 'application/json', '{"errors":"Not Found"}'],
  ])('with %s for an answer is %s', async (_what, code, type, body) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    const api = openAdminApi(connection(url), { environment: ENVIRONMENT });
    expect(await expectFailure(api.readLocation())).toMatchObject({ code });
  });

  test('with an answer that is too long is SHOPIFY_RESPONSE_UNEXPECTED, and the write may have been executed', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const part = Buffer.alloc(1024 ** 2, ' ');
      for (let sent = 0; sent <= SHOPIFY_ANSWER_BYTES_MAX; sent += part.length) response.write(part);
    });
    const api = openAdminApi(connection(url), { environment: ENVIRONMENT });
    const call = callOf([{ inventoryItemId: 'a', quantity: 4, changeFromQuantity: 10 }]);
    const error = await expectFailure(api.setOnlineAtp(call, inTime()));
    expect(error).toMatchObject({
      code: 'SHOPIFY_RESPONSE_UNEXPECTED',
      class: 'retry',
      message: expect.stringContaining('longer than 16 MiB') as string,
    });
    expect(wasNotExecuted(error)).toBe(false);
  });

  test('with words that would steer a terminal, or repeat a token, is told without either, and cut', async () => {
    const body = JSON.stringify({
      errors: [{ message: `\u001b]0;owned\u0007 ${SHOP.accessToken} ${'y'.repeat(100_000)}` }],
    });
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    const error = await expectFailure(
      openAdminApi(connection(url), { environment: ENVIRONMENT }).readLocation(),
    );
    expect(error.code).toBe('SHOPIFY_REQUEST_REFUSED');
    expect(error.message).toContain('\\u{1b}]0;owned\\u{7}');
    expect(error.message).not.toMatch(/\p{Cc}/u);
    expect(error.message).not.toContain(SHOP.accessToken);
    expect(error.message.length).toBeLessThan(1_500);
  });

  test('with other items than those asked for is SHOPIFY_RESPONSE_UNEXPECTED', async () => {
    const item = (id: string) => ({ id, tracked: true, inventoryLevel: null });
    const body = JSON.stringify({ data: { nodes: [item('b'), item('a')] } });
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    const api = openAdminApi(connection(url), { environment: ENVIRONMENT });
    expect(await expectFailure(api.readItems(['a', 'b']))).toMatchObject({
      code: 'SHOPIFY_RESPONSE_UNEXPECTED',
    });
  });

  test('with a page that leads back to itself is SHOPIFY_RESPONSE_UNEXPECTED', async () => {
    const pageInfo = { hasNextPage: true, endCursor: 'again' };
    const body = JSON.stringify({ data: { productVariants: { nodes: [], pageInfo } } });
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    const pages = openAdminApi(connection(url), { environment: ENVIRONMENT }).catalogue();
    expect(await expectFailure(readEveryPage(pages))).toMatchObject({ code: 'SHOPIFY_RESPONSE_UNEXPECTED' });
  });
});

describe('a failed answer', () => {
  const ANSWERED: FailedCall = {
    call: 'read',
    wasSent: true,
    status: 200,
    reason: '',
    retryAfter: null,
    requestId: 'd2f1',
    errors: [],
    cost: null,
  };
  const withErrors = (...codes: (string | null)[]): FailedCall => ({
    ...ANSWERED,
    errors: codes.map((code) => ({ message: 'Something.', code })),
  });

  test.each<[ErrorCode, (string | null)[]]>([
    ['SHOPIFY_THROTTLED', ['THROTTLED']],
    ['SHOPIFY_ACCESS_DENIED', ['ACCESS_DENIED']],
    ['SHOPIFY_UNREACHABLE', ['INTERNAL_SERVER_ERROR']],
    ['SHOPIFY_REQUEST_REFUSED', ['MAX_COST_EXCEEDED']],
    ['SHOPIFY_REQUEST_REFUSED', [null]],
    ['SHOPIFY_UNREACHABLE', ['ACCESS_DENIED', 'THROTTLED', 'INTERNAL_SERVER_ERROR']],
  ])('is %s when its errors have the codes %j', (code, codes) => {
    expect(failureOf(SHOP.domain, withErrors(...codes))).toMatchObject({ code });
  });

  test('names Shopify’s request id when the outcome of its call is unknown', () => {
    expect(failureOf(SHOP.domain, withErrors('INTERNAL_SERVER_ERROR')).message).toContain('d2f1');
  });

  test.each([
    [4_000, { requested: 500, currentlyAvailable: 100, restoreRate: 100 }],
    [1_000, { requested: 10, currentlyAvailable: 9, restoreRate: 100 }],
    [1_000, { requested: 10, currentlyAvailable: 900, restoreRate: 100 }],
    [1_000, { requested: 10, currentlyAvailable: 0, restoreRate: 0 }],
    [1_000, null],
  ])('asks for a wait of %i ms when it is THROTTLED with the cost %j', (waitMs, cost) => {
    expect(failureOf(SHOP.domain, { ...withErrors('THROTTLED'), cost }).detail).toMatchObject({ waitMs });
  });

  test.each([
    [2_000, '2.0'],
    [1_000, '0.4'],
    [1_000, null],
    [1_000, 'Tue, 24 Nov 2026 10:00:00 GMT'],
    [SHOPIFY_PAUSE_MAX_MS, '86400'],
  ])('asks for a wait of %i ms when it is HTTP 429 with Retry-After %s', (waitMs, retryAfter) => {
    expect(failureOf(SHOP.domain, { ...ANSWERED, status: 429, retryAfter }).detail).toMatchObject({ waitMs });
  });

  test('asks for the wait that Retry-After says over HTTP', async () => {
    const twin = await startTwin();
    await twin.control('POST', '/faults', { kind: 'http-429', retryAfter: 2.5 });
    expect((await expectFailure(apiOf(twin).readLocation())).detail).toMatchObject({ waitMs: 2_500 });
  });
});
